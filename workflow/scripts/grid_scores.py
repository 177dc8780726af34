"""Score the benchmark on one split and regime: all methods on the same pixels, with intervals, tests and guards."""
from semispectral.benchmark.stages.stage_grid_scores import run_grid_scores
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_grid_scores(
    snakemake.output[0],
    fits=snakemake.input.fits,
    classes_file=snakemake.input.classes,
    known_file=snakemake.input.known,
    cfg=snakemake.params.cfg,
)
