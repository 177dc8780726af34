"""Means of the classes, to unmix spectra with: of their labelled pixels, and of bootstrap resamples of these."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from semispectral.errors import DataError
from semispectral.storage import arrays

ARRAYS = ("means", "spread")
COMPRESSION = "zstd"
LEAST_SPREAD = 1e-6  # of the largest, so that a band without noise divides nothing by 0


@dataclass(frozen=True, eq=False)
class Endmembers:
    """Means of the classes.

    Attributes
    ----------
    codes : codes of the classes that have labelled pixels.
    means : float64 [1 + resample, class, band], in stored values: of all members, then of each resample.
    spread : float64 [band], standard deviation of members about the mean of their class.
    """

    codes: tuple[int, ...]
    means: np.ndarray
    spread: np.ndarray


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
    spread = np.sqrt(np.square(within).sum(axis=0) / max(len(x) - len(codes), 1))
    return Endmembers(tuple(codes.tolist()), means, np.maximum(spread, LEAST_SPREAD * max(spread.max(), 1e-30)))


def write_endmembers(path: Path, found: Endmembers) -> None:
    """Write the means of the classes.

    Parameters
    ----------
    path : file to write.
    found : the means.
    """
    rows = found.means.reshape(-1, found.means.shape[2])
    content = {"means": rows, "spread": np.broadcast_to(found.spread, rows.shape)}
    arrays.write(path, content, pd.DataFrame(), {"codes": list(found.codes)}, COMPRESSION)


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
    codes = tuple(int(code) for code in facts["codes"])
    return Endmembers(codes, found["means"].reshape(-1, len(codes), found["means"].shape[1]), found["spread"][0])
