"""Look at one scene: its data sparsely, its labels not at all."""
from semispectral.census.stage_census import run_census
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_census(
    snakemake.output.census,
    snakemake.output.codes,
    masks=snakemake.input.mask,
    cfg=snakemake.params.cfg,
)
