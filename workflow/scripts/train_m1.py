"""Train M1 on the spectra of the training part."""
from pathlib import Path

from semispectral.workflow import logs
from semispectral.sampling import training_files
from semispectral.figures import live_files as training_pictures
from semispectral.sampling.training_set import read_features
from semispectral.models.settings_m1 import M1Config
from semispectral.spectra.scaling import read_scaler
from semispectral.study.stage_settings import stage_settings

logs.start(snakemake.log[0], job=snakemake, gpu=snakemake.resources.get("gpu", 0))
with logs.set_aside(snakemake.log[0]):
    from semispectral.training.devices import devices
    from semispectral.training.run import Run
    from semispectral.training.train_m1 import train_m1

directory, seed, scaler = Path(snakemake.output[0]), int(snakemake.wildcards.seed), snakemake.input.scaler
results, settings = directory.parents[1], stage_settings(M1Config, snakemake.params.cfg, "m1")
pixels = read_features(snakemake.input.features, features="bands", scratch=results / "checkpoints")
x, valid = (pixels.where((pixels.table["part"] == part).to_numpy()).mean for part in ("train", "valid"))
picture = training_pictures.pictures_of(directory, results=results, seed=seed, scaler=scaler, examples=x[:6])
run = Run(seed, results / "checkpoints", snakemake.params.code, picture, wait=True)
with devices(threads=snakemake.threads, gpus=snakemake.resources.get("gpu", 0)):
    trained = train_m1(x, valid, settings=settings, run=run, views=read_scaler(scaler).views)
training_files.write_trained(directory, trained)
