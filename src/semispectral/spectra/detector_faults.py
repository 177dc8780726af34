"""Estimate faults of a push-broom detector from a scan: the smile across its samples, and stripes along its lines.

Both compare neighbouring samples on the same lines, where rock is most alike; borders of core differ on few lines and
are outvoted.
"""

from dataclasses import dataclass

import numpy as np

from semispectral.scans.quality import known_median

MAD_TO_SIGMA = 1.4826
OF_A_MEDIAN = 1.2533  # standard error of a median over that of a mean
LINES_TOGETHER = 4  # averaged before neighbours are compared: along core, rock changes slowly
SMOOTH = np.array([1, 2, 3, 2, 1]) / 9  # of slopes and changes alike, so that it does not change their ratio
DERIVATIVE = np.array([1, -8, 0, 8, -1]) / 12  # of a polynomial of degree 4 through five bands
SMOOTHED = len(SMOOTH) + len(DERIVATIVE) - 1  # bands that a slope needs
LEAST_SHIFT = 0.02  # bands, below which nothing is undone
ALIKE = 0.2  # of the logarithm: neighbours that differ by more lie on two sides of an edge, such as that of the core
LARGEST_STRIPE = 0.2  # of the logarithm; what differs by more is a thing in the tray
FEWEST_LINES = 0.25  # share of the lines on which neighbours must be alike
LEAST_STRIPE = 0.002  # of the natural logarithm, about a share
TUKEY = 4.685  # sigmas from which a value does not count (Beaton and Tukey 1974)
ROUNDS = 30
LOOKS = 2
FOLDS = 8  # parts of the lines, whose fits tell the error
STRIPE_ROUNDS = 3
CUT = 1.5  # times the usual distance of bands, from which there is a gap between two of them


@dataclass(frozen=True, eq=False)
class Smile:
    """Shift of the bands across the samples: sample j sees at band b what the middle sees at band b + shift[j].

    Attributes
    ----------
    shift : float64 [sample], in bands; 0 in the middle.
    error : float, standard error of the largest shift, in bands.
    """

    shift: np.ndarray
    error: float

    @property
    def largest(self) -> float:
        """Largest difference of the shift between two samples, in bands."""
        return float(np.ptp(self.shift))

    @property
    def is_seen(self) -> bool:
        """Whether it is larger than its error and than what matters."""
        return self.largest > max(3 * self.error, LEAST_SHIFT)


def estimate_smile(blocks: list[np.ndarray], *, bands: np.ndarray) -> Smile:
    """Estimate the smile as a parabola across the samples.

    From sample j to j + 1 the logarithm of the spectra changes by its derivative times the change of the shift, and by
    brightness, tilt and depth of the absorptions, which are taken out first. The changes of all lines are fitted as the
    slope of a parabola, robustly. Noise makes slopes look steeper and so the shift smaller: what is found is undone,
    and the rest is looked for once more. The error is that of fits to parts of the lines.

    Parameters
    ----------
    blocks : list of float [line, sample, band], reflectance; NaN where there is none.
    bands : bool [band], bands of the absorption or lamp lines to look at.
    """
    logs = np.concatenate([_averaged_logs(block) for block in blocks])
    across = np.linspace(-1, 1, logs.shape[1])
    folds = np.array_split(np.arange(len(logs)), min(FOLDS, len(logs)))
    shift, spread = np.zeros(len(across)), np.inf
    for _ in range(LOOKS):
        steps, weight = _steps_between_samples(_moved(logs, shift), bands)
        fits = [_parabola(steps[fold], weight[fold]) for fold in (np.arange(len(logs)), *folds)]
        found = [fit[0] * across + fit[1] * across**2 for fit in fits]
        shift = shift + found[0]
        spread = np.std(found[1:], axis=0, ddof=1).max() if len(folds) > 1 else np.inf
    return Smile(shift, float(spread / np.sqrt(len(folds))))


def _moved(logs: np.ndarray, shift: np.ndarray) -> np.ndarray:
    """Return the spectra of all samples at the bands of the middle, [group, sample, band]."""
    of_pixel = np.tile(shift, len(logs))
    return undo_smile(logs.reshape(len(of_pixel), -1), shift=of_pixel, wavelengths_nm=None).reshape(logs.shape)


def _steps_between_samples(logs: np.ndarray, bands: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the change of the shift from each sample to the next, and its weight, float64 [group, sample - 1]."""
    smooth = _along_bands(logs, SMOOTH)
    shared, change = (smooth[:, :-1] + smooth[:, 1:]) / 2, np.diff(smooth, axis=1)
    slope = _along_bands(shared, DERIVATIVE)
    use = bands & np.isfinite(slope).any(axis=(0, 1))
    whole = np.isfinite(slope[..., use]).all(axis=-1) & np.isfinite(change[..., use]).all(axis=-1)
    slope, change, shared = (np.where(whole[..., None], values[..., use], 0) for values in (slope, change, shared))
    for nuisance in (np.ones(slope.shape[-1]), np.linspace(-1, 1, slope.shape[-1]), shared):
        nuisance = nuisance - nuisance.mean(axis=-1, keepdims=True) if nuisance.ndim > 1 else nuisance
        slope, change = _without(slope, nuisance), _without(change, nuisance)
    strength, other = (slope * slope).sum(axis=-1), (change * change).sum(axis=-1)
    found = whole & (strength > 0) & (other > 0)
    step = np.divide((slope * change).sum(axis=-1), strength, out=np.zeros_like(strength), where=found)
    return step, np.divide(strength, other, out=np.zeros_like(strength), where=found)


def _without(x: np.ndarray, direction: np.ndarray) -> np.ndarray:
    """Return values less their part along a direction, over the last axis."""
    length = (direction * direction).sum(axis=-1, keepdims=True)
    part = np.divide(
        (x * direction).sum(axis=-1, keepdims=True), length, out=np.zeros(x.shape[:-1] + (1,)), where=length > 0
    )
    return np.asarray(x - part * direction)


def _parabola(steps: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Fit steps between samples by those of a u + b u^2, u from -1 to 1, with Tukey's weights; return a and b."""
    across = np.linspace(-1, 1, steps.shape[1] + 1)
    design = np.stack([np.diff(across), np.diff(across**2)], axis=1)
    known = weight > 0
    if known.any(axis=0).sum() < len(design[0]) + 1:
        return np.zeros(2)
    x, y, w = np.broadcast_to(design, (*steps.shape, 2))[known], steps[known], weight[known]
    trust, found = np.ones(len(y)), np.zeros(2)
    for _ in range(ROUNDS):
        weighted = x * (w * trust)[:, None]
        found = np.linalg.pinv(weighted.T @ x) @ (weighted.T @ y)
        distance = np.abs(y - x @ found) * np.sqrt(w)
        sigma = MAD_TO_SIGMA * np.median(distance)
        if not sigma:
            break
        trust = np.clip(1 - (distance / (TUKEY * sigma)) ** 2, 0, None) ** 2
    return np.asarray(found)


def _averaged_logs(block: np.ndarray) -> np.ndarray:
    """Return the logarithm of the mean of each few lines, [group, sample, band]; NaN where a value is not above 0."""
    groups = max(1, len(block) // LINES_TOGETHER)
    lines = np.array_split(np.asarray(block, np.float64), groups)
    means = np.stack([group.mean(axis=0) for group in lines])
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(means > 0, np.log(means), np.nan)


def _along_bands(x: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Return the sum of neighbouring bands by weights; NaN at the ends and beside gaps."""
    half = len(kernel) // 2
    found = np.full(x.shape, np.nan)
    inner = slice(half, x.shape[-1] - half)
    if x.shape[-1] >= len(kernel):
        ends = x.shape[-1] - 2 * half
        found[..., inner] = sum(weight * x[..., place : place + ends] for place, weight in enumerate(kernel))
    return found


def undo_smile(x: np.ndarray, *, shift: np.ndarray, wavelengths_nm: np.ndarray | None) -> np.ndarray:
    """Return spectra at the bands of the middle, by a cubic through four bands; across a gap of bands by the nearest.

    Parameters
    ----------
    x : float32 [pixel, band].
    shift : float [pixel], shift of the sample of each pixel, in bands, as `Smile.shift`.
    wavelengths_nm : float64 [band], in nm, which tell where bands were left out; or None: nowhere.
    """
    bands = x.shape[1]
    first, last = _segments(wavelengths_nm, bands)
    whole = np.floor(-shift).astype(int)
    part = (-shift - whole).astype(np.float32)[:, None]
    weights = (  # Lagrange's polynomials through the bands -1, 0, 1 and 2
        -part * (part - 1) * (part - 2) / 6,
        (part + 1) * (part - 1) * (part - 2) / 2,
        -(part + 1) * part * (part - 2) / 2,
        (part + 1) * part * (part - 1) / 6,
    )
    found = np.zeros_like(x)
    # Pixels of one whole number of bands are moved together: there are two or three such numbers in a scan.
    for number in np.unique(whole):
        rows = whole == number
        for place, weight in zip((-1, 0, 1, 2), weights, strict=True):
            source = np.clip(np.arange(bands) + number + place, first, last)
            found[rows] += weight[rows] * x[rows][:, source]
    return found


def _segments(wavelengths_nm: np.ndarray | None, bands: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the first and the last band of the run of neighbouring bands that each band belongs to."""
    steps = np.abs(np.diff(np.arange(bands) if wavelengths_nm is None else wavelengths_nm))
    cuts = np.flatnonzero(steps > CUT * np.median(steps)) + 1 if bands > 1 else np.array([], int)
    starts, ends = np.r_[0, cuts], np.r_[cuts, bands] - 1
    run = np.searchsorted(cuts, np.arange(bands), side="right")
    return starts[run], ends[run]


def estimate_stripes(blocks: list[np.ndarray], *, threshold: float) -> np.ndarray:
    """Estimate the factor by which each detector element differs from its two neighbours on all lines.

    What is common to all bands of a sample is left out: a brighter or darker sample cannot be told from the profile of
    a tray, which is the same on all lines too. Lines on which the two neighbours differ do not count, for an edge along
    the scan is no stripe.

    Parameters
    ----------
    blocks : list of float [line, sample, band], reflectance; NaN where there is none.
    threshold : float, standard errors below which a difference is taken for chance.

    Returns
    -------
    float32 [sample, band], factor; 1 where nothing is seen.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        logs = np.concatenate([np.where(block > 0, np.log(block), np.nan).astype(np.float32) for block in blocks])
    beside = (logs[:, :-2] + logs[:, 2:]) / 2
    difference = np.full(logs.shape, np.nan, np.float32)
    alike = np.abs(logs[:, :-2] - logs[:, 2:]) <= ALIKE
    difference[:, 1:-1] = np.where(alike, logs[:, 1:-1] - beside, np.nan)
    common = known_median(difference, axis=2)
    factor = np.exp(_alone(*_middle(difference - common[:, :, None], threshold=threshold)))
    return np.asarray(factor, np.float32)


def _middle(difference: np.ndarray, *, threshold: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the median over the lines, 0 where there is none, and the size from which it is not chance."""
    middle = known_median(difference, axis=0)
    spread = MAD_TO_SIGMA * known_median(np.abs(difference - middle), axis=0)
    count = np.maximum(np.isfinite(difference).sum(axis=0), 1)
    enough = count >= FEWEST_LINES * len(difference)
    least = np.maximum(threshold * OF_A_MEDIAN * spread / np.sqrt(count), LEAST_STRIPE)
    known = enough & np.isfinite(least) & (np.abs(middle) <= LARGEST_STRIPE)  # NaN is not
    return np.where(known, middle, 0.0), np.where(known, least, np.inf)


def _alone(difference: np.ndarray, least: np.ndarray) -> np.ndarray:
    """Return what explains the differences to neighbours: a stripe shows as half its size, reversed, on both sides."""
    found, rest = np.zeros(difference.shape), difference.copy()
    for _ in range(STRIPE_ROUNDS):
        size = np.abs(rest)
        padded = np.pad(size, [(1, 1), *[(0, 0)] * (size.ndim - 1)])
        peak = np.where((size > padded[:-2]) & (size > padded[2:]) & (size > least), rest, 0.0)
        found += peak
        rest -= peak
        rest[1:] += peak[:-1] / 2
        rest[:-1] += peak[1:] / 2
    return found
