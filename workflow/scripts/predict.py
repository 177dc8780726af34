"""Apply one trained model to the pixels that every method is asked."""
from semispectral.classifiers.stage_predict import run_predict
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_predict(
    snakemake.output[0],
    feature_files=snakemake.input.features,
    scaler_directory=snakemake.input.scaler,
    pixels_file=snakemake.input.pixels,
    model_directory=snakemake.input.model,
    classes_file=snakemake.input.known,
    method=snakemake.wildcards.method,
    features=snakemake.wildcards.features,
    per_class=snakemake.wildcards.per_class,
    seed=int(snakemake.wildcards.seed),
)
