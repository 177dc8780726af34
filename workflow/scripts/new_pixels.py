"""Collect the spectra of one new scan for its page, with the model that mapped it."""
from semispectral.page.stage_new_pixels import run_new_pixels
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_new_pixels(
    snakemake.output[0],
    numbers_file=snakemake.input.numbers,
    features=snakemake.input.features,
    cfg=snakemake.params.cfg,
)
