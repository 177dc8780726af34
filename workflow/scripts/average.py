"""Average the predictions of several methods."""
from semispectral.evaluation.stage_average import run_average
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_average(
    snakemake.output[0],
    members=snakemake.input.members,
    method=snakemake.wildcards.method,
    features=snakemake.wildcards.features,
    weights=snakemake.params.weights,
)
