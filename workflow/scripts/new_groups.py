"""Group the pixels that the trained model does not know."""
from semispectral.explore.stages.stage_new_groups import run_new_groups
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_new_groups(
    snakemake.output.judged,
    groups_file=snakemake.output.groups,
    latents=snakemake.input.latents,
    shards=snakemake.input.shards,
    scaler_directory=snakemake.input.scaler,
    model_directory=snakemake.input.model,
    labels_file=snakemake.input.labels,
    cfg=snakemake.params.cfg,
)
