"""The downhole log as files: CSV, and LAS 2.0 for well-log software."""

import io
import re
from pathlib import Path

import lasio
import numpy as np
import pandas as pd

from semispectral.atomic import write_atomically
from semispectral.errors import DataError
from semispectral.labels import ClassMap
from semispectral.mapping.scene_map import NOVEL_NAME

NULL = -999.25
NOVEL = NOVEL_NAME.replace(" ", "_")


def write_csv(path: Path, table: pd.DataFrame) -> None:
    """Write a log as CSV, six digits."""
    write_atomically(path, table.to_csv(index=False, float_format="%.6g", lineterminator="\n").encode())


def write_las(path: Path, table: pd.DataFrame, classes: ClassMap) -> None:
    """Write a log as LAS 2.0: depth of the top of each interval, evenly stepped, with the null value where no core is.

    Curves: PIXELS, DOMINANT (code of classes.tsv), NOVEL, and for each class its proportion with _LO and _HI (V/V).
    """
    even = _evenly(table, classes)
    las = lasio.LASFile()
    hole = str(table["hole"].iloc[0])
    las.well["WELL"] = lasio.HeaderItem("WELL", value=hole, descr="drill hole")
    las.well["NULL"] = lasio.HeaderItem("NULL", value=NULL, descr="no core")
    las.append_curve("DEPT", even.index.to_numpy(), unit="M", descr="top of the interval")
    las.append_curve("PIXELS", even["pixels"].to_numpy(), descr="classified pixels")
    las.append_curve("DOMINANT", even["code"].to_numpy(), descr="code of the dominant class")
    las.append_curve("NOVEL", even[NOVEL].to_numpy(), unit="V/V", descr=NOVEL_NAME)
    for name in classes.names:
        for suffix, short, words in (("", "", "expected"), ("_low", "_LO", "low end"), ("_high", "_HI", "high end")):
            values = even[f"{name}{suffix}"].to_numpy()
            las.append_curve(mnemonic(name) + short, values, unit="V/V", descr=f"{name}, {words}")
    text = io.StringIO()
    las.write(text, version=2.0, fmt="%.5f", column_fmt={0: "%.4f"})
    write_atomically(path, text.getvalue().encode())


def mnemonic(name: str) -> str:
    """The name of a curve: capital letters, digits and '_'."""
    return re.sub(r"[^A-Z0-9_]", "_", name.upper())


def _evenly(table: pd.DataFrame, classes: ClassMap) -> pd.DataFrame:
    """The numbers of a log by depth, with empty rows where intervals hold no core."""
    if table.empty:
        raise DataError("a LAS file needs at least one interval with core, got none")
    code = dict(zip(classes.names, classes.codes, strict=True))
    numbers = table.assign(code=table["dominant"].map(code)).drop(columns=["hole", "dominant", "depth_to_m"])
    interval = float(table["depth_to_m"].iloc[0] - table["depth_from_m"].iloc[0])
    row = np.rint(table["depth_from_m"].to_numpy() / interval).astype(np.int64)
    even = numbers.set_index(row).reindex(range(row[0], row[-1] + 1)).drop(columns="depth_from_m").fillna(NULL)
    even.index = pd.Index(np.round(even.index.to_numpy() * interval, 6))
    return even
