"""Fit and apply one baseline with one number of labels per class."""
from semispectral.classifiers.stage_baseline import run_baseline
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_baseline(
    snakemake.output[0],
    feature_files=snakemake.input.features,
    scaler_directory=snakemake.input.scaler,
    budgets_file=snakemake.input.budgets,
    quotas_file=snakemake.input.quotas,
    method=snakemake.wildcards.method,
    features=snakemake.wildcards.features,
    budget=snakemake.wildcards.budget,
    seed=int(snakemake.wildcards.seed),
    cfg=snakemake.params.cfg,
)
