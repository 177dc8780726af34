"""Write a downhole log as CSV, and as LAS 2.0 for well-log software.

LAS 2.0 is ASCII. Each curve needs a unique name, and the last colon of a line begins the description. Names of classes
and holes may hold any printable character, so they are converted to ASCII and numbered if two become equal; the section
of parameters lists the class of classes.tsv of each curve.
"""

import io
import re
from collections.abc import Iterable
from pathlib import Path

import lasio
import numpy as np
import pandas as pd

from semispectral.downhole.feature_log import LOWER, MEDIAN, UPPER
from semispectral.downhole.log import HIGH, LOW, NOVEL, SHARE
from semispectral.errors import DataError
from semispectral.features.feature_files import unit_of
from semispectral.maps.scene_map import NOVEL_NAME
from semispectral.storage.atomic import write_atomically
from semispectral.study.classes import ClassMap
from semispectral.study.names import plain_letters

NULL = -999.25
OWN_CURVES = ("DEPT", "PIXELS", "DOMINANT", "NOVEL")
KINDS = ((SHARE, "", "expected"), (LOW, "_LO", "low end"), (HIGH, "_HI", "high end"))
OF_FEATURES = ((MEDIAN, "", "median"), (LOWER, "_LO", "low end"), (UPPER, "_HI", "high end"))


def write_csv(path: Path, table: pd.DataFrame) -> None:
    """Write a log as CSV, with six digits.

    Parameters
    ----------
    path : file to write.
    table : log from `downhole_log`.
    """
    write_atomically(path, table.to_csv(index=False, float_format="%.6g", lineterminator="\n").encode())


def write_las(path: Path, table: pd.DataFrame, classes: ClassMap) -> None:
    """Write a log as LAS 2.0.

    Depths are the tops of the intervals, evenly spaced, with the null value where there is no core.

    Curves: PIXELS, DOMINANT (code of classes.tsv), NOVEL, for each class its proportion with _LO and _HI (V/V), and for
    each value of absorption features its median with _LO and _HI.
    Parameters: the code of each class, under the name of its curve.

    Parameters
    ----------
    path : file to write.
    table : log from `downhole_log`.
    classes : classes in label order.
    """
    even = _evenly(table)
    code = pd.Series(classes.codes, index=classes.names)
    las = lasio.LASFile()
    hole = ascii_words(str(table["hole"].iloc[0]))
    las.well["WELL"] = lasio.HeaderItem("WELL", value=hole, descr="drill hole")
    las.well["UWI"] = lasio.HeaderItem("UWI", value=hole, descr="the same; readers leave it text, also 0012 or 1E5")
    las.well["NULL"] = lasio.HeaderItem("NULL", value=NULL, descr="no core")
    las.append_curve("DEPT", even.index.to_numpy(), unit="M", descr="top of the interval")
    las.append_curve("PIXELS", _filled(even["pixels"]), descr="classified pixels")
    las.append_curve("DOMINANT", _filled(even["dominant"].map(code)), descr="code of the dominant class")
    las.append_curve("NOVEL", _filled(even[NOVEL]), unit="V/V", descr=NOVEL_NAME)
    values = [column.removeprefix(MEDIAN) for column in map(str, table) if column.startswith(MEDIAN)]
    curves = mnemonics([*classes.names, *values])
    for name, curve in zip(classes.names, curves, strict=False):
        said = ascii_words(name)
        las.params[curve] = lasio.HeaderItem(curve, value=int(code[name]), descr=f"code of {said}")
        for kind, suffix, words in KINDS:
            las.append_curve(curve + suffix, _filled(even[kind + name]), unit="V/V", descr=f"{said}, {words}")
    for name, curve in zip(values, curves[len(classes) :], strict=True):
        for kind, suffix, words in OF_FEATURES:
            las.append_curve(
                curve + suffix, _filled(even[kind + name]), unit=unit_of(name).upper(), descr=f"{name}, {words}"
            )
    text = io.StringIO()
    las.write(text, version=2.0, fmt="%.5f", column_fmt={0: "%.4f"})
    write_atomically(path, text.getvalue().encode("ascii"))


def ascii_words(text: str) -> str:
    """Convert text for LAS: ASCII, with plain letters for accented ones, and no colon.

    Parameters
    ----------
    text : text to convert.

    Examples
    --------
    >>> ascii_words("Glimmer: Grüne")
    'Glimmer/ Grune'
    """
    return _plain(text).replace(":", "/").strip() or "?"


def _plain(text: str) -> str:
    """Convert text to printable ASCII."""
    return "".join(letter if letter.isascii() and letter.isprintable() else "?" for letter in plain_letters(text))


def mnemonics(names: Iterable[str]) -> list[str]:
    """Return the curve name of each class or value: capital letters, digits and '_'; numbered if the name is taken.

    With their suffixes, the names differ from the log's own curves and from each other.

    Parameters
    ----------
    names : names of the classes, and of the values of features.

    Examples
    --------
    >>> mnemonics(["white mica", "white-mica"])
    ['WHITE_MICA', 'WHITE_MICA_2']
    """
    taken, found = set(OWN_CURVES), []
    for name in names:
        plain = re.sub(r"[^A-Z0-9_]", "_", _plain(name).upper())
        plain = plain if plain.strip("_") else "CLASS"
        numbered = (plain, *(f"{plain}_{number}" for number in range(2, len(taken) + 3)))
        curve = next(each for each in numbered if not taken & _with_suffixes(each))
        taken |= _with_suffixes(curve)
        found.append(curve)
    return found


def _with_suffixes(curve: str) -> set[str]:
    """Return the names of all curves of a class or a value."""
    return {curve + suffix for _, suffix, _ in KINDS}


def _filled(values: pd.Series) -> np.ndarray:
    """Return numbers with the null value for missing ones, float64 [interval]."""
    return np.asarray(values.to_numpy(np.float64, na_value=NULL))


def _evenly(table: pd.DataFrame) -> pd.DataFrame:
    """Return a log by top depth, with empty rows for intervals without core."""
    if table.empty:
        raise DataError("a LAS file needs at least one interval with core, got none")
    interval = float(table["depth_to_m"].iloc[0] - table["depth_from_m"].iloc[0])
    row = np.rint(table["depth_from_m"].to_numpy() / interval).astype(np.int64)
    even = table.set_index(row).reindex(range(row[0], row[-1] + 1))
    even.index = pd.Index(np.round(even.index.to_numpy() * interval, 6))
    return even
