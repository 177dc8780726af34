"""Choose the normalisation of the bands for each seed of a benchmark job, on labels of the training part."""
from semispectral.benchmark.stages.stage_benchmark_input import run_benchmark_input
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_benchmark_input(
    snakemake.output[0],
    shards=snakemake.input.shards,
    splits=snakemake.input.splits,
    cfg=snakemake.params.cfg,
    code=snakemake.params.code,
)
