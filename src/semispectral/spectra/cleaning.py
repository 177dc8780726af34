"""Clean spectra: from the values of a file to the input of a model.

First what makes a value a value: references, bands that are bad, and gaps (values that are NaN: nodata, not finite,
dead). A gap is bridged by a straight line between its nearest good bands, as long as at most `LARGEST_GAP` of the bands
of a spectrum are missing; with more the pixel holds no data. Then the other steps, one table, in the order that the
config names.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from semispectral.errors import DataError
from semispectral.scans.instrument import Sensor
from semispectral.spectra import transforms as spectra
from semispectral.spectra.cleaning_settings import CleanConfig
from semispectral.spectra.detector_faults import undo_smile
from semispectral.study.cleaning_steps import CLEANING_STEPS


@dataclass(frozen=True, eq=False)
class Spectra:
    """Spectra between two steps of cleaning.

    Attributes
    ----------
    x : float32 [pixel, band], values.
    sample : int [pixel], column of the detector.
    sensor : Sensor, references, wavelengths, bad bands and gaps of these bands.
    """

    x: np.ndarray
    sample: np.ndarray
    sensor: Sensor


LARGEST_GAP = 0.1  # share of a spectrum's bands that may be bridged
Step = Callable[[Spectra, CleanConfig], Spectra]
STEPS: dict[str, Step] = {}


def step(name: str) -> Callable[[Step], Step]:
    """Register a function as a step of cleaning.

    Parameters
    ----------
    name : its row in `semispectral.study.cleaning_steps`.

    Returns
    -------
    A decorator that leaves the function as it is.
    """

    def registered(function: Step) -> Step:
        STEPS[name] = function
        return function

    return registered


def clean(x: np.ndarray, *, sample: np.ndarray, sensor: Sensor, settings: CleanConfig) -> Spectra:
    """Apply the steps of the configuration to spectra.

    Parameters
    ----------
    x : [pixel, band], values; NaN where there is none.
    sample : int [pixel], column of the detector that recorded each pixel.
    sensor : Sensor, sensor of the scene.
    settings : CleanConfig, steps of cleaning.

    Returns
    -------
    Spectra with float32 x, NaN in all bands of a pixel without data, and the wavelengths that are left.
    """
    found, lost = bridged(x, sample=sample, sensor=sensor, settings=settings)
    for name in settings.steps:
        if not CLEANING_STEPS[name].first and (name != "drop_bands" or settings.drops_last):
            found = STEPS[name](found, settings)
    found.x[lost] = np.nan
    return found


def bridged(x: np.ndarray, *, sample: np.ndarray, sensor: Sensor, settings: CleanConfig) -> tuple[Spectra, np.ndarray]:
    """Return spectra without bad bands and gaps, and a mask of the pixels without data.

    Parameters
    ----------
    x : [pixel, band], values; NaN where there is none.
    sample : int [pixel], column of the detector.
    sensor : Sensor, sensor of the scene.
    settings : CleanConfig, steps of cleaning.

    Returns
    -------
    Spectra, and bool [pixel]; pixels without data are 0 in all bands.
    """
    found = Spectra(np.array(x, np.float32), np.asarray(sample), sensor)
    if "dropped_lines" in settings.steps:
        found = STEPS["dropped_lines"](found, settings)
    if settings.uses_references(named=sensor.dark is not None and sensor.white is not None):
        found = STEPS["references"](found, settings)
    found = _without_bad_bands(found, settings)
    if "dead_columns" in settings.steps:
        found = STEPS["dead_columns"](found, settings)
    missing = ~np.isfinite(found.x)
    lost = np.asarray(missing.mean(axis=1) > LARGEST_GAP)
    missing[lost] = False
    kept = np.where(lost[:, None], np.float32(0), found.x)
    return replace(found, x=spectra.fill_bands(kept, missing=missing) if missing.any() else kept), lost


def _without_bad_bands(found: Spectra, settings: CleanConfig) -> Spectra:
    """Drop the bad bands of the scene, and those of the configuration unless they are dropped after resampling."""
    bands = found.x.shape[1]
    drop = np.zeros(bands, bool)
    if not settings.drops_last:
        drop |= unwanted_bands(found.sensor.wavelengths_nm, bands, settings)
    drop[list(found.sensor.bad_bands)] = True
    found.x[:, list(found.sensor.gaps)] = np.nan
    return _dropped(found, drop)


def _needed(value: Any, step: str, what: str) -> np.ndarray:
    """Return a fact of the sensor, or raise an error that names the step that needs it."""
    if value is None:
        raise DataError(
            f"the cleaning step '{step}' needs {what}, and the scene has none; give it, or leave the step out"
        )
    return np.asarray(value)


@step("references")
def _references(found: Spectra, settings: CleanConfig) -> Spectra:
    """Convert counts to reflectance by the references, over the scene's scale so that ``scale`` keeps its meaning.

    As `to_reflectance`, with the gain of each detector element found once and not for each pixel that it saw.
    """
    dark = _needed(found.sensor.dark, "references", "a dark reference (columns dark and dark_key of scenes.tsv)")
    white = _needed(found.sensor.white, "references", "a white reference (columns white and white_key of scenes.tsv)")
    panel = settings.white_reflectance if found.sensor.panel is None else found.sensor.panel
    gain = spectra.reflectance_gain(dark=dark, white=white, white_reflectance=panel)
    x = found.x - dark.astype(np.float32)[found.sample]
    x *= gain[found.sample]
    x /= np.asarray(found.sensor.scale * found.sensor.exposure, np.float32)
    return replace(found, x=x)


@step("scale")
def _scale(found: Spectra, settings: CleanConfig) -> Spectra:
    """Multiply the values by the scene's scale."""
    return replace(found, x=found.x * np.float32(found.sensor.scale))


@step("drop_bands")
def _drop_bands(found: Spectra, settings: CleanConfig) -> Spectra:
    """Drop the bands that the configuration names."""
    return _dropped(found, unwanted_bands(found.sensor.wavelengths_nm, found.x.shape[1], settings))


def unwanted_bands(wavelengths_nm: np.ndarray | None, bands: int, settings: CleanConfig) -> np.ndarray:
    """Return a mask of the bands that bad_bands and bad_ranges_nm leave out.

    Parameters
    ----------
    wavelengths_nm : float64 [band] in nm, or None.
    bands : int, number of bands.
    settings : CleanConfig, steps of cleaning.

    Returns
    -------
    bool [band].
    """
    drop = np.zeros(bands, bool)
    for number in settings.bad_bands:
        if not 0 <= number < bands:
            raise DataError(f"bad_bands must be 0 to {bands - 1} for this scene, got {number}; correct the config")
        drop[number] = True
    for first, last in settings.bad_ranges_nm:
        known = _needed(wavelengths_nm, "drop_bands", "wavelengths, for bad_ranges_nm")
        drop |= (known >= first) & (known <= last)
    return drop


def _dropped(found: Spectra, drop: np.ndarray) -> Spectra:
    """Drop bands from the spectra and from their sensor."""
    if not drop.any():
        return found
    if drop.all():
        raise DataError(f"no band is left of {len(drop)}: shorten bad_bands and bad_ranges_nm in the config")
    return replace(found, x=found.x[:, ~drop], sensor=_kept(found.sensor, ~drop))


def _kept(sensor: Sensor, keep: np.ndarray) -> Sensor:
    """Keep some bands of a sensor."""

    def of(array: np.ndarray | None) -> np.ndarray | None:
        return None if array is None else array[..., keep]

    return replace(
        sensor,
        wavelengths_nm=of(sensor.wavelengths_nm),
        bad_bands=(),
        gaps=(),
        panel=of(sensor.panel),
        exposure=sensor.exposure[keep] if isinstance(sensor.exposure, np.ndarray) else sensor.exposure,
        dark=of(sensor.dark),
        white=of(sensor.white),
        dead=of(sensor.dead),
        stripes=of(sensor.stripes),
    )


@step("dropped_lines")
def _dropped_lines(found: Spectra, settings: CleanConfig) -> Spectra:
    """Set spectra of one value in all bands to NaN: lines that a recorder lost and filled."""
    one_value = np.fmin.reduce(found.x, axis=1) == np.fmax.reduce(found.x, axis=1)
    return replace(found, x=np.where(one_value[:, None], np.float32(np.nan), found.x))


@step("repeated_lines")
def _repeated_lines(found: Spectra, settings: CleanConfig) -> Spectra:
    """Return the spectra unchanged: lines are compared where they are read, and a repeated one holds NaN since then."""
    return found


@step("dead_columns")
def _dead_columns(found: Spectra, settings: CleanConfig) -> Spectra:
    """Set the values of dead detector elements to NaN."""
    dead = _needed(found.sensor.dead, "dead_columns", "the list of dead detector elements")
    return replace(found, x=np.where(dead[found.sample], np.float32(np.nan), found.x))


@step("spikes")
def _spikes(found: Spectra, settings: CleanConfig) -> Spectra:
    """Replace spikes by a line between their neighbours."""
    marked = spectra.spikes(found.x, threshold=settings.spike_threshold)
    return replace(found, x=spectra.fill_bands(found.x, missing=marked))


@step("stripes")
def _stripes(found: Spectra, settings: CleanConfig) -> Spectra:
    """Divide by the factor of each detector element beside its neighbours."""
    factor = _needed(found.sensor.stripes, "stripes", "the stripes of the detector")
    return replace(found, x=found.x / factor[found.sample])


@step("smile")
def _smile(found: Spectra, settings: CleanConfig) -> Spectra:
    """Move the bands of each sample to those of the middle."""
    shift = _needed(found.sensor.smile, "smile", "the smile of the detector")
    if not shift.any():
        return found
    x = undo_smile(found.x, shift=shift[found.sample], wavelengths_nm=found.sensor.wavelengths_nm)
    return replace(found, x=x)


@step("resample")
def _resample(found: Spectra, settings: CleanConfig) -> Spectra:
    """Interpolate the spectra at evenly spaced wavelengths."""
    nm = _needed(found.sensor.wavelengths_nm, "resample", "wavelengths")
    first, last, step = settings.resample_nm
    target = first + step * np.arange(math.floor((last - first) / step + 1e-9) + 1)
    weights = spectra.resampling_weights(nm, target).astype(np.float32)
    return replace(found, x=found.x @ weights, sensor=Sensor(found.sensor.scale, target))


@step("savitzky_golay")
def _savitzky_golay(found: Spectra, settings: CleanConfig) -> Spectra:
    """Smooth or differentiate the spectra."""
    nm = found.sensor.wavelengths_nm
    steps = (
        np.ones(1) if nm is None and settings.derivative == 0 else np.diff(_needed(nm, "savitzky_golay", "wavelengths"))
    )
    if settings.derivative and np.ptp(steps) > 0.05 * abs(steps.mean()):
        raise DataError("derivatives need bands at equal distances in wavelength; put the step 'resample' before")
    if settings.window > found.x.shape[1]:
        raise DataError(f"window must be at most the number of bands ({found.x.shape[1]}), got {settings.window}")
    x = spectra.savitzky_golay(
        found.x,
        window=settings.window,
        order=settings.order,
        derivative=settings.derivative,
        step_nm=float(steps.mean()),
    )
    return replace(found, x=x)


@step("continuum")
def _continuum(found: Spectra, settings: CleanConfig) -> Spectra:
    """Divide the spectra by their continuum."""
    nm = _needed(found.sensor.wavelengths_nm, "continuum", "wavelengths")
    if not (np.diff(nm) > 0).all():
        raise DataError("continuum removal needs wavelengths that rise; put the step 'resample' before")
    return replace(found, x=spectra.remove_continuum(found.x, nm))
