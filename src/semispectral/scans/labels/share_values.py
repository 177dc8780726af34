"""Shares of classes in a pixel: which class a band or a column is of, and what becomes of the rest."""

from collections.abc import Sequence

import numpy as np

from semispectral.errors import DataError
from semispectral.scans.labels.class_words import ClassWords
from semispectral.study.names import quoted

MOST_OVER = 0.01  # by which rounded shares may sum to more than 1


def place_of_class(text: str, words: ClassWords, codes: Sequence[int], where: str) -> int:
    """Return the place among codes of a class that is written as a name or a code.

    Parameters
    ----------
    text : str, what is written.
    words : ClassWords, classes that may be written.
    codes : codes of the classes in use, rising.
    where : str, file and band or column, for errors.
    """
    code = words.code(text, where)
    if code not in codes:
        raise DataError(f"{where}: {quoted(text)} is ignored in scenes.tsv and can have no share; leave it out")
    return codes.index(code)


def spread(values: np.ndarray, place: np.ndarray, *, classes: int) -> np.ndarray:
    """Return shares of all classes that sum to 1, float32 [..., class]: the rest goes to the classes that have none.

    Parameters
    ----------
    values : float32 [..., given class], shares of some classes; NaN stays.
    place : int [given class], place of each among all.
    classes : number of all classes.
    """
    shares = np.zeros((*values.shape[:-1], classes), np.float32)
    shares[..., place] = values
    total = values.sum(axis=-1, keepdims=True)
    others = np.setdiff1d(np.arange(classes), place)
    if len(others):
        shares[..., others] = np.maximum(1 - total, 0) / len(others)
    return np.asarray(shares / shares.sum(axis=-1, keepdims=True), np.float32)
