"""Read the spectra that a split takes from the pool, cleaned."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from semispectral.pool.pool_files import LABELLED_DRAW, Shards
from semispectral.scans.cube import Pixels
from semispectral.spectra.cleaned_scans import read_cleaned, without_lost
from semispectral.spectra.cleaning_settings import CleanConfig


def read_dealt(
    shards: Shards, dealt: pd.DataFrame, *, scenes: Mapping[str, Any], cleaning: CleanConfig, bad_bands: Sequence[int]
) -> Iterator[tuple[str, Pixels]]:
    """Yield each scene and its cleaned pixels that a split takes, in the order of the scenes' names.

    Parameters
    ----------
    shards : files of the pool.
    dealt : DataFrame, pixels of the split, with the columns of `semispectral.sampling.study_split.DEALT`.
    scenes : rows of ``scenes.tsv`` by name, of the scenes whose files cleaning opens.
    cleaning : CleanConfig, steps of cleaning.
    bad_bands : numbers of the bands that are left out of all scenes.

    Raises
    ------
    IntegrityError : a shard is not the one that was dealt.
    """
    by_scene: dict[str, list[Path]] = {}
    for path in sorted(map(Path, shards), key=str):
        by_scene.setdefault(path.stem, []).append(path)
    for scene, paths in sorted(by_scene.items()):
        mine = dealt[dealt["scene"] == scene]
        found = []
        for path in paths:
            labelled = path.parent.name == LABELLED_DRAW
            rows = mine[(mine["label"] >= 0) == labelled]
            found.append(read_cleaned(path, scenes, cleaning, rows=rows, bad_bands=bad_bands))
        yield scene, without_lost(Pixels.concat(found))
