"""Look at one scene: its labels in full, its data sparsely."""
from pathlib import Path

from semispectral.workflow import logs
from semispectral.census.count import census
from semispectral.census.census_files import write_census
from semispectral.spectra.cleaning_settings import CleanConfig
from semispectral.study.classes import ClassMap
from semispectral.scans.tray_mask import MaskConfig
from semispectral.study.scene import Scene
from semispectral.study.stage_settings import stage_settings

logs.start(snakemake.log[0], job=snakemake)
scene = stage_settings(Scene, snakemake.params.cfg, "scene")
mask = stage_settings(MaskConfig, snakemake.params.cfg, "mask")
cleaning = stage_settings(CleanConfig, snakemake.params.cfg, "cleaning")
found = census(scene, ClassMap.read(Path(snakemake.input.classes)), mask=mask, cleaning=cleaning)
write_census(found, Path(snakemake.output.census), Path(snakemake.output.codes))
