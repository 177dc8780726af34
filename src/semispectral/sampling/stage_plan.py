"""The stage `plan`: the split of the study, and how many pixels are drawn from every scene."""

import json
from collections.abc import Sequence
from pathlib import Path

from semispectral.census.census_files import read_census
from semispectral.census.compatibility import known_for_plan
from semispectral.sampling import plan_files
from semispectral.sampling.plan import plan
from semispectral.sampling.quotas import SampleConfig
from semispectral.sampling.split import SplitConfig
from semispectral.study.classes import ClassMap
from semispectral.study.scene import Scene
from semispectral.study.stage_settings import settings


def run_plan(directory: str | Path, *, censuses: Sequence[str | Path], classes_file: str | Path, cfg: str) -> None:
    """Split the labelled pixels into parts, set the quotas, write both and check what is on disk.

    Parameters
    ----------
    directory : str or Path Folder to write to; `plan_files.write_plan` names its files.
    censuses : sequence of str or Path Census of every scene; its codes lie beside it, as ``.npy``.
    classes_file : str or Path Table of classes, classes.tsv.
    cfg : str JSON of the sections ``scenes`` (all rows of scenes.tsv), ``steps`` (of the cleaning), ``split`` and
        ``sample``.
    """
    given = json.loads(cfg)
    scenes = [settings(Scene, row, where="scenes.tsv") for row in given["scenes"]]
    counted = [read_census(Path(path)) for path in censuses]
    codes = {found.scene: found.codes for found in counted}
    planned = plan(
        scenes,
        codes,
        ClassMap.read(Path(classes_file)),
        split_settings=settings(SplitConfig, given["split"]),
        sample_settings=settings(SampleConfig, given["sample"]),
        **known_for_plan(scenes, counted, given["steps"]),
    )
    plan_files.write_plan(Path(directory), planned)
    plan_files.check_plan(Path(directory), scenes, codes)
