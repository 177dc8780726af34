"""Deal the pool's pixels to parts and labels per class, for one split and one seed, and check what is on disk."""
from semispectral.benchmark.stages.stage_benchmark_split import run_benchmark_split
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_benchmark_split(
    snakemake.output[0],
    censuses=snakemake.input.census,
    shards=snakemake.input.shards,
    classes_file=snakemake.input.classes,
    seed=int(snakemake.wildcards.seed),
    cfg=snakemake.params.cfg,
)
