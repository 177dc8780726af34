"""Simulate the built-in collection: scans of drill core, made by physics."""

from semispectral.simulate.files import write_scene
from semispectral.simulate.hole_settings import SimulateConfig
from semispectral.simulate.scene import SimulatedScene, scene_names, scene_numbers, simulate_scene

__all__ = ["SimulateConfig", "SimulatedScene", "scene_names", "scene_numbers", "simulate_scene", "write_scene"]
