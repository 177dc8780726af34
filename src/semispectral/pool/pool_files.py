"""The pool: which draws there are, and the tables of its shards."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from semispectral.spectra.shards import read_table

UNLABELLED_DRAW, LABELLED_DRAW = DRAWS = ("unlabelled", "labelled")
Shards = Sequence[str | Path]


def read_pool(shards: Shards) -> pd.DataFrame:
    """Read the tables of shards: one row per pixel, with its row in its shard. No spectrum is read.

    Parameters
    ----------
    shards : files of the pool.

    Returns
    -------
    DataFrame with the columns scene, line, sample, code (0 in the unlabelled draw), turn, hash and row.
    """
    tables = [read_table(Path(path)) for path in sorted(shards, key=str)]
    rows = [np.arange(len(table), dtype=np.int64) for table in tables]
    return pd.concat([table.assign(row=row) for table, row in zip(tables, rows, strict=True)], ignore_index=True)
