"""Normalisation: methods as a table, fitted on training pixels only, one scale for every file."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from semispectral.errors import ConfigError, DataError, ShapeError
from semispectral.scans.cube import Pixels
from semispectral.storage.model_files import load_model

BLOCK_PIXELS = 8192
FLAT = 1e-6  # a spread below this share of the level is rounding of float32, not signal
DARK = 1e-3  # level and contrast below this share of the training pixels' mean are taken as this share

Arrays = Mapping[str, np.ndarray]


def _blocks(x: np.ndarray, change: Callable[[np.ndarray], np.ndarray]) -> Iterator[np.ndarray]:
    for first in range(0, len(x), BLOCK_PIXELS):
        yield change(x[first : first + BLOCK_PIXELS].astype(np.float32))


def _moments(x: np.ndarray, change: Callable[[np.ndarray], np.ndarray]) -> dict[str, np.ndarray]:
    """Mean and scale of every column after `change`; the scale of a constant column is 1."""
    mean = sum(block.sum(axis=0, dtype=np.float64) for block in _blocks(x, change)) / len(x)
    square = sum(np.square(block - mean).sum(axis=0) for block in _blocks(x, change)) / len(x)
    return {"mean": mean.astype(np.float32), "scale": _safe(np.sqrt(square), level=mean).astype(np.float32)}


def _safe(scale: np.ndarray, *, level: np.ndarray) -> np.ndarray:
    """The scale to divide by: 1 where there is none."""
    return np.where(scale > FLAT * np.abs(level), scale, 1)


def _same(x: np.ndarray) -> np.ndarray:
    return x


def snv(x: np.ndarray) -> np.ndarray:
    """Standard normal variate of each spectrum (Barnes et al. 1989): mean 0, standard deviation 1; 0 where flat.

    Parameters
    ----------
    x : float32 [pixel, band].

    Returns
    -------
    float32 [pixel, band].
    """
    level, spread = _level_and_spread(x)
    return np.asarray((x - level) / _safe(spread, level=level), dtype=np.float32)


def _level_and_spread(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of each spectrum, float32 [pixel, 1]."""
    level = x.mean(axis=1, keepdims=True, dtype=np.float64).astype(np.float32)
    spread = np.sqrt(np.square(x - level).mean(axis=1, keepdims=True, dtype=np.float64))
    return level, spread.astype(np.float32)


def snv_and_level(x: np.ndarray, floor: np.ndarray) -> np.ndarray:
    """SNV and, in two more columns, what it takes away: log level and log contrast, none below log `floor`.

    Parameters
    ----------
    x : float32 [pixel, band].
    floor : float32 [2], of the level (mean) and the contrast (standard deviation); without it a dark or flat pixel
        would be minus infinity.

    Returns
    -------
    float32 [pixel, band + 2].
    """
    level, spread = _level_and_spread(x)
    taken = np.maximum(np.concatenate([level, spread], axis=1), floor)
    return np.concatenate([snv(x), np.log(taken)], axis=1)


def two_views(x: np.ndarray, floor: np.ndarray) -> np.ndarray:
    """SNV with level and contrast, as `snv_and_level` gives them, and behind them the bands as they are.

    Parameters
    ----------
    x : float32 [pixel, band].
    floor : float32 [2], as in `snv_and_level`.

    Returns
    -------
    float32 [pixel, 2 band + 2].
    """
    return np.concatenate([snv_and_level(x, floor), x], axis=1)


def _floor(x: np.ndarray) -> np.ndarray:
    """The least level and contrast, float32 [2]."""
    sizes = sum(
        np.abs(part).sum(axis=0, dtype=np.float64)
        for part in _blocks(x, lambda raw: np.concatenate(_level_and_spread(raw), axis=1))
    )
    return np.asarray(np.maximum(DARK * sizes / len(x), np.finfo(np.float32).tiny), np.float32)


def _fit_floored(x: np.ndarray, view: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> dict[str, np.ndarray]:
    floor = _floor(x)
    return {"floor": floor, **_moments(x, lambda raw: view(raw, floor))}


def _fit_nothing(x: np.ndarray) -> dict[str, np.ndarray]:
    return {}


def _fit_max(x: np.ndarray) -> dict[str, np.ndarray]:
    return {"max": np.asarray([x.max()], dtype=np.float32)}


def _fit_minmax(x: np.ndarray) -> dict[str, np.ndarray]:
    low, high = x.min(axis=0).astype(np.float64), x.max(axis=0).astype(np.float64)
    return {"mean": low.astype(np.float32), "scale": _safe(high - low, level=high).astype(np.float32)}


def _scale_max(x: np.ndarray, arrays: Arrays) -> np.ndarray:
    return np.asarray(x / (arrays["max"] + 1), dtype=np.float32)


def _standard(x: np.ndarray, arrays: Arrays) -> np.ndarray:
    return np.asarray((x - arrays["mean"]) / arrays["scale"], dtype=np.float32)


class Method(NamedTuple):
    """How a method learns its arrays, how it uses them, and the columns of each view that it makes of the bands.

    ``of_each_spectrum``: it takes level and spread of each spectrum away (SNV), which no fitted array can give back.
    """

    fit: Callable[[np.ndarray], dict[str, np.ndarray]]
    transform: Callable[[np.ndarray, Arrays], np.ndarray]
    views: Callable[[int], tuple[int, ...]] = lambda bands: (bands,)
    of_each_spectrum: bool = False


METHODS: dict[str, Method] = {
    "none": Method(_fit_nothing, lambda x, arrays: x),
    "max": Method(_fit_max, _scale_max),
    "minmax": Method(_fit_minmax, _standard),
    "standardise": Method(lambda x: _moments(x, _same), _standard),
    "snv": Method(_fit_nothing, lambda x, arrays: snv(x), of_each_spectrum=True),
    "snv_standardise": Method(
        lambda x: _moments(x, snv), lambda x, arrays: _standard(snv(x), arrays), of_each_spectrum=True
    ),
    "snv_level": Method(
        lambda x: _fit_floored(x, snv_and_level),
        lambda x, arrays: _standard(snv_and_level(x, arrays["floor"]), arrays),
        lambda bands: (bands + 2,),
        of_each_spectrum=True,
    ),
    "views": Method(
        lambda x: _fit_floored(x, two_views),
        lambda x, arrays: _standard(two_views(x, arrays["floor"]), arrays),
        lambda bands: (bands + 2, bands),
        of_each_spectrum=True,
    ),
}


@dataclass(frozen=True)
class Scaler:
    """A fitted normalisation.

    Parameters
    ----------
    method : name in `METHODS`.
    bands : bands of the spectra it takes.
    arrays : what was fitted: nothing, ``max``, or ``mean`` and ``scale`` per column (and ``floor``), float32.
    cleaning : settings of the cleaning that comes before, as the configuration has them.
    """

    method: str
    bands: int
    arrays: Arrays
    cleaning: Mapping[str, Any] = field(default_factory=dict)

    @property
    def columns(self) -> int:
        """Columns of what it gives: first the bands, then what ``snv_level`` and ``views`` put behind them."""
        return sum(self.views)

    @property
    def views(self) -> tuple[int, ...]:
        """Columns of each view of the spectrum, in their order; most methods give one."""
        return METHODS[self.method].views(self.bands)

    @property
    def of_each_spectrum(self) -> bool:
        """Whether it takes level and spread of each spectrum away, so that the bands come back as SNV only."""
        return METHODS[self.method].of_each_spectrum

    def transform(self, x: np.ndarray) -> np.ndarray:
        """Normalised spectra, float32 [pixel, column], of x [pixel, band]; each pixel for itself, in any blocks."""
        if x.ndim != 2 or x.shape[1] != self.bands:
            raise ShapeError(f"Scaler.transform: x must be [pixel, {self.bands}] as it was fitted, got {x.shape}")
        result = np.empty((len(x), self.columns), np.float32)
        apply = METHODS[self.method].transform
        for number, block in enumerate(_blocks(x, lambda raw: apply(raw, self.arrays))):
            result[number * BLOCK_PIXELS : number * BLOCK_PIXELS + len(block)] = block
        return result

    def undo_columns(self, x: np.ndarray) -> np.ndarray:
        """The inverse of what is done column by column, on [..., column]; SNV, which is pixel by pixel, stays."""
        if "max" in self.arrays:
            return np.asarray(x * (self.arrays["max"] + 1))
        if "mean" in self.arrays:
            return np.asarray(x * self.arrays["scale"] + self.arrays["mean"])
        return x

    def to_saved(self) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """Arrays and description, as `semispectral.storage.model_files.save_model` takes them."""
        facts = {"method": self.method, "bands": self.bands, "cleaning": dict(self.cleaning)}
        return dict(self.arrays), {"kind": "scaler", **facts}

    @classmethod
    def from_saved(cls, arrays: dict[str, np.ndarray], description: dict[str, Any]) -> "Scaler":
        """The scaler of `to_saved`."""
        if description.get("kind") != "scaler":
            raise DataError(f"a scaler was asked for, but model.json says kind {description.get('kind')!r}")
        return cls(description["method"], description["bands"], arrays, description.get("cleaning", {}))


def fit_scaler(x: np.ndarray, *, method: str) -> Scaler:
    """Fit a normalisation.

    Parameters
    ----------
    x : [pixel, band], spectra of training pixels only, of any numeric dtype.
    method : name in `METHODS`.

    Raises
    ------
    ConfigError : an unknown method.
    DataError : no pixel, or values that are not finite.
    """
    if method not in METHODS:
        raise ConfigError(
            f"normalise.method and normalise.m1_method must be one of {', '.join(METHODS)}, got {method!r}"
        )
    if x.ndim != 2 or x.size == 0:
        raise DataError(f"a scaler needs training pixels [pixel, band], got shape {x.shape}; see the plan's quotas")
    if x.dtype.kind == "f" and not np.isfinite(x).all():
        raise DataError("a scaler needs finite spectra, got NaN or infinity among the training pixels; run shard again")
    return Scaler(method, x.shape[1], METHODS[method].fit(x))


def read_scaler(directory: str | Path) -> Scaler:
    """The scaler that a directory holds."""
    return Scaler.from_saved(*load_model(Path(directory)))


def normalise(pixels: Pixels, scaler: Scaler) -> Pixels:
    """The pixels with normalised spectra; wavelengths are dropped where the columns are not bands only."""
    wavelengths_nm = pixels.wavelengths_nm if scaler.columns == scaler.bands else None
    return replace(pixels, x=scaler.transform(pixels.x), wavelengths_nm=wavelengths_nm)
