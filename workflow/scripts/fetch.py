"""Download one public file."""
from pathlib import Path

from semispectral import logs
from semispectral.fetch import Source, fetch
from semispectral.settings import stage_settings

logs.start(snakemake.log[0], job=snakemake)
fetch(Path(snakemake.output[0]), stage_settings(Source, snakemake.params.cfg, "fetch"))
