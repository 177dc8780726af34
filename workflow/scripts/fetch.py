"""Download one public file."""
from semispectral.scans.stage_fetch import run_fetch
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_fetch(snakemake.output[0], cfg=snakemake.params.cfg)
