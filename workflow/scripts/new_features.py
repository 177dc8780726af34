"""Measure the absorption features of one new scan."""
from pathlib import Path

from semispectral.features.stage_new_features import run_new_features
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_new_features(
    Path(snakemake.output[0]).parent,
    numbers_file=snakemake.input.numbers,
    threads=snakemake.threads,
    cfg=snakemake.params.cfg,
)
