"""Encode the drawn pixels of all scenes into the latents of M1."""
from semispectral.spectra.stage_encode import run_encode
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_encode(
    snakemake.output,
    shards=snakemake.input.shards,
    scaler_directory=snakemake.input.scaler,
    m1_directory=snakemake.input.m1,
    scores_directories=snakemake.input.get("scores", []),
    cfg=snakemake.params.cfg,
)
