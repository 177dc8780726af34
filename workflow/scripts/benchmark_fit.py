"""Fit a baseline with some seeds and all numbers of labels per class of the benchmark, and predict the test pixels."""
from semispectral.benchmark.fits import FITS, weight
from semispectral.benchmark.stages.stage_benchmark_fit import run_benchmark_fit
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_benchmark_fit(
    snakemake.output[0],
    fits=FITS,
    shards=snakemake.input.shards,
    splits=snakemake.input.splits,
    latents=snakemake.input.latents,
    chosen=snakemake.input.chosen,
    cfg=snakemake.params.cfg,
    code=snakemake.params.code,
    weigh=weight,
)
