"""Fit the normalisation on the cleaned training pixels of all scenes."""
import json
from dataclasses import replace
from pathlib import Path

from semispectral.workflow import logs
from semispectral.spectra.cleaning_settings import CleanConfig
from semispectral.spectra.cleaned_scans import as_cleaned, read_cleaned
from semispectral.census.copies import refuse_shared
from semispectral.spectra.scaling import fit_scaler
from semispectral.scans.cube import Pixels
from semispectral.study.stage_settings import settings
from semispectral.storage.model_files import save_model

logs.start(snakemake.log[0], job=snakemake)
cfg = json.loads(snakemake.params.cfg)
cleaning = settings(CleanConfig, cfg["cleaning"], where="cleaning")
parts = [read_cleaned(Path(path), cfg["scenes"], cleaning) for path in snakemake.input.shards]
pixels = refuse_shared(Pixels.concat(parts))
train = pixels.where((pixels.table["part"] == "train").to_numpy())
scaler = fit_scaler(train.x, method=cfg["normalise"]["method"])
save_model(Path(snakemake.output[0]), *replace(scaler, cleaning=as_cleaned(cfg["cleaning"], pixels)).to_saved())
