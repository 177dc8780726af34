"""Score the benchmark on one split and regime: all methods on the same pixels, with intervals, tests and alerts."""
from semispectral.benchmark.stages.stage_benchmark_scores import run_benchmark_scores
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_benchmark_scores(
    snakemake.output[0],
    fits=snakemake.input.fits,
    classes_file=snakemake.input.classes,
    known_file=f"{snakemake.input.known}/classes.json",
    cfg=snakemake.params.cfg,
)
