"""The stage `compare_scans`: whether all scans of a study fit together."""

import json
import logging
from collections.abc import Sequence
from pathlib import Path

from semispectral.census.census_files import read_census
from semispectral.census.compatibility import check_scans
from semispectral.storage.seal import write_json
from semispectral.study.scene import Scene
from semispectral.study.stage_settings import settings

log = logging.getLogger(__name__)


def run_compare_scans(scans_file: str | Path, *, censuses: Sequence[str | Path], cfg: str) -> None:
    """Refuse scans that cannot be joined, and pixels that are in two of them, and write what is unusual about them.

    It is a stage of its own, so that a scan which is added for its map or to be tested is compared with all others, and
    nothing that they taught is taught again.

    Parameters
    ----------
    scans_file : str or Path
        JSON file to write: ``scenes``, names of all scans, and ``odd``, sentences.
    censuses : sequence of str or Path
        Census of every scene, whatever its labels.
    cfg : str
        JSON of the sections ``scenes`` (all rows of scenes.tsv) and ``steps`` (of the cleaning).

    Raises
    ------
    DataError : the scans have different bands and are not resampled.
    SplitError : two scans hold the same pixels.
    """
    given = json.loads(cfg)
    scenes = [settings(Scene, row, where="scenes.tsv") for row in given["scenes"]]
    counted = [read_census(Path(path)).without_codes() for path in censuses]
    odd = check_scans(counted, scale={scene.name: scene.factor for scene in scenes}, steps=given["steps"])
    for sentence in odd:
        log.debug("%s", sentence)
    write_json(Path(scans_file), {"scenes": sorted(scene.name for scene in scenes), "odd": list(odd)})
