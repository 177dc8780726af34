"""Fit a normalisation on training pixels, and apply it: one for all bands, or one for the bands of each sensor."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from semispectral.errors import ConfigError, DataError, ShapeError
from semispectral.scans.cube import Pixels
from semispectral.scans.quality import valid_spectra
from semispectral.scans.sensor_bands import SensorBands, Sensors, columns_of
from semispectral.spectra.hull_windows import Window, sees, window_bands
from semispectral.spectra.normalisations.columns import BLOCK_PIXELS, Arrays, changed_blocks
from semispectral.spectra.normalisations.hull_columns import NO_WINDOWS, windows_of
from semispectral.spectra.normalisations.known_normalisations import NORMALISATIONS
from semispectral.spectra.normalisations.whitened import MNF_COMPONENTS
from semispectral.storage.model_files import load_model


@dataclass(frozen=True)
class Scaler:
    """Fitted normalisation.

    Attributes
    ----------
    method : str, name in `NORMALISATIONS`.
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
    def columns_by_sensor(self) -> Sensors:
        """Number of columns of the output that are of each sensor; none where all bands are of one."""
        found = zip(self.sensors, self.parts, strict=True)
        return tuple(SensorBands(each.name, part.scaler.columns) for each, part in found)

    @property
    def columns(self) -> int:
        """Number of columns of the output: the bands and those that other views add, or those of the windows."""
        return sum(self.views)

    @property
    def views(self) -> tuple[int, ...]:
        """Number of columns of each view of the spectrum, in order; most methods have one view of each sensor."""
        if self.sensors:
            return tuple(view for part in self.parts for view in part.scaler.views if view)
        return NORMALISATIONS[self.method].views(self.bands, self.arrays)

    @property
    def shown(self) -> np.ndarray:
        """Bands that the first columns show after `undo_columns`, int [shown band]: all of them but for ``hull``."""
        if self.sensors:
            return np.concatenate([part.scaler.shown + part.bands.start for part in self.parts])
        return NORMALISATIONS[self.method].shown(self.bands, self.arrays)

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
        return NORMALISATIONS[self.method].value_label

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
        apply = NORMALISATIONS[self.method].transform
        if len(x) <= BLOCK_PIXELS:  # as a map has them: no copy
            return np.asarray(apply(x.astype(np.float32), self.arrays), np.float32)
        result = np.empty((len(x), self.columns), np.float32)
        for number, block in enumerate(changed_blocks(x, lambda raw: apply(raw, self.arrays))):
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
        return NORMALISATIONS[self.method].undo(x, self.arrays)

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
        return np.asarray(NORMALISATIONS[self.method].restore(shown, raw, self.arrays), np.float32)

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
    optional_windows: bool = False,
    noise: np.ndarray | None = None,
    mnf_components: int = MNF_COMPONENTS,
    sensors: Sensors = (),
) -> Scaler:
    """Fit a normalisation.

    Parameters
    ----------
    x : [pixel, band], spectra of training pixels only, of any numeric dtype.
    method : str, name in `NORMALISATIONS`.
    wavelengths_nm : float64 [band] in nm, or None; a method with hull quotients needs them.
    windows : first and last wavelength in nm of each window of the hull quotients.
    optional_windows : bool, whether a window that no sensor sees is left out; hull quotients of none have no column.
    noise : float64 [band, band], noise covariance of the spectra, or None; a method on noise-whitened spectra needs it.
    mnf_components : int, number of MNF components; all of them where there are fewer bands.
    sensors : which bands are of which sensor; each is fitted by itself, on the pixels that it has data of.

    Raises
    ------
    ConfigError : the method is unknown, or its windows or the noise covariance are not given.
    DataError : there is no pixel, values are not finite, or the windows do not fit the wavelengths and are not
        optional.

    Examples
    --------
    >>> scaler = fit_scaler(np.array([[0.0, 1.0], [2.0, 5.0]], np.float32), method="standardise")
    >>> scaler.transform(np.array([[1.0, 5.0]], np.float32)).tolist()
    [[0.0, 1.0]]
    """
    if method not in NORMALISATIONS:
        raise ConfigError(
            f"normalise.method and normalise.m1_method must be one of {', '.join(NORMALISATIONS)}, got {method!r}"
        )
    if x.ndim != 2 or x.size == 0:
        raise DataError(f"a scaler needs training pixels [pixel, band], got shape {x.shape}; see the split's quotas")
    if sensors:
        return _fit_each(
            x,
            method=method,
            wavelengths_nm=wavelengths_nm,
            windows=windows,
            optional_windows=optional_windows,
            noise=noise,
            mnf_components=mnf_components,
            sensors=sensors,
        )
    if x.dtype.kind == "f" and not np.isfinite(x).all():
        raise DataError(
            "a scaler needs finite spectra, got NaN or infinity among the training pixels; run the rules 'sample' and "
            "'sample_m1' again"
        )
    if optional_windows:
        windows = [window for window in windows if sees(wavelengths_nm, window)]
    given = {}
    if NORMALISATIONS[method].hull:
        given = dict(NO_WINDOWS) if optional_windows and not windows else windows_of(wavelengths_nm, windows)
    return Scaler(
        method, x.shape[1], NORMALISATIONS[method].fit(x, {**given, **_of_noise(method, noise, mnf_components)})
    )


def _of_noise(method: str, noise: np.ndarray | None, mnf_components: int) -> dict[str, np.ndarray]:
    """Return what a method on noise-whitened spectra is given; nothing for others."""
    if not NORMALISATIONS[method].noise:
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
    optional_windows: bool,
    noise: np.ndarray | None,
    mnf_components: int,
    sensors: Sensors,
) -> Scaler:
    """Fit the normalisation of each sensor."""
    seen = {each.name: tuple(windows) for each in sensors}
    if NORMALISATIONS[method].hull:
        seen = _windows_seen(wavelengths_nm, windows, sensors, optional=optional_windows)
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
        if NORMALISATIONS[method].hull:
            nm = None if wavelengths_nm is None else wavelengths_nm[bands]
            given |= windows_of(nm, seen[each.name]) if seen[each.name] else NO_WINDOWS
        given |= _of_noise(method, None if noise is None else noise[bands, bands], mnf_components)
        arrays |= {f"{each.name}/{name}": array for name, array in NORMALISATIONS[method].fit(own, given).items()}
    return Scaler(method, x.shape[1], arrays, sensors=sensors)


def _windows_seen(
    wavelengths_nm: np.ndarray | None, windows: Sequence[Window], sensors: Sensors, *, optional: bool
) -> dict[str, tuple[Window, ...]]:
    """Return the windows that each sensor sees; refuse one that none sees, unless windows are optional."""
    seen: dict[str, tuple[Window, ...]] = {each.name: () for each in sensors}
    for window in windows:
        for each, bands in zip(sensors, columns_of(sensors), strict=True):
            nm = None if wavelengths_nm is None else wavelengths_nm[bands]
            if sees(nm, window):
                seen[each.name] = (*seen[each.name], window)
        if not optional and not any(window in found for found in seen.values()):
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
