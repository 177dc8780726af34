"""Deal the pool's pixels to parts and label budgets, for one split and one seed, and check what is on disk."""
import json
from pathlib import Path

from semispectral.workflow import logs
from semispectral.sampling.label_budgets import BudgetConfig
from semispectral.benchmark.splits import deal, split_settings, write_deal
from semispectral.benchmark.pool import read_pool_table
from semispectral.sampling.plan import label_rasters
from semispectral.study.classes import read_classes
from semispectral.study.scene import Scene
from semispectral.storage.seal import read_array
from semispectral.study.stage_settings import settings

logs.start(snakemake.log[0], job=snakemake)
cfg, given, seed = json.loads(snakemake.params.cfg), snakemake.input, int(snakemake.wildcards.seed)
scenes = [settings(Scene, row, where="scenes.tsv") for row in cfg["scenes"]]
codes = {Path(path).stem: read_array(Path(path)) for path in given.codes}
split = split_settings(cfg["split"], sorted({scene.hole for scene in scenes}), seed=seed)
rasters = label_rasters(scenes, codes, read_classes(Path(given.classes)))
budgets = settings(BudgetConfig, cfg["budgets"] | {"seeds": [seed]}, where="benchmark")
write_deal(Path(snakemake.output[0]), deal(rasters, read_pool_table(given.shards), split), split, budgets)
