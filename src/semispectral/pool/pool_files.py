"""The pool: which draws there are, and the tables of its shards."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from semispectral.spectra.shards import read_table

UNLABELLED_DRAW, LABELLED_DRAW = DRAWS = ("unlabelled", "labelled")
Shards = Sequence[str | Path]


class PoolTables(Mapping[str, pd.DataFrame]):
    """Tables of shards by scene, each read when it is asked for: memory holds those of one scene. No spectrum is read.

    A table has one row per drawn pixel, with the columns scene, line, sample, code (0 in the unlabelled draw), turn,
    hash and row, its row in its shard.

    Parameters
    ----------
    shards : files of the pool.
    """

    def __init__(self, shards: Shards) -> None:
        self._shards: dict[str, list[Path]] = {}
        for path in sorted(map(Path, shards), key=str):
            self._shards.setdefault(path.stem, []).append(path)

    def __getitem__(self, scene: str) -> pd.DataFrame:
        tables = [read_table(path) for path in self._shards[scene]]
        rows = [np.arange(len(table), dtype=np.int64) for table in tables]
        return pd.concat([table.assign(row=row) for table, row in zip(tables, rows, strict=True)], ignore_index=True)

    def __iter__(self) -> Iterator[str]:
        return iter(self._shards)

    def __len__(self) -> int:
        return len(self._shards)
