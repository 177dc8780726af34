"""Bring the bands of a new scan to those that a model was trained on, or refuse it with the reason."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from semispectral.errors import DataError
from semispectral.scans.cube import Cube
from semispectral.scans.sensor_bands import SensorBands, Sensors, columns_of
from semispectral.study.names import some

SAME = 0.25  # of the model's band spacing: nearer bands are the same band
COARSEST = 2.0  # times the model's band spacing: a scan with wider gaps does not resolve what the model knows

Prepare = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True, eq=False)
class ModelBands:
    """Bands that a model was trained on.

    Attributes
    ----------
    bands : int, number of all bands.
    wavelengths_nm : float64 [band] in nm, or None where they are not known.
    sensors : tuple of SensorBands, which of them are of which sensor; empty: all are of one.
    """

    bands: int
    wavelengths_nm: np.ndarray | None
    sensors: Sensors = ()


def match_scan(cube: Cube, model: ModelBands) -> Prepare | None:
    """Return the function that brings spectra of a scan to the bands of a model, sensor by sensor.

    Sensors are found by their names; a scan, or a model, of one sensor that has no name by the bands. The bands of a
    sensor that the scan lacks are NaN.

    Parameters
    ----------
    cube : Cube, the scan.
    model : ModelBands, bands of the model.

    Returns
    -------
    Function of [pixel, band]; None where the bands are the same.

    Raises
    ------
    DataError : the bands cannot be matched, or the scan has no sensor of the model.
    """
    steps = []
    for place, found in _pairs(cube, model):
        prepare = None if found is None else _match(cube, found, model, place)
        steps.append((place, found, prepare))
    if all(found == place and prepare is None for place, found, prepare in steps) and model.bands == cube.shape[2]:
        return None
    if len(steps) == 1:
        _, found, prepare = steps[0]
        whole = found == slice(0, cube.shape[2])
        return prepare if whole else lambda raw: _prepared(raw[:, found], prepare)

    def bring(raw: np.ndarray) -> np.ndarray:
        x = np.full((len(raw), model.bands), np.nan, np.float32)
        for place, found, prepare in steps:
            if found is not None:
                x[:, place] = _prepared(raw[:, found], prepare)
        return x

    return bring


def _prepared(raw: np.ndarray, prepare: Prepare | None) -> np.ndarray:
    return raw if prepare is None else prepare(raw)


def needed_of_scan(cube: Cube, model: ModelBands) -> np.ndarray:
    """Return a mask of the bands of a scan that `match_scan` uses, bool [band]; both have wavelengths.

    Parameters
    ----------
    cube : Cube, the scan.
    model : ModelBands, bands of the model.
    """
    needed = np.zeros(cube.shape[2], bool)
    for place, found in _pairs(cube, model):
        if found is not None:
            needed[found] |= needed_bands(
                np.asarray(cube.wavelengths_nm)[found], np.asarray(model.wavelengths_nm)[place]
            )
    return needed


def _pairs(cube: Cube, model: ModelBands) -> list[tuple[slice, slice | None]]:
    """Return the columns of each sensor of a model, and those of the same sensor of a scan; None: it has none."""
    wanted = model.sensors or (SensorBands("", model.bands),)
    there = cube.sensors or (SensorBands("", cube.shape[2]),)
    places = list(zip(there, columns_of(there), strict=True))
    pairs: list[tuple[slice, slice | None]] = []
    for each, place in zip(wanted, columns_of(wanted), strict=True):
        named = [found for other, found in places if other.name == each.name]
        if not named and (not model.sensors or not cube.sensors):
            named = [found for _, found in places if _fits(cube, found, model, place)]
        pairs.append((place, named[0] if named else None))
    if all(found is None for _, found in pairs):
        if len(wanted) == len(there) == 1:
            return [(slice(0, model.bands), slice(0, cube.shape[2]))]  # the reason is said when they are matched
        raise DataError(
            f"{cube.path}: a sensor of the model is needed, {some(each.name or 'one of no name' for each in wanted)}, "
            f"but the scan has {some(each.name or 'one of other bands' for each in there)}; name its sensors as those "
            "of the training scans, in the column sensor of scenes.tsv and sensors.tsv"
        )
    return pairs


def _fits(cube: Cube, found: slice, model: ModelBands, place: slice) -> bool:
    try:
        _match(cube, found, model, place)
    except DataError:
        return False
    return True


def _match(cube: Cube, found: slice, model: ModelBands, place: slice) -> Prepare | None:
    scan_nm, model_nm = (
        None if nm is None else nm[columns]
        for nm, columns in ((cube.wavelengths_nm, found), (model.wavelengths_nm, place))
    )
    bands = {"scan_bands": found.stop - found.start, "model_bands": place.stop - place.start}
    return match_bands(scan_nm, model_nm, **bands, where=str(cube.path))


def match_bands(
    scan_nm: np.ndarray | None, model_nm: np.ndarray | None, *, scan_bands: int, model_bands: int, where: str
) -> Prepare | None:
    """Return the function that brings spectra of a scan to the bands of a model.

    Parameters
    ----------
    scan_nm, model_nm : float64 [band] in nm, or None where they are not known.
    scan_bands, model_bands : int, number of bands of each.
    where : str, the scan, for error messages.

    Returns
    -------
    Function of [pixel, band] that selects bands, or interpolates linearly; None where the bands are the same.

    Raises
    ------
    DataError : the bands cannot be matched.
    """
    if scan_nm is None or model_nm is None:
        _require_same_count(scan_nm, model_nm, scan_bands=scan_bands, model_bands=model_bands, where=where)
        return None
    if np.array_equal(scan_nm, model_nm, equal_nan=True):
        return None
    _require_wavelengths(model_nm, where)
    known, order = _known(scan_nm)
    spacing = _spacing(model_nm)
    nearest = _nearest(known, model_nm)
    if np.abs(known[nearest] - model_nm).max() <= SAME * spacing:
        places = order[nearest]
        return None if np.array_equal(places, np.arange(scan_bands)) else lambda raw: raw[:, places]
    _require_cover(known, model_nm, spacing, where)
    return _interpolation(known, model_nm, order)


def needed_bands(scan_nm: np.ndarray, model_nm: np.ndarray) -> np.ndarray:
    """Return a mask of the bands of a scan that `match_bands` uses.

    Parameters
    ----------
    scan_nm : float64 [band], in nm.
    model_nm : float64 [model band], in nm.

    Returns
    -------
    bool [band].
    """
    needed = np.zeros(len(scan_nm), bool)
    known, order = _known(scan_nm)
    nearest = _nearest(known, model_nm)
    if np.abs(known[nearest] - model_nm).max() <= SAME * _spacing(model_nm):
        needed[order[nearest]] = True
    else:
        right = _right_of(known, model_nm)
        needed[order[right]] = needed[order[np.maximum(right - 1, 0)]] = True
    return needed


def _known(scan_nm: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return rising wavelengths, float64 [known], and the band of each; of bands at one wavelength, the first."""
    known, order = np.unique(scan_nm[np.isfinite(scan_nm)], return_index=True)
    return known, np.flatnonzero(np.isfinite(scan_nm))[order]


def _spacing(model_nm: np.ndarray) -> float:
    """Return the median distance of neighbouring bands, in nm."""
    return float(np.median(np.abs(np.diff(model_nm)))) if len(model_nm) > 1 else 1.0


def _right_of(known: np.ndarray, model_nm: np.ndarray) -> np.ndarray:
    """Return the index of the known wavelength to the right of each band of the model, int [model band]."""
    return np.minimum(np.clip(np.searchsorted(known, model_nm), 1, None), len(known) - 1)


def _require_same_count(
    scan_nm: np.ndarray | None, model_nm: np.ndarray | None, *, scan_bands: int, model_bands: int, where: str
) -> None:
    """Check that bands without wavelengths can be matched by their number."""
    if model_nm is None and scan_bands == model_bands:
        return
    lacking = (
        "the model was trained on scans without wavelengths" if model_nm is None else "the scan has no wavelengths"
    )
    help_text = (
        f"only a scan of the same {model_bands} bands can be mapped"
        if model_nm is None
        else "give them: a key in the file or a table with a column wavelength_nm"
    )
    raise DataError(
        f"{where}: its bands cannot be matched with the model's: {lacking}; the scan has {scan_bands} bands, the model "
        f"{model_bands}; {help_text}"
    )


def _require_wavelengths(model_nm: np.ndarray, where: str) -> None:
    """Check that every band of the model has a wavelength."""
    without = int((~np.isfinite(model_nm)).sum())
    if without:
        raise DataError(
            f"{where}: its bands cannot be matched with the model's: {without} of the {len(model_nm)} bands that the "
            "model was trained on had no wavelength; train it with cleaning.header_bad_bands, which leaves them out"
        )


def _nearest(known: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    right = np.clip(np.searchsorted(known, wanted), 1, max(len(known) - 1, 1))
    left = right - 1
    right = np.minimum(right, len(known) - 1)
    return np.where(np.abs(known[left] - wanted) <= np.abs(known[right] - wanted), left, right)


def _require_cover(known: np.ndarray, model_nm: np.ndarray, spacing: float, where: str) -> None:
    """Check that the scan covers the model's range, at a fine enough spacing."""
    low, high = model_nm.min(), model_nm.max()
    if known[0] > low + spacing / 2 or known[-1] < high - spacing / 2:
        raise DataError(
            f"{where}: its wavelengths, {known[0]:.1f} to {known[-1]:.1f} nm, do not cover those the model was trained "
            f"on, {low:.1f} to {high:.1f} nm; a model of this range is needed: train one on scans of this instrument"
        )
    right = _right_of(known, model_nm)
    gap = float((known[right] - known[right - 1]).max()) if len(known) > 1 else np.inf
    if gap > COARSEST * spacing:
        raise DataError(
            f"{where}: its bands lie up to {gap:.1f} nm apart, the model's {spacing:.1f} nm: too coarse to show what "
            f"the model was trained on (at most {COARSEST:g} times); train a model on scans of this instrument"
        )


def _interpolation(known: np.ndarray, model_nm: np.ndarray, order: np.ndarray) -> Prepare:
    """Return a function that interpolates spectra linearly at the model's bands."""
    right = _right_of(known, model_nm)
    span = known[right] - known[right - 1]
    weight = np.clip((model_nm - known[right - 1]) / span, 0, 1).astype(np.float32)
    below, above = order[right - 1], order[right]

    def interpolate(raw: np.ndarray) -> np.ndarray:
        return np.asarray(raw[:, below] * (1 - weight) + raw[:, above] * weight, np.float32)

    return interpolate
