"""Classify every pixel of one new scan with a model that was trained before."""
from semispectral.maps.stage_new_map import run_new_map
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_new_map(
    snakemake.output[0],
    threads=snakemake.threads,
    cfg=snakemake.params.cfg,
)
