"""Fit a normalisation on the cleaned training pixels of M1."""
from semispectral.sampling.stages.stage_fit_scaler import run_fit_scaler
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_fit_scaler(
    snakemake.output[0],
    samples=snakemake.input.samples,
    choices=snakemake.input.choices,
    noises=snakemake.input.noises,
    cfg=snakemake.params.cfg,
)
