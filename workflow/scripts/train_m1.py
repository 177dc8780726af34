"""Train M1 on the spectra of the training part."""
from pathlib import Path

from semispectral import logs
from semispectral.dataset import read_features
from semispectral.models.settings_m1 import M1Config
from semispectral.settings import stage_settings
from semispectral.training_files import write_trained
from semispectral.training_pictures import pictures_of

logs.start(snakemake.log[0], job=snakemake, gpu=snakemake.resources.get("gpu", 0))
with logs.set_aside(snakemake.log[0]):
    from semispectral.models.devices import devices
    from semispectral.models.run import Run
    from semispectral.models.train_m1 import train_m1

directory, seed, cfg = Path(snakemake.output[0]), int(snakemake.wildcards.seed), snakemake.params.cfg
results = directory.parents[1]
pixels = read_features(snakemake.input.features, features="bands", scratch=results / "checkpoints")
x, valid = (pixels.where((pixels.table["part"] == part).to_numpy()).mean for part in ("train", "valid"))
picture = pictures_of(directory, results=results, seed=seed, examples=x[:6])
run = Run(seed, results / "checkpoints", snakemake.params.code, picture, wait=True)
with devices(threads=snakemake.threads, gpus=snakemake.resources.get("gpu", 0)):
    write_trained(directory, train_m1(x, valid, settings=stage_settings(M1Config, cfg, "m1"), run=run))
