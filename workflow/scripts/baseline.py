"""Fit and apply the baselines of one run: one number of labels per class and one seed."""
from semispectral.classifiers.stage_baseline import run_baseline
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_baseline(
    snakemake.output,
    feature_files=snakemake.input.features,
    scaler_directories=snakemake.input.scalers,
    labels_file=snakemake.input.labels,
    quotas_file=snakemake.input.quotas,
    per_class=snakemake.wildcards.per_class,
    seed=int(snakemake.wildcards.seed),
    cfg=snakemake.params.cfg,
)
