"""Train q(y|x) on the labels alone, with one number of labels per class: the baseline of M2."""
from pathlib import Path

from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake, gpu=snakemake.resources.get("gpu", 0))
with logs.set_aside(snakemake.log[0]):
    from semispectral.training.stages.stage_train_qy import run_train_qy

run_train_qy(
    snakemake.output[0],
    feature_files=snakemake.input.features,
    scaler_directory=snakemake.input.scaler,
    pixels_file=snakemake.input.pixels,
    labels_file=snakemake.input.labels,
    classes_file=snakemake.input.classes,
    results=Path(snakemake.output[0]).parents[3],
    features=snakemake.wildcards.features,
    per_class=snakemake.wildcards.per_class,
    seed=int(snakemake.wildcards.seed),
    threads=snakemake.threads,
    cfg=snakemake.params.cfg,
    code=snakemake.params.code,
)
