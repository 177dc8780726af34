"""Write the contact sheet of the groups."""
from semispectral.explore.stages.stage_contact_sheet import run_contact_sheet
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_contact_sheet(
    snakemake.output.page,
    plane_file=snakemake.output.plane,
    clusters_directory=snakemake.input.clusters,
    groups_file=snakemake.input.groups,
    latents=snakemake.input.latents,
    maps=snakemake.input.maps,
    pictures=snakemake.input.pictures,
    queue_file=snakemake.input.queue,
    new_groups_files=snakemake.input.new_groups,
    cfg=snakemake.params.cfg,
)
