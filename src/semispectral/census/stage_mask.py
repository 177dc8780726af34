"""The stage `mask`: which pixels of one scan are core, as a picture to look at and to edit."""

from pathlib import Path

from semispectral.census.mask_files import write_image, write_mask
from semispectral.scans.mask_picture import read_core
from semispectral.scans.tray_mask import MaskConfig, look_for_core, mask_by
from semispectral.spectra.cleaned_scans import open_cleaned
from semispectral.spectra.cleaning_settings import CleanConfig
from semispectral.study.scene import Scene
from semispectral.study.stage_settings import stage_settings


def run_mask(mask_file: str | Path, image_file: str | Path, *, cfg: str) -> None:
    """Tell core from tray and shadow: by the settings, or as the picture says that the scene names.

    What is seen is reflectance where the scene has references: the white one takes out the light across the tray.

    Parameters
    ----------
    mask_file : str or Path
        PNG to write, white for core and black for tray and shadow.
    image_file : str or Path
        PNG to write, the brightness of the scan, for a layer under the mask.
    cfg : str
        JSON of the sections ``scene`` (its row of scenes.tsv), ``mask`` and ``cleaning``.
    """
    scene = stage_settings(Scene, cfg, "scene").alone  # the sensor on whose grid the mask lies
    settings = stage_settings(MaskConfig, cfg, "mask")
    cleaning = stage_settings(CleanConfig, cfg, "cleaning")
    with open_cleaned(scene, cleaning.only_references) as cube:
        painted = None if scene.mask is None else read_core(scene.mask, cube.shape[:2])
        seen = look_for_core(cube, MaskConfig() if scene.mask else settings)
    core = ~mask_by(seen, scale=scene.factor, settings=settings) if painted is None else painted
    write_mask(Path(mask_file), core)
    write_image(Path(image_file), seen.bright)
