"""Unmix every classified pixel of one scene."""
from pathlib import Path

from semispectral.mixtures.stage_mixtures import run_mixtures
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_mixtures(
    Path(snakemake.output[0]).parent,
    scans=snakemake.input.files,
    model_directory=snakemake.input.model,
    numbers_file=snakemake.input.numbers,
    endmembers_file=snakemake.input.endmembers,
    cfg=snakemake.params.cfg,
)
