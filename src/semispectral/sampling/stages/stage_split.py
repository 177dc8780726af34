"""The stages `split` and `split_tested`: the parts of the study, and the pixels of the pool that each part takes."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from semispectral.census.census_files import read_censuses
from semispectral.census.compatibility import odd_of_collection
from semispectral.pool.pool_files import PoolTables
from semispectral.pool.sample_settings import SampleConfig
from semispectral.sampling import split_files
from semispectral.sampling.split import SplitConfig
from semispectral.sampling.study_split import say_warnings, split_study, split_tested
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
    """Split the scenes that are learnt from into parts, deal the pool, write both and check what is on disk.

    Scenes of named test holes are not among them: whatever they hold, training is the same. No scan is read.

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
        JSON of the sections ``scenes`` (their rows of scenes.tsv), ``steps`` (of the cleaning), ``split`` and
        ``sample``.
    """
    given = json.loads(cfg)
    scenes = [settings(Scene, row, where="scenes.tsv") for row in given["scenes"]]
    counted, codes = read_censuses(censuses)
    odd_of_collection(scenes, counted, given["steps"])
    method = settings(SplitConfig, given["split"])
    found = split_study(
        scenes,
        codes,
        PoolTables(shards),
        ClassMap.read(Path(classes_file)),
        split_settings=method.of_other_holes,
        sample_settings=settings(SampleConfig, given["sample"]),
    )
    split_files.write_split(Path(directory), replace(found, method=method.method))
    split_files.check_split(Path(directory), scenes, codes)


def run_split_tested(
    directory: str | Path,
    *,
    training: str | Path,
    censuses: Sequence[str | Path],
    shards: Sequence[str | Path],
    classes_file: str | Path,
    cfg: str,
) -> None:
    """Add the scenes of named test holes to a split, write the whole and check what is on disk.

    Parameters
    ----------
    directory : str or Path
        Folder to write to, as in `run_split`.
    training : str or Path
        Folder of the split of the scenes that are learnt from.
    censuses : sequence of str or Path
        Census of every scene that is learnt from or tested.
    shards : sequence of str or Path
        Pool of every scene that is learnt from or tested; only the tables are read.
    classes_file : str or Path
        Table of classes, classes.tsv.
    cfg : str
        As in `run_split`, with the rows of all these scenes.
    """
    given = json.loads(cfg)
    scenes = [settings(Scene, row, where="scenes.tsv") for row in given["scenes"]]
    counted, codes = read_censuses(censuses)
    learnt = split_files.read_split(Path(training))
    found = split_tested(
        learnt,
        [scene for scene in scenes if scene.name not in learnt.parts],
        codes,
        PoolTables(shards),
        ClassMap.read(Path(classes_file)),
        method=settings(SplitConfig, given["split"]).method,
        sample_settings=settings(SampleConfig, given["sample"]),
        odd=odd_of_collection(scenes, counted, given["steps"]),
    )
    say_warnings(found.warnings)
    split_files.write_split(Path(directory), found)
    split_files.check_split(Path(directory), scenes, codes)
