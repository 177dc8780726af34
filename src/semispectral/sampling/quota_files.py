"""Read and check the table of quotas that the split wrote."""

from pathlib import Path

import numpy as np
import pandas as pd

from semispectral.errors import MissingFileError, SplitError
from semispectral.storage.parquet import read_table
from semispectral.storage.run_again import run_command

COLUMNS = ("scene", "hole", "label", "part", "available", "drawn", "quota")


def read_quotas(path: Path) -> pd.DataFrame:
    """Read the quotas of a split: scene, hole, label, part, available, drawn, quota.

    Parameters
    ----------
    path : Path, file to read.

    Raises
    ------
    MissingFileError, IntegrityError : the table does not exist, or was changed.
    SplitError : a column is missing, a row stands twice, or more pixels are asked for than were drawn.
    """
    if not path.is_file():
        raise MissingFileError(
            f"{path}: the quotas of the split are needed; run split again ({run_command('-R split')})"
        )
    quotas = read_table(path)
    check_quotas(quotas, where=str(path))
    return quotas


def check_quotas(quotas: pd.DataFrame, *, where: str) -> None:
    """Check that a table of quotas has its columns, one row per scene, label and part, and no impossible quota.

    Parameters
    ----------
    quotas : DataFrame, quotas of a split, as `read_quotas` returns them.
    where : str, place named in error messages.
    """
    absent = [column for column in COLUMNS if column not in quotas.columns]
    if absent:
        raise SplitError(f"{where}: needs the columns {', '.join(COLUMNS)}; missing: {', '.join(absent)}")
    twice = quotas[quotas.duplicated(["scene", "label", "part"])]
    beyond = quotas[(quotas["quota"] > quotas["drawn"]) | (quotas["quota"] < 0)]
    for what, rows in (("are duplicates", twice), ("ask for more pixels than were drawn", beyond)):
        if len(rows):
            raise SplitError(f"{where}: {len(rows)} rows {what}, first {rows.iloc[0].to_dict()}; run split again")


def training_shares(quotas: pd.DataFrame) -> np.ndarray:
    """Return the share of each class among all labelled pixels of the train part, drawn or not, float64 [class].

    Parameters
    ----------
    quotas : DataFrame, quotas of a split, as `read_quotas` returns them.
    """
    known = quotas[(quotas["part"] == "train") & (quotas["label"] >= 0)]
    pixels = np.bincount(known["label"], weights=known["available"], minlength=int(quotas["label"].max()) + 1)
    return np.asarray(pixels / max(pixels.sum(), 1))
