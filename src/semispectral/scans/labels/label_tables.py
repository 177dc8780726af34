"""Lay the labels of a table, a row for each pixel, over the pixels of a scene."""

import re
from pathlib import Path

import numpy as np

from semispectral.errors import DataError
from semispectral.scans.formats.open_file import refuse_keys, require_file
from semispectral.scans.labels.class_words import ClassWords
from semispectral.scans.labels.label_rasters import UNLABELLED_CODE
from semispectral.scans.labels.label_rows import WHAT, LabelRow, ShareRow, answered
from semispectral.study.names import quoted
from semispectral.study.scene import Scene

PLACE = re.compile(r"([0-9]{1,10})(?:[.,]0{1,12})?")  # programs that keep numbers with decimals write 24.0


def read_labels(path: Path, scene: Scene, words: ClassWords, *, key: str = "", shape: tuple[int, int]) -> np.ndarray:
    """Read the labels that a table gives a scene; rows of other scenes are left out.

    Parameters
    ----------
    path : Path, the table.
    scene : Scene, row of ``scenes.tsv``.
    words : ClassWords, classes that may be written.
    key : str, must be empty: the columns have fixed names.
    shape : (lines, samples) of the scene.

    Returns
    -------
    int32 [line, sample], codes; 0 where the table has no label.

    Raises
    ------
    DataError : a class is unknown, a pixel lies outside the scene, or two rows give one pixel two classes.
    """
    require_file(path, what=WHAT)
    refuse_keys(path, what=WHAT, labels_key=key)
    codes = np.full(shape, UNLABELLED_CODE, np.int32)
    said: dict[tuple[int, int], int] = {}
    for row in answered(path):
        if row.scene != scene.name:
            continue
        pixel, code = place_of(path, row, shape), words.code(row.of_class, f"{path}, row {row.number}, column 'class'")
        before = said.setdefault(pixel, row.number)
        if before != row.number and codes[pixel] != code:
            raise DataError(
                f"{path}, rows {before} and {row.number}: line {pixel[0]}, sample {pixel[1]} of {scene.name} has two "
                f"classes, of the codes {codes[pixel]} and {code}; leave one of them"
            )
        codes[pixel] = code
    return codes


def place_of(path: Path, row: LabelRow | ShareRow, shape: tuple[int, int]) -> tuple[int, int]:
    """Return line and sample of a row.

    Parameters
    ----------
    path : Path, the table, for errors.
    row : its row.
    shape : (lines, samples) of the scene.

    Raises
    ------
    DataError : the pixel lies outside the scene.
    """
    place = []
    for column, text, end in (("line", row.line, shape[0]), ("sample", row.sample, shape[1])):
        number = PLACE.fullmatch(text)
        if number is None or int(number[1]) >= end:
            raise DataError(
                f"{path}, row {row.number}, column {column!r}: a {column} of {row.scene} is needed, a whole number "
                f"from 0 to {end - 1}, got {quoted(text, limit=40)}; correct it, or leave the row out"
            )
        place.append(int(number[1]))
    return place[0], place[1]
