"""Make the downhole log, the intervals and the strip log of one hole from the maps of its scenes."""
from semispectral.downhole.stage_downhole import run_downhole
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_downhole(
    csv_file=snakemake.output.csv,
    las_file=snakemake.output.las,
    figure_file=snakemake.output.figure,
    table_file=snakemake.output.table,
    strip_file=snakemake.output.strip,
    picture_file=snakemake.output.picture,
    numbers_files=snakemake.input.numbers,
    features=snakemake.input.features,
    intervals_files=snakemake.input.intervals,
    hole=snakemake.wildcards.hole,
    cfg=snakemake.params.cfg,
)
