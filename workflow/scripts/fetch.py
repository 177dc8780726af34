"""Download one public file."""
from pathlib import Path

from semispectral.workflow import logs
from semispectral.scans.download import Source, fetch
from semispectral.study.stage_settings import stage_settings

logs.start(snakemake.log[0], job=snakemake)
fetch(Path(snakemake.output[0]), stage_settings(Source, snakemake.params.cfg, "fetch"))
