"""Choose the pixels to label, by the trained model."""
from semispectral.explore.stages.stage_queue_by_model import run_queue_by_model
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_queue_by_model(
    snakemake.output.queue,
    points_file=snakemake.output.points,
    chips_directory=snakemake.output.chips,
    clusters_directory=snakemake.input.clusters,
    groups_file=snakemake.input.groups,
    new_groups_file=snakemake.input.new_groups,
    judged_file=snakemake.input.judged,
    latents=snakemake.input.latents,
    codes=snakemake.input.codes,
    rasters=snakemake.input.rasters,
    pictures=snakemake.input.pictures,
    cfg=snakemake.params.cfg,
)
