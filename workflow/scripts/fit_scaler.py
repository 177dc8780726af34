"""Fit the normalisation on the cleaned training pixels of all scenes."""
from semispectral.sampling.stage_fit_scaler import run_fit_scaler
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_fit_scaler(
    snakemake.output[0],
    shards=snakemake.input.shards,
    cfg=snakemake.params.cfg,
)
