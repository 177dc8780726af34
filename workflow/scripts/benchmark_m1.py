"""Train the M1 of each seed of a benchmark job, and write the latents of all its pixels."""
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
with logs.set_aside(snakemake.log[0]):
    from semispectral.benchmark.stages.stage_benchmark_m1 import run_benchmark_m1

run_benchmark_m1(
    snakemake.output[0],
    shards=snakemake.input.shards,
    splits=snakemake.input.splits,
    chosen=snakemake.input.chosen,
    threads=snakemake.threads,
    cfg=snakemake.params.cfg,
    code=snakemake.params.code,
)
