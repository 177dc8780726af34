"""Write the page of a whole hole: core, map, log and features by depth."""
from semispectral.holes.stage_hole_page import run_hole_page
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_hole_page(
    snakemake.output[0],
    numbers_files=snakemake.input.numbers,
    pixels_directories=snakemake.input.pixels,
    features=snakemake.input.features,
    intervals_file=snakemake.input.intervals,
    hole=snakemake.wildcards.hole,
    cfg=snakemake.params.cfg,
)
