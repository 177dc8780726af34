"""Score the predictions of one split and regime on the pixels that training never saw, and look for suspect scores."""
from semispectral.evaluation.stage_evaluate import run_evaluate
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_evaluate(
    snakemake.output[0],
    predictions=snakemake.input.predictions,
    classes_file=snakemake.input.classes,
    known=snakemake.input.known,
    cfg=snakemake.params.cfg,
)
