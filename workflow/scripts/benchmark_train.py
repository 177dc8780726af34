"""Train M2, or q(y|x) alone, with some seeds and all labels per class of the benchmark, and predict the test pixels."""
from semispectral.benchmark.stages.stage_benchmark_fit import run_benchmark_fit
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
with logs.set_aside(snakemake.log[0]):
    from semispectral.benchmark.fits_m2 import FITS
    from semispectral.training.run import use_threads

use_threads(snakemake.threads)
run_benchmark_fit(
    snakemake.output[0],
    fits=FITS,
    shards=snakemake.input.shards,
    splits=snakemake.input.splits,
    latents=snakemake.input.latents,
    chosen=snakemake.input.chosen,
    cfg=snakemake.params.cfg,
    code=snakemake.params.code,
)
