"""Make the interactive page of one new scan, with the model that mapped it."""
from semispectral.page.stage_new_page import run_new_page
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_new_page(
    snakemake.output[0],
    map_file=snakemake.input.map,
    cfg=snakemake.params.cfg,
)
