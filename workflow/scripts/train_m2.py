"""Train M2 on the labels of one run, on bands or on the latents of M1."""
from pathlib import Path

from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake, gpu=snakemake.resources.get("gpu", 0))
with logs.set_aside(snakemake.log[0]):
    from semispectral.training.stages.stage_train_m2 import run_train_m2

run_train_m2(
    snakemake.output[0],
    feature_files=snakemake.input.features,
    pixels_file=snakemake.input.pixels,
    labels_file=snakemake.input.labels,
    classes_file=snakemake.input.classes,
    scaler_directory=snakemake.input.scaler,
    m1_directories=snakemake.input.get("m1", []),
    intervals_files=snakemake.input.intervals,
    shares_files=snakemake.input.shares,
    results=Path(snakemake.output[0]).parents[3],
    features=snakemake.wildcards.features,
    per_class=snakemake.wildcards.per_class,
    seed=int(snakemake.wildcards.seed),
    threads=snakemake.threads,
    gpus=snakemake.resources.get("gpu", 0),
    cfg=snakemake.params.cfg,
    code=snakemake.params.code,
)
