"""Describe the groups of alike spectra."""
from semispectral.explore.stages.stage_describe_groups import run_describe_groups
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_describe_groups(
    snakemake.output[0],
    clusters_directory=snakemake.input.clusters,
    latents=snakemake.input.latents,
    shards=snakemake.input.shards,
    scaler_directory=snakemake.input.scaler,
    cfg=snakemake.params.cfg,
)
