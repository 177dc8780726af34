"""Train the M1 of each seed of a benchmark job, and write the latents of all its pixels."""
from pathlib import Path

from semispectral.workflow import logs
from semispectral.benchmark.pool import read_pool
from semispectral.benchmark.jobs import Job, encode_all

logs.start(snakemake.log[0], job=snakemake)
with logs.set_aside(snakemake.log[0]):
    from semispectral.benchmark.fits_m1 import latents
    from semispectral.training.run import use_threads

use_threads(snakemake.threads)
output, params = snakemake.output[0], snakemake.params
job = Job.of(output, snakemake.input.deals, cfg=params.cfg, code=params.code)
encode_all(read_pool(snakemake.input.shards, job.settings), job, latents, Path(output))
