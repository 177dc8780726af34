"""Sum the maps of one hole up over intervals, and draw its strip log."""
from semispectral.downhole.stage_composite import run_composite
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_composite(
    table_file=snakemake.output.table,
    strip_file=snakemake.output.strip,
    picture_file=snakemake.output.picture,
    numbers_files=snakemake.input.numbers,
    features=snakemake.input.features,
    intervals_files=snakemake.input.intervals,
    hole=snakemake.wildcards.hole,
    cfg=snakemake.params.cfg,
)
