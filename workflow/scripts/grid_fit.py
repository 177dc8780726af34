"""Fit a control with some seeds and all label budgets of the benchmark, and predict the test pixels."""
from pathlib import Path

from semispectral.workflow import logs
from semispectral.benchmark.fits import FITS
from semispectral.benchmark.pool import read_pool
from semispectral.benchmark.jobs import Job, fit_all
from semispectral.study.classes import read_classes
from semispectral.storage.parquet import write_table

logs.start(snakemake.log[0], job=snakemake)
given, output, params = snakemake.input, snakemake.output[0], snakemake.params
job = Job.of(output, given.deals, cfg=params.cfg, code=params.code)
run = {"classes": len(read_classes(Path(given.classes))), "latents": given.latents}
write_table(output, fit_all(read_pool(given.shards, job.settings), job, FITS, **run))
