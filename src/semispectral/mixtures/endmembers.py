"""Means of the classes, to unmix spectra with: of their labelled pixels, and of bootstrap resamples of these."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from semispectral.errors import DataError
from semispectral.storage import arrays

ARRAYS = ("rows",)
COMPRESSION = "zstd"
LEAST_SPREAD = 1e-6  # of the largest, so that a band without noise divides nothing by 0


@dataclass(frozen=True, eq=False)
class Endmembers:
    """Means of the classes.

    Attributes
    ----------
    codes : codes of the classes that have labelled pixels.
    means : float64 [1 + resample, class, band], in stored values: of all members, then of each resample.
    whitening : float64 [band, band], by which spectra are multiplied so that members differ from the mean of their
        class by independent errors of 1.
    """

    codes: tuple[int, ...]
    means: np.ndarray
    whitening: np.ndarray


def endmembers_of(x: np.ndarray, code: np.ndarray, *, resamples: int, seed: int) -> Endmembers:
    """Return the means of the classes among labelled pixels.

    Parameters
    ----------
    x : float32 [pixel, band], cleaned spectra in stored values.
    code : int [pixel], codes of their classes.
    resamples : number of resamples of the members of each class.
    seed : seed of the resamples.

    Raises
    ------
    DataError : fewer than two classes have labelled pixels.
    """
    codes = np.unique(code)
    if len(codes) < 2:
        raise DataError(f"mixtures need labelled pixels of two classes or more, got {len(codes)}")
    random, spectra = np.random.default_rng(seed), x.astype(np.float64)
    members = [np.flatnonzero(code == value) for value in codes]
    drawn = [members, *([random.choice(mine, len(mine)) for mine in members] for _ in range(resamples))]
    means = np.stack([[spectra[mine].mean(axis=0) for mine in each] for each in drawn])
    within = spectra - means[0][np.searchsorted(codes, code)]
    return Endmembers(tuple(codes.tolist()), means, _whitening(within, freedom=max(len(x) - len(codes), 1)))


def _whitening(within: np.ndarray, *, freedom: int) -> np.ndarray:
    """Return the whitening of differences between members and the mean of their class, [pixel, band].

    Members are few and bands many: correlations are shrunk towards none as far as their number asks for it (Ledoit and
    Wolf 2004, J. Multivar. Anal. 88, 365).
    """
    from sklearn.covariance import ledoit_wolf  # here: a job that unmixes a scan reads the means and fits none

    spread = np.sqrt(np.square(within).sum(axis=0) / freedom)
    spread = np.maximum(spread, LEAST_SPREAD * max(float(spread.max()), 1e-30))
    correlation, _ = ledoit_wolf(within / spread, assume_centered=True)
    ridge = LEAST_SPREAD * np.eye(len(spread))
    return np.asarray(np.linalg.inv(np.linalg.cholesky(correlation + ridge)).T / spread[:, np.newaxis])


def write_endmembers(path: Path, found: Endmembers) -> None:
    """Write the means of the classes.

    Parameters
    ----------
    path : file to write.
    found : the means.
    """
    rows = np.concatenate([found.means.reshape(-1, found.means.shape[2]), found.whitening])
    arrays.write(path, {"rows": rows}, pd.DataFrame(), {"codes": list(found.codes)}, COMPRESSION)


def read_endmembers(path: Path) -> Endmembers:
    """Read the means that `write_endmembers` wrote.

    Parameters
    ----------
    path : file to read.

    Raises
    ------
    MissingFileError, IntegrityError : the file is absent, was cut or changed.
    """
    found, _, facts = arrays.read(path, ARRAYS)
    codes, rows = tuple(int(code) for code in facts["codes"]), found["rows"]
    bands = rows.shape[1]
    return Endmembers(codes, rows[:-bands].reshape(-1, len(codes), bands), rows[-bands:])
