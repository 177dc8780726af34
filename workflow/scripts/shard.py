"""Draw one scene's sample, in one pass over its blocks of lines."""
from pathlib import Path

import numpy as np
from semispectral import logs, plan_files
from semispectral.clean_settings import CleanConfig
from semispectral.cleaned import usable_samples
from semispectral.io import open_scene
from semispectral.io.shards import write_shard
from semispectral.quotas import SampleConfig
from semispectral.scenes import Scene
from semispectral.settings import stage_settings
from semispectral.shard import shard

logs.start(snakemake.log[0], job=snakemake)
cfg, plan = snakemake.params.cfg, Path(snakemake.input.quotas).parent
scene, sample = stage_settings(Scene, cfg, "scene"), stage_settings(SampleConfig, cfg, "sample")
given = [np.load(snakemake.input[name]) for name in ("codes", "parts")]
given += [plan_files.read_quotas(plan), scene, plan_files.read_classes(plan)]
with open_scene(scene) as cube:
    usable = usable_samples(scene, cube, stage_settings(CleanConfig, cfg, "cleaning"))
    pixels = shard(cube, *given, usable=usable, block_bytes=8_000_000, **sample.drawing)
write_shard(Path(snakemake.output[0]), pixels)
