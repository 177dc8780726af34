"""Fit and apply one baseline with one number of labels per class."""
from semispectral.classifiers.stage_baseline import run_baseline
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_baseline(
    snakemake.output[0],
    feature_files=snakemake.input.features,
    scaler_directory=snakemake.input.scaler,
    labels_file=snakemake.input.labels,
    quotas_file=snakemake.input.quotas,
    method=snakemake.wildcards.method,
    features=snakemake.wildcards.features,
    per_class=snakemake.wildcards.per_class,
    seed=int(snakemake.wildcards.seed),
    cfg=snakemake.params.cfg,
)
