"""Measure the absorption features of one scene."""
from pathlib import Path

from semispectral.features.stage_features import run_features
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_features(
    Path(snakemake.output[0]).parent,
    scans=snakemake.input.files,
    codes_file=snakemake.input.codes,
    threads=snakemake.threads,
    cfg=snakemake.params.cfg,
)
