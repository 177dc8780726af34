"""Make the interactive page of one scan that no model has mapped."""
from semispectral.page.stage_scan_page import run_scan_page
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_scan_page(snakemake.output[0], features=snakemake.input.features, cfg=snakemake.params.cfg)
