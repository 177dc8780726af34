"""Simulate one scene of the built-in collection."""
from pathlib import Path

from semispectral.workflow import logs
from semispectral.study.stage_settings import stage_settings
from semispectral.simulate import SimulateConfig, scene_numbers, simulate_scene, write_scene

logs.start(snakemake.log[0], job=snakemake)
config = stage_settings(SimulateConfig, snakemake.params.cfg, "simulate")
hole, scene = scene_numbers(config, snakemake.wildcards.scene)
write_scene(Path(snakemake.output[0]), simulate_scene(config, hole, scene))
