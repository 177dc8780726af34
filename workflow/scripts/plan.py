"""Plan who trains and who tests, and how many pixels every scene gives."""
import json
from pathlib import Path

from semispectral import logs, plan_files
from semispectral.census_files import read_census
from semispectral.collection import check_collection
from semispectral.labels import ClassMap
from semispectral.plan import plan
from semispectral.quotas import SampleConfig
from semispectral.scene import Scene
from semispectral.settings import settings
from semispectral.split import SplitConfig

logs.start(snakemake.log[0], job=snakemake)
cfg, directory = json.loads(snakemake.params.cfg), Path(snakemake.output.quotas).parent
scenes = [settings(Scene, row, where="scenes.tsv") for row in cfg["scenes"]]
censuses = [read_census(Path(path)) for path in snakemake.input.census]
classes, codes = ClassMap.read(Path(snakemake.input.classes)), {found.scene: found.codes for found in censuses}
odd = check_collection(censuses, scale={scene.name: scene.scale for scene in scenes}, steps=cfg["steps"])
split, sample = settings(SplitConfig, cfg["split"]), settings(SampleConfig, cfg["sample"])
plan_files.write_plan(directory, plan(scenes, codes, classes, split_settings=split, sample_settings=sample, odd=odd))
plan_files.check_plan(directory, scenes, codes)
