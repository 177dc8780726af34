"""Normalise spectra by one of several methods, fitted on training pixels only.

References
----------
Barnes et al. (1989), the standard normal variate. Green, Berman, Switzer and Craig (1988), IEEE TGRS 26(1), the maximum
noise fraction (MNF).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from semispectral.errors import ConfigError, DataError, ShapeError
from semispectral.scans.cube import Pixels
from semispectral.scans.quality import valid_spectra
from semispectral.scans.sensor_bands import SensorBands, Sensors, columns_of
from semispectral.spectra.hull_windows import Window, hull_quotients, sees, window_bands
from semispectral.spectra.transforms import continuum
from semispectral.storage.model_files import load_model

BLOCK_PIXELS = 8192
FLAT = 1e-6  # a spread below this share of the level is rounding of float32, not signal
MNF_COMPONENTS = 30  # Maximum noise fraction: components of largest signal over noise
DARK = 1e-3  # level and contrast below this share of the training pixels' mean are taken as this share

Arrays = Mapping[str, np.ndarray]
NO_WINDOWS: Arrays = {
    "hull_band": np.empty(0, np.int32),
    "hull_window": np.empty(0, np.int32),
    "hull_nm": np.empty(0, np.float32),
}


def _blocks(x: np.ndarray, change: Callable[[np.ndarray], np.ndarray]) -> Iterator[np.ndarray]:
    """Yield the changed blocks of an array, float32 [pixel, column]."""
    for first in range(0, len(x), BLOCK_PIXELS):
        yield change(x[first : first + BLOCK_PIXELS].astype(np.float32))


def _moments(x: np.ndarray, change: Callable[[np.ndarray], np.ndarray]) -> dict[str, np.ndarray]:
    """Return the mean and scale of every column after `change`; the scale of a constant column is 1."""
    mean = sum(block.sum(axis=0, dtype=np.float64) for block in _blocks(x, change)) / len(x)
    square = sum(np.square(block - mean).sum(axis=0) for block in _blocks(x, change)) / len(x)
    return {"mean": mean.astype(np.float32), "scale": _safe(np.sqrt(square), level=mean).astype(np.float32)}


def _safe(scale: np.ndarray, *, level: np.ndarray) -> np.ndarray:
    """Return the scale to divide by; 1 for a constant column."""
    return np.where(scale > FLAT * np.abs(level), scale, 1)


def _same(x: np.ndarray) -> np.ndarray:
    """Return the input."""
    return x


def snv(x: np.ndarray) -> np.ndarray:
    """Return the standard normal variate of each spectrum (Barnes et al. 1989).

    Each spectrum has mean 0 and standard deviation 1; a flat one is 0.

    Parameters
    ----------
    x : float32 [pixel, band].

    Returns
    -------
    float32 [pixel, band].

    Examples
    --------
    >>> snv(np.array([[1.0, 2.0, 3.0], [5.0, 5.0, 5.0]], np.float32)).round(2).tolist()
    [[-1.2200000286102295, 0.0, 1.2200000286102295], [0.0, 0.0, 0.0]]
    """
    level, spread = _level_and_spread(x)
    return np.asarray((x - level) / _safe(spread, level=level), dtype=np.float32)


def _level_and_spread(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean and standard deviation of each spectrum, float32 [pixel, 1]."""
    level = x.mean(axis=1, keepdims=True, dtype=np.float64).astype(np.float32)
    spread = np.sqrt(np.square(x - level).mean(axis=1, keepdims=True, dtype=np.float64))
    return level, spread.astype(np.float32)


def snv_and_level(x: np.ndarray, floor: np.ndarray) -> np.ndarray:
    """Return the SNV, and in two more columns the level and contrast that it removes, as logarithms.

    Parameters
    ----------
    x : float32 [pixel, band].
    floor : float32 [2], lowest level (mean) and contrast (standard deviation); a dark or flat pixel would otherwise be
        minus infinity.

    Returns
    -------
    float32 [pixel, band + 2].
    """
    level, spread = _level_and_spread(x)
    taken = np.maximum(np.concatenate([level, spread], axis=1), floor)
    return np.concatenate([snv(x), np.log(taken)], axis=1)


def two_views(x: np.ndarray, floor: np.ndarray) -> np.ndarray:
    """Return the SNV with level and contrast, as in `snv_and_level`, followed by the bands themselves.

    Parameters
    ----------
    x : float32 [pixel, band].
    floor : float32 [2], as in `snv_and_level`.

    Returns
    -------
    float32 [pixel, 2 band + 2].
    """
    return np.concatenate([snv_and_level(x, floor), x], axis=1)


def _with_whitened(x: np.ndarray, arrays: Arrays) -> np.ndarray:
    """Return two views, as in `two_views`, followed by the bands whitened by the noise covariance.

    The density of a whitened spectrum with one sigma a column is that of the spectrum with the covariance D S D, where
    S is the covariance of the noise: the same model, on other columns.

    Parameters
    ----------
    x : float32 [pixel, band].
    arrays : ``floor``, as in `snv_and_level`, ``centre`` [band] and ``whitening`` [band, band].

    Returns
    -------
    float32 [pixel, 3 band + 2].
    """
    white = (x - arrays["centre"]) @ arrays["whitening"]
    return np.concatenate([two_views(x, arrays["floor"]), white], axis=1)


def _fit_with_whitened(x: np.ndarray, given: Arrays) -> dict[str, np.ndarray]:
    """Fit two views, the symmetric root of the inverse noise covariance, and mean and scale of all columns."""
    from scipy import linalg  # here: a draw knows the scales and fits none

    values, axes = linalg.eigh(given["noise_covariance"])
    centre = sum(block.sum(axis=0, dtype=np.float64) for block in _blocks(x, _same)) / len(x)
    arrays = {
        "floor": _floor(x),
        "centre": np.asarray(centre, np.float32),
        "whitening": np.asarray((axes / np.sqrt(values)) @ axes.T, np.float32),
    }
    return {**arrays, **_moments(x, lambda raw: _with_whitened(raw, arrays))}


def _floor(x: np.ndarray) -> np.ndarray:
    """Return the lowest level and contrast to use, float32 [2]."""
    sizes = sum(
        np.abs(part).sum(axis=0, dtype=np.float64)
        for part in _blocks(x, lambda raw: np.concatenate(_level_and_spread(raw), axis=1))
    )
    return np.asarray(np.maximum(DARK * sizes / len(x), np.finfo(np.float32).tiny), np.float32)


def windows_of(wavelengths_nm: np.ndarray | None, windows: Sequence[Window]) -> dict[str, np.ndarray]:
    """Return the columns of the hull quotients: their bands, the number of their window, and their wavelengths.

    Parameters
    ----------
    wavelengths_nm : float64 [band] in nm, or None, which is an error in words.
    windows : first and last wavelength of each window, in nm.

    Returns
    -------
    dict of ``hull_band`` int32, ``hull_window`` int32 and ``hull_nm`` float32, each [column].
    """
    if not windows:
        raise ConfigError("normalise.windows: a hull quotient needs a window in nm, got none; name one")
    found = window_bands(wavelengths_nm, windows, where="normalise.windows")
    bands = np.concatenate(found)
    number = np.repeat(np.arange(len(found)), [len(inside) for inside in found])
    nm = np.asarray(wavelengths_nm, np.float32)[bands]
    return {"hull_band": bands.astype(np.int32), "hull_window": number.astype(np.int32), "hull_nm": nm}


def hull(x: np.ndarray, arrays: Arrays) -> np.ndarray:
    """Return the hull quotients of the windows, float32 [pixel, column].

    Parameters
    ----------
    x : [pixel, band], spectra above 0.
    arrays : columns, from `windows_of`.
    """
    places = [np.flatnonzero(arrays["hull_window"] == number) for number in np.unique(arrays["hull_window"])]
    if not places:
        return np.empty((len(x), 0), np.float32)  # one of several sensors, which sees no window
    return hull_quotients(x[:, arrays["hull_band"]], arrays["hull_nm"], places)


def hull_snv(x: np.ndarray, arrays: Arrays) -> np.ndarray:
    """Return the SNV of the hull quotients of the windows: the shape of the absorptions, whatever their depth.

    Parameters
    ----------
    x : [pixel, band], spectra above 0.
    arrays : columns, from `windows_of`.

    Returns
    -------
    float32 [pixel, column].
    """
    quotients = hull(x, arrays)
    return snv(quotients) if quotients.shape[1] else quotients


def three_views(x: np.ndarray, arrays: Arrays) -> np.ndarray:
    """Return two views, standardised, followed by the SNV of the hull quotients of the windows.

    Parameters
    ----------
    x : float32 [pixel, band].
    arrays : ``floor``, ``mean`` and ``scale`` of the two views, and the columns from `windows_of`.
    """
    return np.concatenate([_standard(two_views(x, arrays["floor"]), arrays), hull_snv(x, arrays)], axis=1)


def _undo_three_views(x: np.ndarray, arrays: Arrays) -> np.ndarray:
    """Invert the standardisation of the two views; hull quotients behind them stay as they are."""
    first = len(arrays["mean"])
    return np.concatenate([_unstandard(x[..., :first], arrays), x[..., first:]], axis=-1)


def _covariance(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return mean float64 [band] and covariance float64 [band, band] of spectra, block by block."""
    mean = sum(block.sum(axis=0, dtype=np.float64) for block in _blocks(x, _same)) / len(x)
    centred = (block - mean for block in _blocks(x, _same))
    return np.asarray(mean), sum((each.T @ each for each in centred), np.zeros((x.shape[1],) * 2)) / len(x)


def _fit_mnf(x: np.ndarray, given: Arrays) -> dict[str, np.ndarray]:
    """Fit the components of largest signal over noise (maximum noise fraction, Green et al. 1988).

    They are the generalised eigenvectors of the covariance of the spectra and that of the noise, in the unit of the
    noise: ``axes`` [band, component] gives the scores, ``back`` [component, band] the spectra without the rest.
    ``common_scale`` [1] is the root mean square of the deviations of all scores.
    """
    from scipy import linalg  # here: as in `_fit_with_whitened`

    noise = given["noise_covariance"]
    mean, covariance = _covariance(x)
    bands = len(mean)
    first = max(bands - int(given["mnf_components"]), 0)
    variances, axes = linalg.eigh(covariance, noise, subset_by_index=[first, bands - 1])
    axes = axes[:, ::-1]  # eigh gives them in ascending order
    # The sign of an eigenvector is arbitrary: make its largest entry positive, so that two runs agree.
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    scale = np.sqrt(np.maximum(variances, 0).mean(keepdims=True))
    arrays = {"mean": mean, "axes": axes, "back": (noise @ axes).T, "common_scale": np.where(scale > 0, scale, 1)}
    return {name: np.ascontiguousarray(values, np.float32) for name, values in arrays.items()}


def _mnf_scores(x: np.ndarray, arrays: Arrays) -> np.ndarray:
    """Return the scores of the components, float32 [pixel, component], as they are: noise has variance 1 in each."""
    return np.asarray((x.astype(np.float32) - arrays["mean"]) @ arrays["axes"], np.float32)


def _undo_mnf(x: np.ndarray, arrays: Arrays) -> np.ndarray:
    """Return the spectra that the scores stand for."""
    return np.asarray(x @ arrays["back"] + arrays["mean"])


def _fit_floored(x: np.ndarray, view: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> dict[str, np.ndarray]:
    """Fit the floor, then mean and scale of the columns above it."""
    floor = _floor(x)
    return {"floor": floor, **_moments(x, lambda raw: view(raw, floor))}


def _fit_nothing(x: np.ndarray, windows: Arrays) -> dict[str, np.ndarray]:
    """Return no arrays."""
    return {}


def _fit_windows(x: np.ndarray, windows: Arrays) -> dict[str, np.ndarray]:
    """Return the columns of the windows, which is all that hull quotients need."""
    return dict(windows)


def _fit_max(x: np.ndarray, windows: Arrays) -> dict[str, np.ndarray]:
    """Fit the maximum of all values."""
    return {"max": np.asarray([x.max()], dtype=np.float32)}


def _fit_minmax(x: np.ndarray, windows: Arrays) -> dict[str, np.ndarray]:
    """Fit the minimum and range of every column."""
    low, high = x.min(axis=0).astype(np.float64), x.max(axis=0).astype(np.float64)
    return {"mean": low.astype(np.float32), "scale": _safe(high - low, level=high).astype(np.float32)}


def _scale_max(x: np.ndarray, arrays: Arrays) -> np.ndarray:
    """Divide by the maximum plus 1."""
    return np.asarray(x / (arrays["max"] + 1), dtype=np.float32)


def _standard(x: np.ndarray, arrays: Arrays) -> np.ndarray:
    """Subtract the mean and divide by the scale of every column."""
    return np.asarray((x - arrays["mean"]) / arrays["scale"], dtype=np.float32)


def _unscale_max(x: np.ndarray, arrays: Arrays) -> np.ndarray:
    """Undo `_scale_max`."""
    return np.asarray(x * (arrays["max"] + 1))


def _unstandard(x: np.ndarray, arrays: Arrays) -> np.ndarray:
    """Undo `_standard`."""
    return np.asarray(x * arrays["scale"] + arrays["mean"])


def _as_it_is(x: np.ndarray, *others: object) -> np.ndarray:
    """Return the spectra unchanged."""
    return x


def _with_hull(shown: np.ndarray, raw: np.ndarray, arrays: Arrays) -> np.ndarray:
    """Give the SNV of hull quotients what it lacks of the raw spectra; bands outside the windows stay as they are."""
    restored = raw.astype(np.float32)
    if not len(arrays["hull_band"]):
        return restored  # one of several sensors, which sees no window
    quotients = _with_level_and_spread(shown, hull(raw, arrays), arrays)
    for number in np.unique(arrays["hull_window"]):
        columns = np.flatnonzero(arrays["hull_window"] == number)
        bands = arrays["hull_band"][columns]
        hulls = continuum(raw[:, bands].astype(np.float32), arrays["hull_nm"][columns])
        restored[:, bands] = quotients[:, columns] * hulls
    return restored


def _with_level_and_spread(shown: np.ndarray, raw: np.ndarray, arrays: Arrays) -> np.ndarray:
    """Give the SNV of spectra the level and spread of the raw spectra that they belong to."""
    return np.asarray(shown * raw.std(axis=1, keepdims=True) + raw.mean(axis=1, keepdims=True))


def _bands_alone(bands: int, arrays: Arrays) -> tuple[int, ...]:
    """Return one view that is as wide as the bands."""
    return (bands,)


STORED = "stored value"
SNV = "SNV reflectance (no unit)"
QUOTIENT = "SNV of the hull quotient (no unit)"


class Normalisation(NamedTuple):
    """Normalisation: one row of the table, with all its facts.

    Attributes
    ----------
    fit : function of training spectra [pixel, band], and of the columns of the windows, that returns the fitted arrays.
    transform : function of spectra [pixel, band] and arrays that returns float32 [pixel, column].
    undo : function of normalised values [..., column] and arrays that inverts what was done with the fitted arrays. The
        first columns are then the bands on the shown scale.
    restore : function of bands on the shown scale [pixel, band], of the raw spectra [pixel, band] they belong to and of
        the arrays that returns stored values: what was taken from each spectrum by itself, no fitted array can give
        back.
    value_label : str, name of the shown scale, for the axis of a figure.
    views : function of the number of bands, and of the arrays, that returns the number of columns of each view.
    hull : bool, whether it takes the hull quotient of windows, which needs the wavelengths of the bands.
    shown : function of the number of bands, and of the arrays, that returns the bands that are shown.
    noise : bool, whether it needs the noise covariance of the bands, which is estimated from neighbouring pixels.
    """

    fit: Callable[[np.ndarray, Arrays], dict[str, np.ndarray]]
    transform: Callable[[np.ndarray, Arrays], np.ndarray]
    undo: Callable[[np.ndarray, Arrays], np.ndarray] = _as_it_is
    restore: Callable[[np.ndarray, np.ndarray, Arrays], np.ndarray] = _as_it_is
    value_label: str = STORED
    views: Callable[[int, Arrays], tuple[int, ...]] = _bands_alone
    hull: bool = False
    shown: Callable[[int, Arrays], np.ndarray] = lambda bands, arrays: np.arange(bands)
    noise: bool = False


METHODS: dict[str, Normalisation] = {
    "none": Normalisation(_fit_nothing, _as_it_is),
    "max": Normalisation(_fit_max, _scale_max, _unscale_max),
    "minmax": Normalisation(_fit_minmax, _standard, _unstandard),
    "standardise": Normalisation(lambda x, windows: _moments(x, _same), _standard, _unstandard),
    "snv": Normalisation(
        _fit_nothing,
        lambda x, arrays: snv(x),
        restore=_with_level_and_spread,
        value_label=SNV,
    ),
    "snv_standardise": Normalisation(
        lambda x, windows: _moments(x, snv),
        lambda x, arrays: _standard(snv(x), arrays),
        _unstandard,
        restore=_with_level_and_spread,
        value_label=SNV,
    ),
    "snv_level": Normalisation(
        lambda x, windows: _fit_floored(x, snv_and_level),
        lambda x, arrays: _standard(snv_and_level(x, arrays["floor"]), arrays),
        _unstandard,
        restore=_with_level_and_spread,
        value_label=SNV,
        views=lambda bands, arrays: (bands + 2,),
    ),
    "views": Normalisation(
        lambda x, windows: _fit_floored(x, two_views),
        lambda x, arrays: _standard(two_views(x, arrays["floor"]), arrays),
        _unstandard,
        restore=_with_level_and_spread,
        value_label=SNV,
        views=lambda bands, arrays: (bands + 2, bands),
    ),
    "hull": Normalisation(
        _fit_windows,
        hull_snv,
        restore=_with_hull,
        value_label=QUOTIENT,
        views=lambda bands, arrays: (len(arrays["hull_band"]),),
        hull=True,
        shown=lambda bands, arrays: arrays["hull_band"],
    ),
    "views_hull": Normalisation(
        lambda x, windows: {**windows, **_fit_floored(x, two_views)},
        three_views,
        _undo_three_views,
        restore=_with_level_and_spread,
        value_label=SNV,
        views=lambda bands, arrays: (bands + 2, bands, len(arrays["hull_band"])),
        hull=True,
    ),
    "views_noise": Normalisation(
        _fit_with_whitened,
        lambda x, arrays: _standard(_with_whitened(x, arrays), arrays),
        _unstandard,
        restore=_with_level_and_spread,
        value_label=SNV,
        views=lambda bands, arrays: (bands + 2, bands, bands),
        noise=True,
    ),
    "mnf": Normalisation(
        _fit_mnf,
        _mnf_scores,
        _undo_mnf,
        views=lambda bands, arrays: (arrays["axes"].shape[1],),
        noise=True,
    ),
}


@dataclass(frozen=True)
class Scaler:
    """Fitted normalisation.

    Attributes
    ----------
    method : str, name in `METHODS`.
    bands : int, number of bands of its input.
    arrays : fitted float32 arrays: none, ``max``, or ``mean`` and ``scale`` per column (and ``floor``); of hull
        quotients also ``hull_band``, ``hull_window`` and ``hull_nm`` of each column.
    cleaning : mapping, settings of the cleaning that comes before, as in the configuration.
    sensors : tuple of SensorBands, which bands are of which sensor; empty: all are of one. Each has a normalisation of
        its own, whose arrays have its name and a slash before theirs.
    """

    method: str
    bands: int
    arrays: Arrays
    cleaning: Mapping[str, Any] = field(default_factory=dict)
    sensors: Sensors = ()

    @property
    def parts(self) -> tuple["OfSensor", ...]:
        """The normalisation of each sensor; none where all bands are of one."""
        parts, column = [], 0
        for each, bands in zip(self.sensors, columns_of(self.sensors), strict=True):
            prefix = f"{each.name}/"
            own = {name.removeprefix(prefix): array for name, array in self.arrays.items() if name.startswith(prefix)}
            scaler = Scaler(self.method, each.bands, own)
            parts.append(OfSensor(scaler, bands, slice(column, column + scaler.columns)))
            column += scaler.columns
        return tuple(parts)

    @property
    def columns(self) -> int:
        """Number of columns of the output: the bands and those that other views add, or those of the windows."""
        return sum(self.views)

    @property
    def views(self) -> tuple[int, ...]:
        """Number of columns of each view of the spectrum, in order; most methods have one view of each sensor."""
        if self.sensors:
            return tuple(view for part in self.parts for view in part.scaler.views if view)
        return METHODS[self.method].views(self.bands, self.arrays)

    @property
    def shown(self) -> np.ndarray:
        """Bands that the first columns show after `undo_columns`, int [shown band]: all of them but for ``hull``."""
        if self.sensors:
            return np.concatenate([part.scaler.shown + part.bands.start for part in self.parts])
        return METHODS[self.method].shown(self.bands, self.arrays)

    @property
    def common_scale(self) -> np.ndarray:
        """One number for all scores of a sensor, by which classifiers of several inputs divide them, float32 [column].

        For ``mnf`` alone. It keeps their sizes against each other, which scaling each by itself would lose.
        """
        parts = [part.scaler for part in self.parts] or [self]
        return np.concatenate([np.repeat(part.arrays["common_scale"], part.columns) for part in parts])

    @property
    def value_label(self) -> str:
        """Name of the scale on which spectra are shown, after `undo_columns`."""
        return METHODS[self.method].value_label

    def transform(self, x: np.ndarray) -> np.ndarray:
        """Normalise spectra, each pixel by itself.

        Parameters
        ----------
        x : [pixel, band], spectra after cleaning.

        Returns
        -------
        float32 [pixel, column]; NaN in the columns of a sensor that has no data of the pixel.
        """
        if x.ndim != 2 or x.shape[1] != self.bands:
            raise ShapeError(f"Scaler.transform: x must be [pixel, {self.bands}] as it was fitted, got {x.shape}")
        if self.sensors:
            return self._transform_each(x)
        result = np.empty((len(x), self.columns), np.float32)
        apply = METHODS[self.method].transform
        for number, block in enumerate(_blocks(x, lambda raw: apply(raw, self.arrays))):
            result[number * BLOCK_PIXELS : number * BLOCK_PIXELS + len(block)] = block
        return result

    def _transform_each(self, x: np.ndarray) -> np.ndarray:
        """Normalise the bands of each sensor, of the pixels that it has data of."""
        result = np.full((len(x), self.columns), np.nan, np.float32)
        for part in self.parts:
            own = x[:, part.bands]
            there = valid_spectra(own)
            result[there, part.columns] = part.scaler.transform(own[there])
        return result

    def undo_columns(self, x: np.ndarray) -> np.ndarray:
        """Undo the normalisation of the columns; SNV, which works on each pixel, is not undone.

        Parameters
        ----------
        x : [..., column], normalised values.
        """
        if self.sensors:
            undone = [part.scaler.undo_columns(x[..., part.columns]) for part in self.parts]
            return self.bands_first(np.concatenate(undone, axis=-1))
        return METHODS[self.method].undo(x, self.arrays)

    def bands_first(self, x: np.ndarray) -> np.ndarray:
        """Return columns with the shown bands of all sensors in front, as they are where all bands are of one.

        Parameters
        ----------
        x : [..., column], one value of each column.
        """
        shown = [np.arange(part.columns.start, part.columns.start + len(part.scaler.shown)) for part in self.parts]
        front = np.concatenate(shown) if shown else np.arange(0)
        return np.concatenate([x[..., front], np.delete(x, front, axis=-1)], axis=-1)

    def restored(self, x: np.ndarray, raw: np.ndarray) -> np.ndarray:
        """Return normalised spectra in the units of the scan, float32 [pixel, band].

        Parameters
        ----------
        x : [pixel, column], from `transform`, or reconstructions of it.
        raw : [pixel, band], the spectra they came from: they have the level and spread that SNV takes away.
        """
        if self.sensors:
            each = [part.scaler.restored(x[:, part.columns], raw[:, part.bands]) for part in self.parts]
            return np.concatenate(each, axis=1)
        shown = self.undo_columns(x)[:, : len(self.shown)]
        return np.asarray(METHODS[self.method].restore(shown, raw, self.arrays), np.float32)

    def to_saved(self) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """Return arrays and description, as `semispectral.storage.model_files.save_model` takes them."""
        facts: dict[str, Any] = {"method": self.method, "bands": self.bands, "cleaning": dict(self.cleaning)}
        if self.sensors:
            facts["sensors"] = [[each.name, each.bands] for each in self.sensors]
        return dict(self.arrays), {"kind": "scaler", **facts}

    @classmethod
    def from_saved(cls, arrays: dict[str, np.ndarray], description: dict[str, Any]) -> "Scaler":
        """Return the scaler that `to_saved` described.

        Parameters
        ----------
        arrays : fitted arrays by name.
        description : dict, content of ``model.json``.
        """
        if description.get("kind") != "scaler":
            raise DataError(f"a scaler was asked for, but model.json says kind {description.get('kind')!r}")
        sensors = tuple(SensorBands(name, bands) for name, bands in description.get("sensors", ()))
        return cls(description["method"], description["bands"], arrays, description.get("cleaning", {}), sensors)


class OfSensor(NamedTuple):
    """Normalisation of one of several sensors.

    Attributes
    ----------
    scaler : Scaler, of its bands alone.
    bands : slice, its bands among those of all.
    columns : slice, its columns among those of all.
    """

    scaler: Scaler
    bands: slice
    columns: slice


def without_gaps(x: np.ndarray) -> np.ndarray:
    """Return normalised spectra with 0, which is the mean where columns are standardised, for what is not known.

    For models that cannot leave a sensor out, as M1 does.

    Parameters
    ----------
    x : float32 [pixel, column], from `Scaler.transform`; NaN in the columns of a sensor that has no data of a pixel.
    """
    missing = np.isnan(x)
    return np.where(missing, np.float32(0), x) if missing.any() else x


def fit_scaler(
    x: np.ndarray,
    *,
    method: str,
    wavelengths_nm: np.ndarray | None = None,
    windows: Sequence[Window] = (),
    noise: np.ndarray | None = None,
    mnf_components: int = MNF_COMPONENTS,
    sensors: Sensors = (),
) -> Scaler:
    """Fit a normalisation.

    Parameters
    ----------
    x : [pixel, band], spectra of training pixels only, of any numeric dtype.
    method : str, name in `METHODS`.
    wavelengths_nm : float64 [band] in nm, or None; a method with hull quotients needs them.
    windows : first and last wavelength in nm of each window of the hull quotients.
    noise : float64 [band, band], noise covariance of the spectra, or None; a method on noise-whitened spectra needs it.
    mnf_components : int, number of MNF components; all of them where there are fewer bands.
    sensors : which bands are of which sensor; each is fitted by itself, on the pixels that it has data of.

    Raises
    ------
    ConfigError : the method is unknown, or its windows or the noise covariance are not given.
    DataError : there is no pixel, values are not finite, or the windows do not fit the wavelengths.

    Examples
    --------
    >>> scaler = fit_scaler(np.array([[0.0, 1.0], [2.0, 5.0]], np.float32), method="standardise")
    >>> scaler.transform(np.array([[1.0, 5.0]], np.float32)).tolist()
    [[0.0, 1.0]]
    """
    if method not in METHODS:
        raise ConfigError(
            f"normalise.method and normalise.m1_method must be one of {', '.join(METHODS)}, got {method!r}"
        )
    if x.ndim != 2 or x.size == 0:
        raise DataError(f"a scaler needs training pixels [pixel, band], got shape {x.shape}; see the split's quotas")
    if sensors:
        return _fit_each(
            x,
            method=method,
            wavelengths_nm=wavelengths_nm,
            windows=windows,
            noise=noise,
            mnf_components=mnf_components,
            sensors=sensors,
        )
    if x.dtype.kind == "f" and not np.isfinite(x).all():
        raise DataError(
            "a scaler needs finite spectra, got NaN or infinity among the training pixels; run the rules 'sample' and "
            "'sample_m1' again"
        )
    given = windows_of(wavelengths_nm, windows) if METHODS[method].hull else {}
    return Scaler(method, x.shape[1], METHODS[method].fit(x, {**given, **_of_noise(method, noise, mnf_components)}))


def _of_noise(method: str, noise: np.ndarray | None, mnf_components: int) -> dict[str, np.ndarray]:
    """Return what a method on noise-whitened spectra is given; nothing for others."""
    if not METHODS[method].noise:
        return {}
    if noise is None:
        raise ConfigError(f"{method} needs the noise covariance of the bands, got none; name another normalisation")
    return {"noise_covariance": noise, "mnf_components": np.asarray(mnf_components)}


def _fit_each(
    x: np.ndarray,
    *,
    method: str,
    wavelengths_nm: np.ndarray | None,
    windows: Sequence[Window],
    noise: np.ndarray | None,
    mnf_components: int,
    sensors: Sensors,
) -> Scaler:
    """Fit the normalisation of each sensor."""
    seen = {each.name: tuple(windows) for each in sensors}
    if METHODS[method].hull:
        seen = _windows_seen(wavelengths_nm, windows, sensors)
    arrays: dict[str, np.ndarray] = {}
    for each, bands in zip(sensors, columns_of(sensors), strict=True):
        own = x[:, bands]
        own = own[valid_spectra(own)]
        if not len(own):
            raise DataError(
                f"a scaler needs training pixels of each sensor, and none has data of {each.name}; let scenes that "
                "have it train, or leave it out of sensors.tsv"
            )
        given: dict[str, np.ndarray] = {}
        if METHODS[method].hull:
            nm = None if wavelengths_nm is None else wavelengths_nm[bands]
            given |= windows_of(nm, seen[each.name]) if seen[each.name] else NO_WINDOWS
        given |= _of_noise(method, None if noise is None else noise[bands, bands], mnf_components)
        arrays |= {f"{each.name}/{name}": array for name, array in METHODS[method].fit(own, given).items()}
    return Scaler(method, x.shape[1], arrays, sensors=sensors)


def _windows_seen(
    wavelengths_nm: np.ndarray | None, windows: Sequence[Window], sensors: Sensors
) -> dict[str, tuple[Window, ...]]:
    """Return the windows that each sensor sees; refuse one that none sees."""
    seen: dict[str, tuple[Window, ...]] = {each.name: () for each in sensors}
    for window in windows:
        for each, bands in zip(sensors, columns_of(sensors), strict=True):
            nm = None if wavelengths_nm is None else wavelengths_nm[bands]
            if sees(nm, window):
                seen[each.name] = (*seen[each.name], window)
        if not any(window in found for found in seen.values()):
            window_bands(wavelengths_nm, [window], where="normalise.windows, of every sensor")
    return seen


def read_scaler(directory: str | Path) -> Scaler:
    """Read the scaler that a directory holds.

    Parameters
    ----------
    directory : path-like, folder of the files.
    """
    return Scaler.from_saved(*load_model(Path(directory)))


def normalise(pixels: Pixels, scaler: Scaler) -> Pixels:
    """Return the pixels with normalised spectra; wavelengths are dropped where there are other columns than bands.

    Parameters
    ----------
    pixels : Pixels, pixels after cleaning.
    scaler : Scaler, fitted normalisation.
    """
    wavelengths_nm = pixels.wavelengths_nm if scaler.columns == scaler.bands else None
    return replace(pixels, x=scaler.transform(pixels.x), wavelengths_nm=wavelengths_nm)
