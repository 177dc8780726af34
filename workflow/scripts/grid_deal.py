"""Deal the pool's pixels to parts and label budgets, for one split and one seed, and check what is on disk."""
import json
from pathlib import Path

from semispectral import logs
from semispectral.budget import BudgetConfig
from semispectral.grid.deal import deal, split_settings, write_deal
from semispectral.grid.pool import read_pool_table
from semispectral.plan import label_rasters
from semispectral.labels import read_classes
from semispectral.scene import Scene
from semispectral.seal import read_array
from semispectral.settings import settings

logs.start(snakemake.log[0], job=snakemake)
cfg, given, seed = json.loads(snakemake.params.cfg), snakemake.input, int(snakemake.wildcards.seed)
scenes = [settings(Scene, row, where="scenes.tsv") for row in cfg["scenes"]]
codes = {Path(path).stem: read_array(Path(path)) for path in given.codes}
split = split_settings(cfg["split"], sorted({scene.hole for scene in scenes}), seed=seed)
rasters = label_rasters(scenes, codes, read_classes(Path(given.classes)))
budgets = settings(BudgetConfig, cfg["budgets"] | {"seeds": [seed]}, where="benchmark")
write_deal(Path(snakemake.output[0]), deal(rasters, read_pool_table(given.shards), split), split, budgets)
