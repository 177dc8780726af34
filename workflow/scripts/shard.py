"""Draw one scene's sample, in one pass over its blocks of lines."""
from pathlib import Path

from semispectral.workflow import logs
from semispectral.census.census_files import read_codes
from semispectral.spectra.cleaning_settings import CleanConfig
from semispectral.spectra.cleaned_scans import data_holder
from semispectral.scans.readers import open_scene
from semispectral.spectra.shards import write_shard
from semispectral.study.classes import read_classes
from semispectral.sampling.quota_files import bad_bands_of, read_quotas
from semispectral.sampling.quotas import SampleConfig
from semispectral.study.scene import Scene
from semispectral.storage.seal import read_array
from semispectral.study.stage_settings import stage_settings
from semispectral.sampling.draw import shard

logs.start(snakemake.log[0], job=snakemake)
cfg, quotas = snakemake.params.cfg, read_quotas(Path(snakemake.input.quotas))
scene, sample = stage_settings(Scene, cfg, "scene"), stage_settings(SampleConfig, cfg, "sample")
codes = read_codes(Path(snakemake.input.codes), scans=snakemake.input.files)
parts = read_array(Path(snakemake.input.parts))
classes = read_classes(Path(snakemake.input.classes))
cleaning = stage_settings(CleanConfig, cfg, "cleaning")
with open_scene(scene) as cube:
    how = {"holds_data": data_holder(scene, cube, cleaning, bad_bands_of(quotas)), "block_bytes": 8_000_000}
    pixels = shard(cube, codes, parts, quotas, scene, classes, **how, **sample.drawing)
write_shard(Path(snakemake.output[0]), pixels)
