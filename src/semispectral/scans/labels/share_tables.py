"""Read a table of shares: a row for each pixel, and a column for each class."""

import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np

from semispectral.errors import DataError
from semispectral.scans.labels.class_words import ClassWords
from semispectral.scans.labels.label_rows import share_rows
from semispectral.scans.labels.label_tables import place_of
from semispectral.scans.labels.share_values import MOST_OVER, place_of_class, spread
from semispectral.study.names import quoted
from semispectral.study.numerals import decimal, has_comma
from semispectral.study.scene import Scene


def read_share_table(
    path: Path, scene: Scene, words: ClassWords, *, codes: Sequence[int], shape: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray]:
    """Read the shares that a table gives the pixels of a scene; rows of other scenes are left out.

    Parameters
    ----------
    path : Path, the table.
    scene : Scene, row of ``scenes.tsv``.
    words : ClassWords, classes that may be written.
    codes : codes of the classes in use, rising.
    shape : (lines, samples) of the scene.

    Returns
    -------
    int64 [pixel], line x samples + sample, rising; and float32 [pixel, class], shares that sum to 1.

    Raises
    ------
    DataError : a column is no class, a pixel lies outside the scene or stands twice, or a cell holds no share.
    """
    found: dict[int, tuple[int, list[float]]] = {}
    columns: tuple[str, ...] = ()
    for row in share_rows(path):
        columns = columns or tuple(row.shares)
        if row.scene != scene.name or not any(row.shares.values()):
            continue
        where = f"{path}, row {row.number}"
        line, sample = place_of(path, row, shape)
        before = found.setdefault(line * shape[1] + sample, (row.number, _of_row(row.shares, where)))
        if before[0] != row.number:
            raise DataError(
                f"{path}, rows {before[0]} and {row.number}: line {line}, sample {sample} of {scene.name} has shares "
                "twice; leave one of them"
            )
    place = [place_of_class(name, words, codes, f"{path}, column {name!r}") for name in columns]
    if len(set(place)) < len(place):
        raise DataError(f"{path}: every class has one column, and two of {', '.join(columns)} are of one class")
    pixel = np.asarray(sorted(found), np.int64)
    values = np.asarray([found[at][1] for at in pixel.tolist()], np.float32).reshape(len(pixel), len(place))
    return pixel, spread(values, np.asarray(place, np.int64), classes=len(codes))


def _of_row(written: Mapping[str, str], where: str) -> list[float]:
    """Return the shares of a row; an empty cell is 0."""
    shares = []
    for name, text in written.items():
        share = math.nan
        with suppress(ValueError):
            share = decimal(text or "0")
        if not 0 <= share <= 1 + MOST_OVER:
            remedy = "write a point in place of the comma" if has_comma(text) else "divide percent by 100"
            raise DataError(
                f"{where}, column {name!r}: a share from 0 to 1 is needed, such as 0.25, got {quoted(text, limit=40)}; "
                f"{remedy}"
            )
        shares.append(share)
    if not 0 < sum(shares) <= 1 + MOST_OVER:
        raise DataError(
            f"{where}: the shares of a pixel sum to more than 0 and at most 1, got {sum(shares):g}; correct them, or "
            "leave the row out"
        )
    return shares
