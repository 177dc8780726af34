"""The stage `benchmark_split`: one split and one seed of the benchmark, dealt from the pool."""

import json
from collections.abc import Sequence
from pathlib import Path

from semispectral.benchmark.splits import split_settings, write_deal
from semispectral.census.census_files import read_censuses
from semispectral.census.compatibility import bad_bands_of_all, odd_of_collection
from semispectral.pool.pool_files import UNLABELLED_DRAW, PoolTables
from semispectral.pool.sample_settings import SampleConfig
from semispectral.sampling.labels_per_class import RunsConfig
from semispectral.sampling.study_split import deal_for_m1, rasters_of_codes, split_study
from semispectral.study.classes import ClassMap
from semispectral.study.scene import Scene
from semispectral.study.stage_settings import settings


def run_benchmark_split(
    directory: str | Path,
    *,
    censuses: Sequence[str | Path],
    shards: Sequence[str | Path],
    classes_file: str | Path,
    seed: int,
    cfg: str,
) -> None:
    """Deal the pool to parts and to M1, draw the labels per class, write all and check what is on disk.

    Parameters
    ----------
    directory : str or Path
        Folder to write.
    censuses : sequence of str or Path
        Census of every scene, with its labels; its codes lie beside it, as ``.npy``.
    shards : sequence of str or Path
        Pool of every scene; only the tables are read.
    classes_file : str or Path
        Table of classes, classes.tsv.
    seed : int
        Seed of the split and of the labels per class.
    cfg : str
        JSON of the sections ``split``, ``scenes`` (all rows of scenes.tsv), ``steps`` (of the cleaning), ``sample`` and
        ``labels_per_class``.
    """
    given = json.loads(cfg)
    scenes = [settings(Scene, row, where="scenes.tsv") for row in given["scenes"]]
    counted, codes = read_censuses(censuses)
    split = split_settings(given["split"], sorted({scene.hole for scene in scenes}), seed=seed)
    sample = settings(SampleConfig, given["sample"], where="benchmark")
    found = split_study(
        scenes,
        codes,
        PoolTables(shards),
        ClassMap.read(Path(classes_file)),
        split_settings=split,
        sample_settings=sample,
        odd=odd_of_collection(scenes, counted, given["steps"]),
    )
    of_m1 = deal_for_m1(
        rasters_of_codes(scenes, codes),
        scenes,
        PoolTables([path for path in shards if Path(path).parent.name == UNLABELLED_DRAW]),
        split_settings=split,
        sample_settings=sample,
    )
    write_deal(
        Path(directory),
        found,
        of_m1,
        config=split,
        labels=settings(RunsConfig, given["labels_per_class"] | {"seeds": [seed]}, where="benchmark"),
        bad_bands=bad_bands_of_all(counted, given["steps"]),
    )
