"""Train M1 on spectra that were drawn without looking at labels."""
from pathlib import Path

from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake, gpu=snakemake.resources.get("gpu", 0))
with logs.set_aside(snakemake.log[0]):
    from semispectral.training.stages.stage_train_m1 import run_train_m1

run_train_m1(
    snakemake.output[0],
    samples=snakemake.input.samples,
    scaler_directory=snakemake.input.scaler,
    results=Path(snakemake.output[0]).parents[1],
    seed=int(snakemake.wildcards.seed),
    threads=snakemake.threads,
    gpus=snakemake.resources.get("gpu", 0),
    cfg=snakemake.params.cfg,
    code=snakemake.params.code,
)
