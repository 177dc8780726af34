"""Train and apply one control on one label budget."""
from semispectral.classifiers.stage_control import run_control
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_control(
    snakemake.output[0],
    feature_files=snakemake.input.features,
    budgets_file=snakemake.input.budgets,
    quotas_file=snakemake.input.quotas,
    method=snakemake.wildcards.method,
    budget=snakemake.wildcards.budget,
    seed=int(snakemake.wildcards.seed),
    cfg=snakemake.params.cfg,
)
