"""The stage `labels`: which labels lie on one scene."""

from collections.abc import Sequence
from pathlib import Path

from semispectral.census.census_files import read_census, read_codes, write_census
from semispectral.census.count import count_labels
from semispectral.study.classes import ClassMap
from semispectral.study.scene import Scene
from semispectral.study.stage_settings import stage_settings


def run_labels(
    labels_file: str | Path,
    codes_file: str | Path,
    *,
    scans: Sequence[str | Path],
    census_file: str | Path,
    classes_file: str | Path,
    cfg: str,
) -> None:
    """Read the labels of a scene, check that they lie on it, and count them.

    Parameters
    ----------
    labels_file : str or Path
        Parquet file to write: the census of the scene with its labels.
    codes_file : str or Path
        NumPy file to write: the code of every pixel, int32 [line, sample].
    scans : sequence of str or Path
        Files of the scene; its scan must be the one that the census looked at.
    census_file : str or Path
        Census of the scene; its raster lies beside it, as ``.npy``.
    classes_file : str or Path
        Table of classes, classes.tsv.
    cfg : str
        JSON of the section ``scene``, its row of scenes.tsv.
    """
    scene = stage_settings(Scene, cfg, "scene")
    read_codes(Path(census_file).with_suffix(".npy"), scans=scans)
    found = count_labels(read_census(Path(census_file)), scene, ClassMap.read(Path(classes_file)))
    write_census(found, Path(labels_file), Path(codes_file))
