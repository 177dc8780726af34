"""Look at one scene: its labels in full, its data sparsely."""
from semispectral.census.stage_census import run_census
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_census(
    snakemake.output.census,
    snakemake.output.codes,
    classes_file=snakemake.input.classes,
    cfg=snakemake.params.cfg,
)
