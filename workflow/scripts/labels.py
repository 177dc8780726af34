"""Read the labels of one scene, check them and count them."""
from semispectral.census.stage_labels import run_labels
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_labels(
    snakemake.output.labels,
    snakemake.output.codes,
    scans=snakemake.input.files,
    census_file=snakemake.input.census,
    classes_file=snakemake.input.classes,
    cfg=snakemake.params.cfg,
)
