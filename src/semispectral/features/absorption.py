"""Measure absorption features: the hull quotient of a window, and a parabola through its minimum."""

from dataclasses import dataclass

import numpy as np

from semispectral.errors import DataError
from semispectral.features.feature_settings import (
    USUAL_FORMULAS,
    USUAL_WINDOWS,
    FeaturesConfig,
    Window,
)
from semispectral.features.formulas import Arithmetic, parse
from semispectral.scans.sensor_bands import Sensors
from semispectral.spectra.cleaning_settings import CleanConfig
from semispectral.spectra.hull_windows import window_bands_of
from semispectral.spectra.transforms import continuum

USUAL_VALUES = tuple(value for window in USUAL_WINDOWS for value in window.values)
PIXELS_AT_ONCE = 2048  # enough that NumPy calls cost little, few enough for the cache


@dataclass(frozen=True, eq=False)
class Plan:
    """What is measured on the bands of a sensor.

    Attributes
    ----------
    wavelengths_nm : float64 [band], in nm.
    windows : windows that the sensor sees.
    bands : int [band of the window], bands of each window, in rising wavelength.
    formulas : formulas by name.
    left_out : sentences about usual windows and formulas that are left out.
    least_depth : depth below which a feature has no position, width and asymmetry.
    """

    wavelengths_nm: np.ndarray
    windows: tuple[Window, ...]
    bands: tuple[np.ndarray, ...]
    formulas: dict[str, Arithmetic]
    left_out: tuple[str, ...]
    least_depth: float

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the values, window by window, and then of the formulas."""
        return (*(name for window in self.windows for name in window.values), *self.formulas)


def differentiates(cleaning: CleanConfig) -> bool:
    """Return whether cleaning makes derivatives of the spectra, which have no hull.

    Parameters
    ----------
    cleaning : settings of the cleaning.
    """
    return "savitzky_golay" in cleaning.steps and cleaning.derivative > 0


def plan_for(
    settings: FeaturesConfig,
    wavelengths_nm: np.ndarray | None,
    *,
    derivative: bool = False,
    where: str,
    sensors: Sensors = (),
) -> Plan:
    """Return what can be measured on the bands of a scan.

    Parameters
    ----------
    settings : the windows and formulas.
    wavelengths_nm : float64 [band] in nm, or None.
    derivative : whether cleaning differentiates the spectra, which then have no hull.
    where : the scan, for errors.
    sensors : which bands are of which sensor; a window is measured on the sensor that has most bands in it.

    Raises
    ------
    DataError : a window that the user states is not seen by the sensor, or a formula of the user needs such a one.
    """
    seen: dict[Window, np.ndarray] = {}
    left_out: list[str] = []
    for window in settings.windows:
        try:
            seen[window] = _bands(window, wavelengths_nm, sensors, derivative=derivative, where=where)
        except DataError:
            if window not in USUAL_WINDOWS:
                raise
            left_out.append(f"{window.name} ({window.from_nm:g} to {window.to_nm:g} nm)")
    values = {name for window in seen for name in window.values}
    formulas = {}
    for each in settings.formulas:
        made = parse(each.formula, {*settings.values, *USUAL_VALUES}, where=each.name)
        absent = sorted(made.names - values)
        if not absent:
            formulas[each.name] = made
        elif each in USUAL_FORMULAS:
            left_out.append(f"{each.name} ({each.formula})")
        else:
            raise DataError(
                f"{where}, features.formulas, {each.name}: {absent[0]} is needed, but the sensor does not see its "
                "window; remove the formula"
            )
    nm = np.empty(0) if wavelengths_nm is None else wavelengths_nm
    return Plan(nm, tuple(seen), tuple(seen.values()), formulas, tuple(left_out), settings.least_depth)


def _bands(
    window: Window, wavelengths_nm: np.ndarray | None, sensors: Sensors, *, derivative: bool, where: str
) -> np.ndarray:
    if derivative:
        raise DataError(
            f"{where}: features need spectra with a hull, but cleaning makes derivatives (cleaning.derivative)"
        )
    limits = (window.from_nm, window.to_nm)
    named = f"{where}, features.windows, {window.name}"
    return window_bands_of(wavelengths_nm, limits, sensors=sensors, where=named)


def measure(x: np.ndarray, plan: Plan) -> np.ndarray:
    """Measure the features of spectra.

    Parameters
    ----------
    x : [pixel, band], spectra above 0: reflectance, or counts without an offset.
    plan : what is measured.

    Returns
    -------
    float32 [pixel, value], in the order of ``plan.names``; NaN where a spectrum has a gap in the window, or is not
    above 0 there. A feature of less than the least depth has a depth and an area only.
    """
    pieces = [_measured(x[first : first + PIXELS_AT_ONCE], plan) for first in range(0, len(x), PIXELS_AT_ONCE)]
    return np.concatenate(pieces) if pieces else np.empty((0, len(plan.names)), np.float32)


def _measured(x: np.ndarray, plan: Plan) -> np.ndarray:
    found = [feature(x[:, bands], plan.wavelengths_nm[bands], least_depth=plan.least_depth) for bands in plan.bands]
    columns = np.concatenate([*found, np.empty((len(x), 0))], axis=1)
    names = [name for window in plan.windows for name in window.values]
    by_name = dict(zip(names, columns.T, strict=True))
    made = [formula.of(by_name)[:, np.newaxis] for formula in plan.formulas.values()]
    return np.concatenate([columns, *made], axis=1).astype(np.float32)


def feature(x: np.ndarray, nm: np.ndarray, *, least_depth: float) -> np.ndarray:
    """Measure the deepest absorption feature of a window.

    The hull quotient q is the spectrum divided by its upper convex hull over the window. A parabola through the band of
    the smallest q and its two neighbours has its vertex at the position; 1 - q there is the depth. The width is that at
    half the depth. Asymmetry compares its two sides: 0 if they are alike, towards 1 if the feature reaches farther to
    longer wavelengths, towards -1 if to shorter ones. The area lies between 1 and q, over the whole window.

    Parameters
    ----------
    x : [pixel, band of the window], spectra.
    nm : float64 [band of the window], rising, in nm.
    least_depth : float, depth below which there are neither position, width nor asymmetry.

    Returns
    -------
    float64 [pixel, kind], in the order of `KINDS`.
    """
    q = _quotient(x, nm)
    rows = np.arange(len(q))
    lowest = np.argmin(np.where(np.isfinite(q), q, 1.0)[:, 1:-1], axis=1) + 1
    position, bottom = vertex(q, nm, rows, lowest)
    half = (1 + bottom) / 2
    left, right = _crossing(q, nm, lowest, half, step=-1), _crossing(q, nm, lowest, half, step=1)
    depth = 1 - bottom
    width = right - left
    with np.errstate(invalid="ignore", divide="ignore"):
        asymmetry = (left + right - 2 * position) / width
        shallow = ~(depth >= max(least_depth, np.finfo(np.float32).eps))
    area = ((1 - (q[:, 1:] + q[:, :-1]) / 2) * np.diff(nm)).sum(axis=1)
    shaped = [np.where(shallow, np.nan, each) for each in (position, width, asymmetry)]
    return np.stack([shaped[0], depth, shaped[1], shaped[2], area], axis=1)


def absorptions(q: np.ndarray, nm: np.ndarray, *, least_depth: float, most: int) -> list[tuple[float, float]]:
    """Find the absorptions of a whole spectrum, wherever they are, the deepest first.

    Each is a local minimum of the hull quotient, with its place and depth as `feature` measures them in a window.

    Parameters
    ----------
    q : float64 [band], hull quotient.
    nm : float64 [band], rising, in nm.
    least_depth : depth, and rise on both sides, below which a minimum is none.
    most : largest number of absorptions.

    Returns
    -------
    Position in nm, and depth, 1 - q, of each.
    """
    from scipy.signal import find_peaks  # here: features in windows need none of it

    found, _ = find_peaks(1 - q, height=least_depth, prominence=least_depth)
    bands = found[np.argsort(q[found], kind="stable")][:most]
    position, bottom = vertex(q[np.newaxis], nm, np.zeros_like(bands), bands)
    return list(zip(position.tolist(), (1 - bottom).tolist(), strict=True))


def _quotient(x: np.ndarray, nm: np.ndarray) -> np.ndarray:
    """Return the hull quotient, float64; NaN for a spectrum with a gap or a value that is not above 0."""
    values = x.astype(np.float64)
    whole = np.all(np.isfinite(values) & (values > 0), axis=1, keepdims=True)
    values = np.where(whole, values, 1.0)
    return np.where(whole, values / continuum(values, nm), np.nan)


def vertex(q: np.ndarray, nm: np.ndarray, rows: np.ndarray, lowest: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return place and value of the minimum of the parabola through three bands, which may be unevenly spaced.

    Parameters
    ----------
    q : float64 [pixel, band], hull quotients.
    nm : float64 [band], rising, in nm.
    rows : int [feature], pixel of each feature.
    lowest : int [feature], band of its smallest quotient; neither the first nor the last one.

    Returns
    -------
    float64 [feature] in nm, and float64 [feature], the quotient there.
    """
    before, after = nm[lowest] - nm[lowest - 1], nm[lowest + 1] - nm[lowest]
    fall = (q[rows, lowest] - q[rows, lowest - 1]) / before
    rise = (q[rows, lowest + 1] - q[rows, lowest]) / after
    curvature = (rise - fall) / (before + after)
    slope = fall + curvature * before  # at the middle band
    flat = ~(curvature > 0)
    safe = np.where(flat, 1.0, curvature)
    position = nm[lowest] - np.where(flat, 0.0, slope / (2 * safe))
    return position, q[rows, lowest] - np.where(flat, 0.0, slope**2 / (4 * safe))


def _crossing(q: np.ndarray, nm: np.ndarray, lowest: np.ndarray, half: np.ndarray, *, step: int) -> np.ndarray:
    """Return the wavelength where q first reaches ``half`` on one side of its minimum, between two bands."""
    rows, bands = np.arange(len(q)), np.arange(q.shape[1])
    beyond = (bands - lowest[:, np.newaxis]) * step > 0
    reached = beyond & (q >= half[:, np.newaxis])
    first = reached.argmax(axis=1) if step > 0 else q.shape[1] - 1 - reached[:, ::-1].argmax(axis=1)
    inner = np.clip(first - step, 0, q.shape[1] - 1)
    low, high = q[rows, inner], q[rows, first]
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.clip((half - low) / (high - low), 0, 1)
    return np.asarray(nm[inner] + np.where(np.isfinite(share), share, 0) * (nm[first] - nm[inner]))
