"""Fit the SVM on the labels of one budget."""
from semispectral.classifiers.stage_train_svm import run_train_svm
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_train_svm(
    snakemake.output[0],
    feature_files=snakemake.input.features,
    scaler_directory=snakemake.input.scaler,
    pixels_file=snakemake.input.pixels,
    budgets_file=snakemake.input.budgets,
    classes_file=snakemake.input.classes,
    features=snakemake.wildcards.features,
    budget=snakemake.wildcards.budget,
    seed=int(snakemake.wildcards.seed),
    cfg=snakemake.params.cfg,
)
