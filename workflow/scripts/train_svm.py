"""Fit the SVM on the labels of one run."""
from semispectral.classifiers.stage_train_svm import run_train_svm
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_train_svm(
    snakemake.output[0],
    feature_files=snakemake.input.features,
    scaler_directory=snakemake.input.scaler,
    beside_directories=snakemake.input.beside,
    pixels_file=snakemake.input.pixels,
    labels_file=snakemake.input.labels,
    classes_file=snakemake.input.classes,
    features=snakemake.wildcards.features,
    per_class=snakemake.wildcards.per_class,
    seed=int(snakemake.wildcards.seed),
    cfg=snakemake.params.cfg,
)
