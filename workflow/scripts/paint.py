"""Write rasters, picture and interactive page of one map."""
from pathlib import Path

from semispectral.page.stage_paint import run_paint
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_paint(
    Path(snakemake.output[0]).parent,
    numbers_file=snakemake.input.numbers,
    pixels_directory=snakemake.input.pixels,
    features=snakemake.input.features,
    cfg=snakemake.params.cfg,
)
