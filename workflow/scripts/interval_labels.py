"""Find the training pixels of labelled intervals."""
from semispectral.downhole.stage_interval_labels import run_interval_labels
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_interval_labels(
    pixels_file=snakemake.output.pixels,
    intervals_file=snakemake.output.intervals,
    dealt_file=snakemake.input.dealt,
    codes_files=snakemake.input.codes,
    classes_file=snakemake.input.classes,
    tables=snakemake.input.tables,
    cfg=snakemake.params.cfg,
)
