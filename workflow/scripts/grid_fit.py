"""Fit a baseline with some seeds and all numbers of labels per class of the benchmark, and predict the test pixels."""
from semispectral.benchmark.fits import FITS
from semispectral.benchmark.stages.stage_grid_fit import run_grid_fit
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_grid_fit(
    snakemake.output[0],
    fits=FITS,
    shards=snakemake.input.shards,
    deals=snakemake.input.deals,
    classes_file=snakemake.input.classes,
    latents=snakemake.input.latents,
    cfg=snakemake.params.cfg,
    code=snakemake.params.code,
)
