"""Cluster the latents of M1."""
from semispectral.explore.stages.stage_clusters import run_clusters
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_clusters(
    snakemake.output[0],
    latents=snakemake.input.latents,
    samples=snakemake.input.samples,
    cfg=snakemake.params.cfg,
)
