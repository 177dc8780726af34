"""Write the page of one scene with its groups."""
from semispectral.explore.stages.stage_group_page import run_group_page
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_group_page(
    snakemake.output[0],
    clusters_file=snakemake.input.clusters,
    groups_file=snakemake.input.groups,
    features=snakemake.input.features,
    cfg=snakemake.params.cfg,
)
