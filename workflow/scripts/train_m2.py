"""Train M2 on one label budget, on bands or on the latents of M1."""
from pathlib import Path

from semispectral.workflow import logs
from semispectral.models.settings_m2 import M2Config
from semispectral.study.classes import read_classes
from semispectral.study.stage_settings import stage_settings
from semispectral.sampling.training_files import read_training_set, write_trained
from semispectral.figures.live_files import pictures_of

logs.start(snakemake.log[0], job=snakemake, gpu=snakemake.resources.get("gpu", 0))
with logs.set_aside(snakemake.log[0]):
    from semispectral.training.devices import devices
    from semispectral.training.run import Run
    from semispectral.training.train_m2 import train_m2

given, directory, seed = snakemake.input, Path(snakemake.output[0]), int(snakemake.wildcards.seed)
wanted, results, cfg = dict(snakemake.wildcards.items()) | {"seed": seed}, directory.parents[3], snakemake.params.cfg
names = read_classes(Path(given.classes)).names
data = read_training_set(given.features, given.budgets, **wanted, scratch=results / "checkpoints")
shown = {"results": results, "seed": seed, "scaler": given.scaler, "names": names, "m1": given.get("m1", [])}
run = Run(seed, results / "checkpoints", snakemake.params.code, pictures_of(directory, **shown), wait=True)
with devices(threads=snakemake.threads, gpus=snakemake.resources.get("gpu", 0)):
    write_trained(directory, train_m2(data, settings=stage_settings(M2Config, cfg, "m2"), run=run, classes=len(names)))
