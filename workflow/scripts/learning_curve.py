"""Score a classifier with more and more of the labels that were given."""
from semispectral.classifiers.stage_learning_curve import run_learning_curve
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_learning_curve(
    snakemake.output[0],
    feature_files=snakemake.input.features,
    scaler_directory=snakemake.input.scaler,
    pixels_file=snakemake.input.pixels,
    features=snakemake.params.features,
    cfg=snakemake.params.cfg,
)
