"""Downhole log: proportions of the classes and absorption features by depth, from the maps of a hole's scans."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.special import betaincinv

from semispectral.downhole.depths import from_top, has_depth, require_marks_on_scan, top_m
from semispectral.downhole.feature_log import Aligned, ByInterval, names_of
from semispectral.errors import DataError
from semispectral.features.feature_files import NO_FEATURES, Measured
from semispectral.maps.scene_map import NOVEL_NAME, SceneMap
from semispectral.study.classes import ClassMap
from semispectral.study.scene import DepthMark, Scene
from semispectral.study.setting_types import InnerShare, Positive, settings_class

NARROWEST_RUN = 3  # samples; less is dirt on the tray, unless the scan itself is as narrow (spectra along a hole)
LEAST_LOW = 0.005  # a lower end of an interval below this share is 0: nobody means 1e-9
SAME_DEPTH_M = 0.005  # scenes.tsv may round what a file states
WIDEST_SCAR = 2  # samples; a dead column of the detector does not part a run
NOVEL = NOVEL_NAME.replace(" ", "_")
# The columns of a class begin with what they hold, and no other column begins so: whatever a class is called, its
# columns meet neither those of another class nor the log's own.
SHARE, LOW, HIGH = "share_", "low_", "high_"

NO_PIXELS = np.empty((0, 0), np.float32)
NO_SCENES: Mapping[str, Measured] = {}


@settings_class("map.downhole")
class DownholeConfig:
    """Settings of the log."""

    interval_m: Positive = 0.1
    """Length of core per row, in m."""
    correlation_m: Positive = 0.02
    """Length of core within which errors of the classifier are correlated, in m."""
    coverage: InnerShare = 0.9
    """Coverage of the intervals; of absorption features, share of the pixels within them."""
    run_share: InnerShare = 0.3
    """Smallest share of core lines in the sample columns of a core run."""


@dataclass(frozen=True, eq=False)
class Core:
    """Pixels of core with their depths.

    Attributes
    ----------
    depth_m : float64 [pixel], depth of the pixel's middle, in m.
    probability : float32 [pixel, class].
    novel : bool [pixel], unknown pixels.
    features : float32 [pixel, value], values of absorption features; none if there are no names.
    feature_names : tuple of str, names of the values.
    least_m : depth above which neither this core lies nor that of a scan after it, in m; -inf if it is not known.
    """

    depth_m: np.ndarray
    probability: np.ndarray
    novel: np.ndarray
    features: np.ndarray = field(default_factory=lambda: NO_PIXELS)
    feature_names: tuple[str, ...] = ()
    least_m: float = -math.inf


def find_runs(valid: np.ndarray, *, run_share: float) -> list[slice]:
    """Find runs of core side by side in a tray, as slices of samples from left to right. Core lies along the lines.

    Parameters
    ----------
    valid : bool [line, sample], core.
    run_share : smallest share of core lines in the sample columns of a run.
    """
    held = np.concatenate([[False], valid.mean(axis=0) >= run_share, [False]]).astype(np.int8)
    begins, ends = (np.flatnonzero(np.diff(held) == step) for step in (1, -1))
    parted = begins[1:] - ends[:-1] > WIDEST_SCAR
    there = [True] * bool(len(begins))
    begins, ends = begins[np.r_[there, parted].astype(bool)], ends[np.r_[parted, there].astype(bool)]
    narrowest = min(NARROWEST_RUN, valid.shape[1])
    return [slice(begin, end) for begin, end in zip(begins, ends, strict=True) if end - begin >= narrowest]


def core_runs(found: SceneMap, *, run_share: float) -> list[slice]:
    """Return the runs of core in a map, as `find_runs` finds them.

    Parameters
    ----------
    found : the map.
    run_share : smallest share of core lines in the sample columns of a run.
    """
    return find_runs(_tray_removed(found), run_share=run_share)


def core_of(
    scene: Scene, found: SceneMap, *, below_m: float, run_share: float, features: Measured = NO_FEATURES
) -> tuple[Core, float]:
    """Return the core of one scan and the depth of its end, in m.

    Parameters
    ----------
    scene : the scan's row of scenes.tsv.
    found : its map.
    below_m : depth of its top in m, if scenes.tsv gives none.
    run_share : smallest share of core lines in the sample columns of a run.
    features : its absorption features.
    """
    depth_m, end_m = depths(scene, found, below_m=below_m, run_share=run_share)
    core = found.valid & np.isfinite(depth_m)
    values = features.values[:, core].T if features.names else NO_PIXELS
    return Core(depth_m[core], found.probability[core], found.novel[core], values, features.names), end_m


def depths(scene: Scene, found: SceneMap, *, below_m: float, run_share: float) -> tuple[np.ndarray, float]:
    """Return the depth of every pixel of a scan and of its end.

    Where the row has depth marks, depth is linear between them. Else, where the file of the scan states the depth of
    each line, and its first and last one are those of scenes.tsv, these depths count. Else it increases down the lines
    of the first run, then of the second: depths in scenes.tsv are shared evenly among the runs; without them the core
    begins at ``below_m``, and a line is ``pixel_mm`` long.

    Parameters
    ----------
    scene : the scan's row of scenes.tsv.
    found : its map.
    below_m : depth of its top in m, if scenes.tsv gives none.
    run_share : smallest share of core lines in the sample columns of a run.

    Returns
    -------
    float64 [line, sample] in m, NaN beside the runs; depth of the end in m.

    Raises
    ------
    DataError : the scan has no core length, or its map has no run of core.
    """
    if not has_depth(scene):
        raise DataError(
            f"{scene.name}: a downhole log needs depths, but scenes.tsv has neither pixel_mm nor depth_from_m and "
            "depth_to_m nor depth_marks for it; add one of them"
        )
    runs = core_runs(found, run_share=run_share)
    if not runs:
        raise DataError(
            f"{scene.name}: no run of core was found in the map; lower map.downhole.run_share, or check the column "
            "'ignore' of scenes.tsv"
        )
    if scene.depth_marks:
        require_marks_on_scan(scene, found.shape[0])
        return _by_marks(scene, found.shape, runs)
    if _states_depths(scene, found):
        stated = np.where(_in_runs(found.shape, runs), found.line_depth_m[:, np.newaxis], np.nan)
        return stated, float(found.line_depth_m[-1])
    top = below_m if scene.depth_from_m is None else scene.depth_from_m
    line_m = (scene.pixel_mm or 0) / 1000
    if scene.depth_from_m is not None and scene.depth_to_m is not None:
        line_m = (scene.depth_to_m - scene.depth_from_m) / (len(runs) * found.shape[0])
    depth_m, line = np.full(found.shape, np.nan), np.arange(found.shape[0])[:, np.newaxis]
    for number, run in enumerate(runs):
        depth_m[:, run] = top + (number * found.shape[0] + line + 0.5) * line_m
    return depth_m, top + len(runs) * found.shape[0] * line_m


def _by_marks(scene: Scene, shape: tuple[int, int], runs: Sequence[slice]) -> tuple[np.ndarray, float]:
    """Return the depth of every pixel, piecewise linear between the marks of its run, and the depth of the end.

    Before the first mark of a run and behind its last, and in runs without marks, a line is ``pixel_mm`` long, or as
    long as beside the nearest two marks.
    """
    depth_m, end_m = np.full(shape, np.nan), float("nan")
    last = max(mark.run for mark in scene.depth_marks)
    if last > len(runs):
        raise DataError(
            f"{scene.name}: its depth marks are of {last} runs of core, but {len(runs)} were found in the map; check "
            "the column run of the marks, or lower map.downhole.run_share"
        )
    for number, run in enumerate(runs, start=1):
        marks = [mark for mark in scene.depth_marks if mark.run == number]
        line_m = _line_m(scene, marks or list(scene.depth_marks))
        if marks:
            of_line = depth_of_lines([m.line for m in marks], [m.depth_m for m in marks], shape[0], line_m=line_m)
        elif np.isnan(end_m):
            raise DataError(
                f"{scene.name}: run {number} of core has no depth mark; add one for it to its table of marks"
            )
        else:
            of_line = end_m + (np.arange(shape[0]) + 0.5) * line_m
        depth_m[:, run], end_m = of_line[:, np.newaxis], float(of_line[-1] + line_m / 2)
    return depth_m, end_m


def _line_m(scene: Scene, marks: Sequence[DepthMark]) -> float:
    """Return the length of a line in m: by the pixel size, or by the first and the last mark of a run."""
    if scene.pixel_mm is not None:
        return scene.pixel_mm / 1000
    same = [mark for mark in marks if mark.run == marks[0].run]
    lines = same[-1].line - same[0].line
    if lines <= 0:
        raise DataError(
            f"{scene.name}: the depth of a line is needed, but run {same[0].run} has marks on one line only; add a "
            "mark, or give pixel_mm in scenes.tsv"
        )
    lost = sum(b.depth_m - a.depth_m for a, b in pairwise(same) if a.line == b.line)
    return (same[-1].depth_m - same[0].depth_m - lost) / lines


def depth_of_lines(marked: Sequence[float], depth_m: Sequence[float], lines: int, *, line_m: float) -> np.ndarray:
    """Return the depth of each line, linear between marks; two marks on one line are a jump.

    Parameters
    ----------
    marked : lines of the marks, rising.
    depth_m : their depths, in m, rising.
    lines : number of lines.
    line_m : length of a line before the first mark and behind the last, in m.

    Examples
    --------
    >>> depth_of_lines([1, 3, 3], [10.0, 10.2, 11.0], 5, line_m=0.1).round(2).tolist()
    [9.9, 10.0, 10.1, 11.0, 11.1]
    """
    known, depth, line = np.asarray(marked, float), np.asarray(depth_m, float), np.arange(lines, dtype=float)
    above = np.searchsorted(known, line, side="right") - 1
    inner = np.clip(above, 0, len(known) - 2) if len(known) > 1 else np.zeros(lines, int)
    found = depth[0] + (line - known[0]) * line_m
    if len(known) > 1:
        width = np.maximum(known[inner + 1] - known[inner], np.finfo(float).tiny)
        between = depth[inner] + (line - known[inner]) / width * (depth[inner + 1] - depth[inner])
        found = np.where(above >= 0, between, found)
    return np.asarray(np.where(above >= len(known) - 1, depth[-1] + (line - known[-1]) * line_m, found))


def _states_depths(scene: Scene, found: SceneMap) -> bool:
    """Return whether the depths that the file states for its lines are those of scenes.tsv, but closer."""
    ends = found.line_depth_m[[0, -1]] if len(found.line_depth_m) == found.shape[0] else np.full(2, np.nan)
    stated = np.array([scene.depth_from_m, scene.depth_to_m], np.float64)  # None becomes NaN
    return bool((np.abs(ends - stated) <= SAME_DEPTH_M).all())


def _in_runs(shape: tuple[int, int], runs: Sequence[slice]) -> np.ndarray:
    """Return the pixels of the runs, bool [line, sample]."""
    inside = np.zeros(shape, bool)
    for run in runs:
        inside[:, run] = True
    return inside


def _tray_removed(found: SceneMap) -> np.ndarray:
    """Return core pixels, bool [line, sample]. If no pixel was ignored, unknown pixels count as tray."""
    valid = found.valid
    return valid & ~found.novel if valid.all() else valid


def cores_of_hole(
    scenes: Sequence[Scene],
    read: Callable[[Scene], SceneMap],
    *,
    run_share: float,
    features: Mapping[str, Measured] = NO_SCENES,
) -> tuple[ClassMap, Iterator[Core]]:
    """Return the classes of a hole, and the core of each scan from the top, which is read when it is asked for.

    A scan without a top depth begins at the end of the scan before it.

    Parameters
    ----------
    scenes : rows of scenes.tsv of the hole.
    read : function that reads the map of a scan.
    run_share : smallest share of core lines in the sample columns of a run.
    features : absorption features by scene; empty: none.
    """
    ordered = from_top(scenes)
    names, bounds = names_of(list(features.values())), least_depths(ordered)

    def cores() -> Iterator[Core]:
        below_m = 0.0
        for scene, least_m in zip(ordered, bounds, strict=True):
            found = Aligned(features[scene.name], names) if features else NO_FEATURES
            top = below_m if least_m is None else least_m
            core, below_m = core_of(scene, read(scene), below_m=below_m, run_share=run_share, features=found)
            yield replace(core, least_m=top)

    return read(ordered[0]).classes, cores()


def least_depths(scenes: Sequence[Scene]) -> list[float | None]:
    """Return, for each scan, the depth above which neither it lies nor a scan after it, in m.

    None: it is the end of the scan before, where this scan and all after it have no depth. -inf: it is not known.

    Parameters
    ----------
    scenes : rows of scenes.tsv of a hole, in their order.
    """
    tops = [_least_m(scene) for scene in scenes]
    found: list[float | None] = []
    for place in range(len(tops)):
        rest = tops[place:]
        known = [top for top in rest if top is not None]
        found.append(None if not known else min(known) if len(known) == len(rest) else -math.inf)
    return found


def _least_m(scene: Scene) -> float | None:
    """Return a depth above which no line of a scan lies, by its row; None without a depth."""
    if not scene.depth_marks:
        top = top_m(scene)
        return None if top is None else top - SAME_DEPTH_M
    first = {mark.run: mark for mark in reversed(scene.depth_marks)}
    of_run = {run: [mark for mark in scene.depth_marks if mark.run == run] for run in first}
    line_m = {run: max(_line_m(scene, marks), 0.0) for run, marks in of_run.items()}
    return min(mark.depth_m - mark.line * line_m[run] for run, mark in first.items()) - SAME_DEPTH_M


@dataclass(frozen=True, eq=False)
class _Sums:
    """Sums over the pixels of each interval, as tables that can be joined.

    Attributes
    ----------
    sums : number of pixels, of unknown ones, probabilities and their doubt; interval in the index.
    pieces : interval and piece of core, each pair once.
    """

    sums: pd.DataFrame
    pieces: pd.DataFrame

    @classmethod
    def of(cls, core: Core, interval: np.ndarray, settings: DownholeConfig) -> "_Sums":
        """Sum the core of one scan up; ``interval`` is int64 [pixel]."""
        places, inverse = np.unique(interval, return_inverse=True)
        share = core.probability.astype(np.float64)
        columns = [np.ones(len(interval)), core.novel, *share.T, *(share * (1 - share)).T]
        sums = [np.bincount(inverse, weights=column, minlength=len(places)) for column in columns]
        pieces = np.stack([interval, np.floor(core.depth_m / settings.correlation_m).astype(np.int64)], axis=1)
        table = pd.DataFrame(np.stack(sums, axis=1), index=places)
        return cls(table, pd.DataFrame(np.unique(pieces, axis=0)))


def _interval(depth_m: np.ndarray, settings: DownholeConfig) -> np.ndarray:
    """Return the number of the interval of each depth, float64 [pixel]."""
    return np.floor(depth_m / settings.interval_m + 1e-9)


def downhole_log(hole: str, cores: Iterable[Core], classes: ClassMap, settings: DownholeConfig) -> pd.DataFrame:
    """Return one row per depth interval with core.

    The proportion of a class is its mean probability over the pixels of an interval: the expected share of its pixels.
    Its interval shows the uncertainty of the classifier itself: a beta distribution with that mean and the variance
    mean(p (1 - p)) / n. Here n is the number of core pieces of length ``correlation_m``, within which errors are taken
    as fully correlated. The interval is empty if every pixel is certain. It does not include errors of the
    probabilities.

    Parameters
    ----------
    hole : name of the hole.
    cores : core of each of its scans; memory holds one, and the absorption features of intervals that are not complete.
    classes : classes in label order.
    settings : settings of the log.

    Returns
    -------
    DataFrame: hole, depth_from_m, depth_to_m, pixels, dominant, none_of_the_known, and for each class its proportion
    ``share_<name>`` with ``low_<name>`` and ``high_<name>``; for each value of absorption features its median
    ``median_<name>`` over the pixels that have one, and ``lower_<name>`` and ``upper_<name>``, between which
    ``coverage`` of them lie.
    """
    parts: list[_Sums] = []
    measured: ByInterval | None = None
    for core in cores:
        interval = _interval(core.depth_m, settings).astype(np.int64)
        parts.append(_Sums.of(core, interval, settings))
        if core.feature_names:
            measured = measured or ByInterval(core.feature_names, coverage=settings.coverage)
            measured.close(float(_interval(np.asarray(core.least_m), settings)))
            measured.add(interval, core.features)
    sums = pd.concat([part.sums for part in parts]).groupby(level=0).sum()
    pieces = pd.concat([part.pieces for part in parts]).drop_duplicates().groupby(0).size().to_numpy()
    places, count = sums.index.to_numpy(), sums[0].to_numpy()
    means = sums.to_numpy() / count[:, None]
    novel, mean, doubt = means[:, 1], means[:, 2 : 2 + len(classes)], means[:, 2 + len(classes) :]
    low, high = beta_interval(mean, doubt / pieces[:, None], coverage=settings.coverage)
    low = np.where(low < LEAST_LOW, 0.0, low)
    head = {
        "hole": hole,
        "depth_from_m": np.round(places * settings.interval_m, 6),
        "depth_to_m": np.round((places + 1) * settings.interval_m, 6),
        "pixels": count.astype(np.int64),
        "dominant": np.asarray(classes.names, dtype=object)[mean.argmax(axis=1)],
        NOVEL: novel,
    }
    shares = {
        f"{kind}{name}": values[:, label]
        for label, name in enumerate(classes.names)
        for kind, values in ((SHARE, mean), (LOW, low), (HIGH, high))
    }
    return pd.DataFrame({**head, **shares, **(measured.columns(places) if measured else {})})


def beta_interval(mean: np.ndarray, variance: np.ndarray, *, coverage: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the central interval of the beta distribution with given moments; the mean itself if the variance is 0.

    Near 0 and 1 the distribution is so uneven that its central interval may not hold its mean: it then reaches to it.

    Parameters
    ----------
    mean : float [...], 0 to 1.
    variance : float [...].
    coverage : coverage of the interval.

    Returns
    -------
    Lower and upper end, float64 [...].

    Examples
    --------
    >>> import numpy as np
    >>> low, high = beta_interval(np.array([0.5]), np.array([1 / 12]), coverage=0.9)  # the uniform distribution
    >>> low.round(3), high.round(3)
    (array([0.05]), array([0.95]))
    """
    spread = mean * (1 - mean)
    certain = (variance <= 1e-12) | (spread <= 1e-9)
    strength = np.where(certain, 1.0, spread / np.where(certain, 1.0, variance) - 1)
    strength = np.maximum(strength, 1e-3)  # one piece of core with even odds is all or nothing
    tails = ((1 - coverage) / 2, (1 + coverage) / 2)
    safe = np.clip(mean, 1e-9, 1 - 1e-9)
    low, high = (betaincinv(safe * strength, (1 - safe) * strength, tail) for tail in tails)
    return np.where(certain, mean, np.fmin(low, mean)), np.where(certain, mean, np.fmax(high, mean))
