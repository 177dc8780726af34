"""Score every prediction on the pixels that training never saw, and look for what makes a score suspect."""
from semispectral.evaluation.stage_evaluate import run_evaluate
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_evaluate(
    predictions_file=snakemake.output.predictions,
    scores_file=snakemake.output.scores,
    class_scores_file=snakemake.output.classes,
    summary_file=snakemake.output.summary,
    alerts_file=snakemake.output.alerts,
    predictions=snakemake.input.predictions,
    classes_file=snakemake.input.classes,
    known_file=snakemake.input.known,
    cfg=snakemake.params.cfg,
)
