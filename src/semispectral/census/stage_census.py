"""The stage `census`: which labels one scene has, and which of its pixels hold data."""

from pathlib import Path

from semispectral.census.census_files import write_census
from semispectral.census.count import census
from semispectral.scans.tray_mask import MaskConfig
from semispectral.spectra.cleaning_settings import CleanConfig
from semispectral.study.classes import ClassMap
from semispectral.study.scene import Scene
from semispectral.study.stage_settings import stage_settings


def run_census(census_file: str | Path, codes_file: str | Path, *, classes_file: str | Path, cfg: str) -> None:
    """Count the labels of a scene, in full, and look at its data, sparsely.

    The files of the scene are those that its row of scenes.tsv names.

    Parameters
    ----------
    census_file : str or Path
        Parquet file to write: the counts and the facts of the scene.
    codes_file : str or Path
        NumPy file to write: the code of every pixel, int32 [line, sample].
    classes_file : str or Path
        Table of classes, classes.tsv.
    cfg : str
        JSON of the sections ``scene`` (its row of scenes.tsv), ``mask`` and ``cleaning``.
    """
    scene = stage_settings(Scene, cfg, "scene")
    mask = stage_settings(MaskConfig, cfg, "mask")
    cleaning = stage_settings(CleanConfig, cfg, "cleaning")
    found = census(scene, ClassMap.read(Path(classes_file)), mask=mask, cleaning=cleaning)
    write_census(found, Path(census_file), Path(codes_file))
