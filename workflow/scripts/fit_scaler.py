"""Fit the normalisation on the cleaned training pixels of all scenes."""
import json
from dataclasses import replace
from pathlib import Path

from semispectral import logs
from semispectral.clean_settings import CleanConfig
from semispectral.cleaned import as_cleaned, read_cleaned
from semispectral.copies import refuse_shared
from semispectral.normalise import fit_scaler
from semispectral.pixels import Pixels
from semispectral.settings import settings
from semispectral.weights import save_model

logs.start(snakemake.log[0], job=snakemake)
cfg = json.loads(snakemake.params.cfg)
cleaning = settings(CleanConfig, cfg["cleaning"], where="cleaning")
parts = [read_cleaned(Path(path), cfg["scenes"], cleaning) for path in snakemake.input.shards]
pixels = refuse_shared(Pixels.concat(parts))
train = pixels.where((pixels.table["part"] == "train").to_numpy())
scaler = fit_scaler(train.x, method=cfg["normalise"]["method"])
save_model(Path(snakemake.output[0]), *replace(scaler, cleaning=as_cleaned(cfg["cleaning"], pixels)).to_saved())
