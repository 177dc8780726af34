"""The stage `cleaning_effect`: what the steps of cleaning that mend faults of the detector do in one scene."""

from pathlib import Path

from semispectral.scans.readers import open_scene
from semispectral.spectra.cleaning_effect import effect_of
from semispectral.spectra.cleaning_settings import CleanConfig
from semispectral.storage.seal import write_json
from semispectral.study.scene import Scene
from semispectral.study.stage_settings import stage_settings


def run_cleaning_effect(effect_file: str | Path, *, cfg: str) -> None:
    """Measure the effect of cleaning on a sparse sample of a scene.

    Parameters
    ----------
    effect_file : str or Path
        JSON file to write; `semispectral.spectra.cleaning_effect.effect_of` says what it holds.
    cfg : str
        JSON of the sections ``scene`` (its row of scenes.tsv) and ``cleaning``.
    """
    scene = stage_settings(Scene, cfg, "scene").alone
    cleaning = stage_settings(CleanConfig, cfg, "cleaning")
    with open_scene(scene) as cube:
        write_json(Path(effect_file), effect_of(scene, cube, cleaning))
