"""Deal the pool's pixels to parts and label budgets, for one split and one seed, and check what is on disk."""
from semispectral.benchmark.stages.stage_grid_deal import run_grid_deal
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_grid_deal(
    snakemake.output[0],
    shards=snakemake.input.shards,
    codes=snakemake.input.codes,
    classes_file=snakemake.input.classes,
    seed=int(snakemake.wildcards.seed),
    cfg=snakemake.params.cfg,
)
