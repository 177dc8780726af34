"""The stage `mask`: which pixels of one scan are core, as a picture to look at and to edit."""

from pathlib import Path

from semispectral.census.mask_files import write_image, write_mask
from semispectral.scans.mask_picture import read_core
from semispectral.scans.readers import open_scene
from semispectral.scans.tray_mask import MaskConfig, look_for_core, mask_by
from semispectral.study.scene import Scene
from semispectral.study.stage_settings import stage_settings


def run_mask(mask_file: str | Path, image_file: str | Path, *, cfg: str) -> None:
    """Tell core from tray and shadow: by the settings, or as the picture says that the scene names.

    Parameters
    ----------
    mask_file : str or Path
        PNG to write, white for core and black for tray and shadow.
    image_file : str or Path
        PNG to write, the brightness of the scan, for a layer under the mask.
    cfg : str
        JSON of the sections ``scene`` (its row of scenes.tsv) and ``mask``.
    """
    scene = stage_settings(Scene, cfg, "scene")
    settings = stage_settings(MaskConfig, cfg, "mask")
    with open_scene(scene) as cube:
        painted = None if scene.mask is None else read_core(scene.mask, cube.shape[:2])
        seen = look_for_core(cube, MaskConfig() if scene.mask else settings)
    core = ~mask_by(seen, scale=scene.factor, settings=settings) if painted is None else painted
    write_mask(Path(mask_file), core)
    write_image(Path(image_file), seen.bright)
