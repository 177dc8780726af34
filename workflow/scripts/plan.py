"""Plan who trains and who tests, and how many pixels every scene gives."""
import json
from pathlib import Path

from semispectral.workflow import logs
from semispectral.sampling import plan_files
from semispectral.census.census_files import read_census
from semispectral.census.compatibility import known_for_plan
from semispectral.study.classes import ClassMap
from semispectral.sampling.plan import plan
from semispectral.sampling.quotas import SampleConfig
from semispectral.study.scene import Scene
from semispectral.study.stage_settings import settings
from semispectral.sampling.split import SplitConfig

logs.start(snakemake.log[0], job=snakemake)
cfg, directory = json.loads(snakemake.params.cfg), Path(snakemake.output.quotas).parent
scenes = [settings(Scene, row, where="scenes.tsv") for row in cfg["scenes"]]
censuses = [read_census(Path(path)) for path in snakemake.input.census]
classes, codes = ClassMap.read(Path(snakemake.input.classes)), {found.scene: found.codes for found in censuses}
given = {"split_settings": settings(SplitConfig, cfg["split"]), "sample_settings": settings(SampleConfig, cfg["sample"])}
given |= known_for_plan(scenes, censuses, cfg["steps"])
plan_files.write_plan(directory, plan(scenes, codes, classes, **given))
plan_files.check_plan(directory, scenes, codes)
