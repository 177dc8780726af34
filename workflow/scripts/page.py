"""Make the interactive page of one scene."""
from semispectral.page.stage_page import run_page
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_page(
    snakemake.output[0],
    scans=snakemake.input.files,
    model_directory=snakemake.input.model,
    map_file=snakemake.input.map,
    codes_file=snakemake.input.codes,
    features=snakemake.input.features,
    cfg=snakemake.params.cfg,
)
