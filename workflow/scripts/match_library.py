"""Match the labelled pixels with the mineral library."""
from semispectral.classifiers.stage_match_library import run_match_library
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_match_library(
    snakemake.output.predictions,
    snakemake.output.judged,
    samples=snakemake.input.samples,
    known_file=snakemake.input.known,
    cfg=snakemake.params.cfg,
)
