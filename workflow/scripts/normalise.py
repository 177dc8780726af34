"""Clean one scene's sample and put it on the common scale."""
import json
from pathlib import Path

from semispectral.workflow import logs
from semispectral.spectra.cleaning_settings import CleanConfig
from semispectral.spectra.cleaned_scans import read_cleaned
from semispectral.spectra.shards import write_shard
from semispectral.spectra.scaling import normalise, read_scaler
from semispectral.workflow.progress import timed
from semispectral.study.stage_settings import settings

logs.start(snakemake.log[0], job=snakemake)
scaler = read_scaler(snakemake.input.scaler)
scenes = json.loads(snakemake.params.cfg)["scenes"]
cleaning = settings(CleanConfig, scaler.cleaning, where="cleaning")
pixels = read_cleaned(Path(snakemake.input.shard), scenes, cleaning)
with timed(snakemake.wildcards.scene, pixels=len(pixels), size_mb=pixels.x.nbytes / 1e6):
    write_shard(Path(snakemake.output[0]), normalise(pixels, scaler))
