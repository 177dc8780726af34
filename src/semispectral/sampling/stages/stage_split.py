"""The stage `split`: the parts of the study, and the pixels of the pool that each part takes."""

import json
from collections.abc import Sequence
from pathlib import Path

from semispectral.census.census_files import read_censuses
from semispectral.census.compatibility import odd_of_collection
from semispectral.pool.pool_files import PoolTables
from semispectral.pool.sample_settings import SampleConfig
from semispectral.sampling import split_files
from semispectral.sampling.split import SplitConfig
from semispectral.sampling.study_split import say_warnings, split_study
from semispectral.study.classes import ClassMap
from semispectral.study.scene import Scene
from semispectral.study.stage_settings import settings


def run_split(
    directory: str | Path,
    *,
    censuses: Sequence[str | Path],
    shards: Sequence[str | Path],
    classes_file: str | Path,
    cfg: str,
) -> None:
    """Split the pixels into parts, deal the pool, write both and check what is on disk. No scan is read.

    Parameters
    ----------
    directory : str or Path
        Folder to write to; `semispectral.sampling.split_files.write_split` names its files.
    censuses : sequence of str or Path
        Census of every scene, with its labels; its codes lie beside it, as ``.npy``.
    shards : sequence of str or Path
        Pool of every scene; only the tables are read.
    classes_file : str or Path
        Table of classes, classes.tsv.
    cfg : str
        JSON of the sections ``scenes`` (all rows of scenes.tsv), ``steps`` (of the cleaning), ``split`` and
        ``sample``.
    """
    given = json.loads(cfg)
    scenes = [settings(Scene, row, where="scenes.tsv") for row in given["scenes"]]
    counted, codes = read_censuses(censuses)
    found = split_study(
        scenes,
        codes,
        PoolTables(shards),
        ClassMap.read(Path(classes_file)),
        split_settings=settings(SplitConfig, given["split"]),
        sample_settings=settings(SampleConfig, given["sample"]),
        odd=odd_of_collection(scenes, counted, given["steps"]),
    )
    say_warnings(found.warnings)
    split_files.write_split(Path(directory), found)
    split_files.check_split(Path(directory), scenes, codes)
