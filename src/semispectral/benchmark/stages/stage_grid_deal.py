"""The stage `grid_deal`: parts and label budgets of the benchmark's pool, for one split and one seed."""

import json
from collections.abc import Sequence
from pathlib import Path

from semispectral.benchmark.pool import read_pool_table
from semispectral.benchmark.splits import deal, split_settings, write_deal
from semispectral.sampling.label_budgets import BudgetConfig
from semispectral.sampling.plan import label_rasters
from semispectral.storage.seal import read_array
from semispectral.study.classes import read_classes
from semispectral.study.scene import Scene
from semispectral.study.stage_settings import settings


def run_grid_deal(
    directory: str | Path,
    *,
    shards: Sequence[str | Path],
    codes: Sequence[str | Path],
    classes_file: str | Path,
    seed: int,
    cfg: str,
) -> None:
    """Divide the pool's pixels into parts, draw the label budgets, write both and check what is on disk.

    Parameters
    ----------
    directory : str or Path
        Folder to write.
    shards : sequence of str or Path
        Pool of every scene; only its table is read.
    codes : sequence of str or Path
        Codes of the census, a file per scene.
    classes_file : str or Path
        Classes of the pool, classes.json.
    seed : int
        Seed of the split and of the label budgets.
    cfg : str
        JSON of the sections ``split``, ``scenes`` (all rows of scenes.tsv) and ``budgets``.
    """
    given = json.loads(cfg)
    scenes = [settings(Scene, row, where="scenes.tsv") for row in given["scenes"]]
    holes = sorted({scene.hole for scene in scenes})
    split = split_settings(given["split"], holes, seed=seed)
    budgets = settings(BudgetConfig, given["budgets"] | {"seeds": [seed]}, where="benchmark")
    code_of = {Path(path).stem: read_array(Path(path)) for path in codes}
    rasters = label_rasters(scenes, code_of, read_classes(Path(classes_file)))
    parts = deal(rasters, read_pool_table(shards), split)
    write_deal(Path(directory), parts, split, budgets)
