"""Read labels of intervals: a class, or the shares of several, by depth (lithology logs, XRD, assays as minerals)."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from semispectral.drillholes.table_rows import FROM, HOLE, SAME_M, TO, Row, from_and_to, header_of, read_rows
from semispectral.errors import ConfigError
from semispectral.study.classes import ClassMap
from semispectral.study.names import plain, quoted, some
from semispectral.study.suggestions import hint

WHAT, KEY = "a table of interval labels", "interval_labels"
DEPTH, RADIUS, CLASS = ("depth", "depthm", "at"), ("radius", "radiusm"), ("class", "lithology", "lith", "mineral")
MOST_OVER = 0.01  # by which rounded shares may sum to more than 1


@dataclass(frozen=True, eq=False)
class IntervalLabel:
    """Label of an interval.

    Attributes
    ----------
    where : str, file and row, for messages.
    hole : str, name of the hole.
    from_m, to_m : float, in m along the hole.
    shares : float64 [class], shares of all classes of the study, which sum to 1.
    """

    where: str
    hole: str
    from_m: float
    to_m: float
    shares: np.ndarray


def read_interval_labels(path: Path, classes: ClassMap) -> list[IntervalLabel]:
    """Read a table of interval labels.

    It has a hole; from and to, or a depth and a radius; and a class, or a column of shares for each of some classes.
    What the shares of a row leave of 1 is spread over the classes without a column; without such classes the shares are
    divided by their sum.

    Parameters
    ----------
    path : Path, the table.
    classes : ClassMap, classes of the study, in label order.

    Returns
    -------
    The labels, by hole and depth.

    Raises
    ------
    ConfigError : columns are missing or of two kinds, no row has a label, an interval runs backwards or overlaps
        another, a class is not known, or shares are negative or sum to more than 1.
    """
    header = header_of(path, what=WHAT, key=KEY)
    names = [name for name in header.plain if name in (*FROM, *TO)]
    place = {"from": FROM, "to": TO} if names else {"depth": DEPTH, "radius": RADIUS}
    by_class = any(name in CLASS for name in header.plain)
    shares_of = [name for name in header.names if _label(name, classes) is not None]
    _require_one_kind(path, header.plain, by_class=by_class, shares_of=shares_of)
    if not by_class and not shares_of:
        raise ConfigError(
            f"{path}: {WHAT} needs a column 'class', or columns called by classes of classes.tsv with their shares; "
            f"the header is {some(header.names, show=quoted)}, and the classes are {some(classes.names)}"
        )
    labels = [_label(name, classes) for name in shares_of]
    if not by_class and len(set(labels)) < len(labels):
        raise ConfigError(
            f"{path}: each class needs one column, and two of {some(shares_of, show=quoted)} are of one class, by its "
            "name and by its code; remove one of them"
        )
    columns = {**place, **({"class": CLASS} if by_class else {})}
    found = []
    for row in read_rows(path, columns, what=WHAT, key=KEY):
        shares = _of_class(row, classes) if by_class else _of_shares(row, shares_of, classes)
        if shares is not None:
            found.append(IntervalLabel(row.where, row.hole, *_ends(row), shares))
    if not found:
        raise ConfigError(
            f"{path}: {WHAT} needs a row with a class or shares, and each of its rows is without; fill them in, or "
            "take the table out of interval_labels.sources"
        )
    found.sort(key=lambda each: (each.hole, each.from_m))
    for above, below in pairwise(found):
        if above.hole == below.hole and below.from_m < above.to_m - SAME_M:
            raise ConfigError(
                f"{below.where}: intervals of one source must not overlap, but this one of {quoted(below.hole)} begins "
                f"at {below.from_m:g} m, and that of {above.where.rpartition(', ')[2]} ends at {above.to_m:g} m; "
                "correct the depths, or give one of them in a table of its own"
            )
    return found


def _require_one_kind(path: Path, plain: Sequence[str], *, by_class: bool, shares_of: Sequence[str]) -> None:
    """Refuse a table that says the class, or the place, of a row in two ways."""
    if by_class and shares_of:
        raise ConfigError(
            f"{path}: {WHAT} has a class in each row or shares, and this one has a column of classes beside "
            f"{some(shares_of, show=quoted)}; remove one of them, or make two tables of it"
        )
    if any(name in RADIUS for name in plain) and any(name in (*FROM, *TO) for name in plain):
        raise ConfigError(
            f"{path}: {WHAT} has intervals (from, to) or points (depth, radius), and this one has a column 'radius' "
            "beside 'from' or 'to'; remove one of them, or make two tables of it"
        )


def _ends(row: Row) -> tuple[float, float]:
    """Return top and bottom of an interval, or of what lies around a point."""
    if "radius" in row.cell:
        depth_m, radius_m = row.number("depth"), row.number("radius")
        if radius_m <= 0:
            raise ConfigError(f"{row.where}, column 'radius': a length above 0 m is needed, got {radius_m:g}")
        return depth_m - radius_m, depth_m + radius_m
    return from_and_to(row)


def columns_left_out(path: Path, classes: ClassMap) -> list[str]:
    """Return the columns of a table of shares that are of no class, and so left out; none of a table of classes.

    Parameters
    ----------
    path : Path, the table.
    classes : ClassMap, classes of the study.
    """
    header = header_of(path, what=WHAT, key=KEY)
    if any(name in CLASS for name in header.plain):
        return []
    places = (*HOLE, *FROM, *TO, *DEPTH, *RADIUS)
    both = zip(header.names, header.plain, strict=True)
    return [name for name, own in both if name and own not in places and _label(name, classes) is None]


def _label(text: str, classes: ClassMap) -> int | None:
    """Return the label of a class by its name, in capitals or not, or its code; None: there is none."""
    if text in classes.names:
        return classes.names.index(text)
    wanted = plain(text)
    alike = [label for label, name in enumerate(classes.names) if plain(name) == wanted]
    if len(alike) == 1:
        return alike[0]
    return classes.codes.index(int(text)) if text.isdecimal() and int(text) in classes.codes else None


def _of_class(row: Row, classes: ClassMap) -> np.ndarray | None:
    """Return the shares of a row with one class; None where its cell is empty."""
    text = row.cell["class"]
    if not text:
        return None
    label = _label(text, classes)
    if label is None:
        raise ConfigError(
            f"{row.where}, column 'class': {quoted(text)} is neither a name nor a code of the classes that are "
            f"used: {hint(text, classes.names)}; correct it, or leave the cell empty"
        )
    return np.asarray(np.eye(len(classes))[label])


def _of_shares(row: Row, columns: Sequence[str], classes: ClassMap) -> np.ndarray | None:
    """Return the shares of a row, which sum to 1; None where all its cells are empty."""
    cells = {column: row.others[column] for column in columns}
    if not any(cells.values()):
        return None
    shares = np.zeros(len(classes))
    for column, text in cells.items():
        value = row.number_of(column) if text else 0.0
        if value < 0 or value > 1 + MOST_OVER:
            raise ConfigError(
                f"{row.where}, column {column!r}: a share from 0 to 1 is needed, got {value:g}; divide percent by 100"
            )
        shares[_label(column, classes)] += value
    total = float(shares.sum())
    if total > 1 + MOST_OVER or total <= 0:
        raise ConfigError(
            f"{row.where}: the shares of an interval sum to more than 0 and at most 1, got {total:g}; correct them"
        )
    others = [label for label in range(len(classes)) if label not in {_label(column, classes) for column in columns}]
    if others and total < 1:
        shares[others] = (1 - total) / len(others)
    return np.asarray(shares / shares.sum())
