"""Choose the pixels to label."""
from semispectral.explore.stages.stage_queue import run_queue
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_queue(
    snakemake.output.queue,
    points_file=snakemake.output.points,
    chips_directory=snakemake.output.chips,
    clusters_directory=snakemake.input.clusters,
    groups_file=snakemake.input.groups,
    latents=snakemake.input.latents,
    codes=snakemake.input.codes,
    rasters=snakemake.input.rasters,
    pictures=snakemake.input.pictures,
    cfg=snakemake.params.cfg,
)
