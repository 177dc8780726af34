"""The stage `simulate`: one scene of the built-in collection."""

from pathlib import Path

import scipy.interpolate  # noqa: F401 - every scene needs it: here it is imported once for all jobs of a warm process

from semispectral.simulate import SimulateConfig, scene_numbers, simulate_scene, write_scene
from semispectral.study.stage_settings import stage_settings


def run_simulate(scene_file: str | Path, *, scene: str, cfg: str) -> None:
    """Simulate a scene and write it.

    Parameters
    ----------
    scene_file : str or Path
        HDF5 file to write.
    scene : str
        Name of the scene, ``DH<hole>_<scene>``.
    cfg : str
        JSON of the section ``simulate``.
    """
    config = stage_settings(SimulateConfig, cfg, "simulate")
    hole, number = scene_numbers(config, scene)
    write_scene(Path(scene_file), simulate_scene(config, hole, number))
