"""Look at one scene: its labels in full, its data sparsely."""
from pathlib import Path

from semispectral import logs
from semispectral.census import census
from semispectral.census_files import write_census
from semispectral.clean_settings import CleanConfig
from semispectral.labels import ClassMap
from semispectral.mask import MaskConfig
from semispectral.scene import Scene
from semispectral.settings import stage_settings

logs.start(snakemake.log[0], job=snakemake)
scene = stage_settings(Scene, snakemake.params.cfg, "scene")
mask = stage_settings(MaskConfig, snakemake.params.cfg, "mask")
cleaning = stage_settings(CleanConfig, snakemake.params.cfg, "cleaning")
found = census(scene, ClassMap.read(Path(snakemake.input.classes)), mask=mask, cleaning=cleaning)
write_census(found, Path(snakemake.output.census), Path(snakemake.output.codes))
