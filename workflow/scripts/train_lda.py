"""Fit linear discriminants to the labels of one run."""
from semispectral.classifiers.stage_train_lda import run_train_lda
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_train_lda(
    snakemake.output[0],
    feature_files=snakemake.input.features,
    scaler_directory=snakemake.input.scaler,
    pixels_file=snakemake.input.pixels,
    labels_file=snakemake.input.labels,
    classes_file=snakemake.input.classes,
    features=snakemake.wildcards.features,
    per_class=snakemake.wildcards.per_class,
    seed=int(snakemake.wildcards.seed),
    cfg=snakemake.params.cfg,
)
