"""Collect the spectra of one scan for its page."""
from semispectral.page.stage_pixels import run_pixels
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_pixels(
    snakemake.output[0],
    numbers_file=snakemake.input.numbers,
    model_directory=snakemake.input.model,
    features=snakemake.input.features,
    cfg=snakemake.params.cfg,
)
