"""Plan who trains and who tests, and how many pixels every scene gives."""
import json
from pathlib import Path

from semispectral import logs, plan_files
from semispectral.census_files import read_census
from semispectral.collection import known_for_plan
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
given = {"split_settings": settings(SplitConfig, cfg["split"]), "sample_settings": settings(SampleConfig, cfg["sample"])}
given |= known_for_plan(scenes, censuses, cfg["steps"])
plan_files.write_plan(directory, plan(scenes, codes, classes, **given))
plan_files.check_plan(directory, scenes, codes)
