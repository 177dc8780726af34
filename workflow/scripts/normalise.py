"""Clean one scene's sample and put it on the common scale."""
import json
from pathlib import Path

from semispectral import logs
from semispectral.clean_settings import CleanConfig
from semispectral.cleaned import read_cleaned
from semispectral.io.shards import write_shard
from semispectral.normalise import Scaler, normalise
from semispectral.settings import settings
from semispectral.weights import load_model

logs.start(snakemake.log[0])
scaler = Scaler.from_saved(*load_model(Path(snakemake.input.scaler)))
scenes = json.loads(snakemake.params.cfg)["scenes"]
cleaning = settings(CleanConfig, scaler.cleaning, where="cleaning")
pixels = read_cleaned(Path(snakemake.input.shard), scenes, cleaning)
write_shard(Path(snakemake.output[0]), normalise(pixels, scaler))
