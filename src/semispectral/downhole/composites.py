"""Composites: shares of the classes over intervals of any length, weighted by length of core.

The sum of share x core over the intervals of a hole is the length of a class in it, however the hole is cut: each line
of core has a length, and what an interval cuts off it goes to its neighbour.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from semispectral.downhole.feature_log import Aligned, ByInterval, names_of
from semispectral.downhole.log import (
    HIGH,
    LEAST_LOW,
    LOW,
    NO_SCENES,
    NOVEL,
    SHARE,
    DownholeConfig,
    beta_interval,
    core_runs,
    depths,
)
from semispectral.errors import DataError
from semispectral.features.feature_files import NO_FEATURES, Measured
from semispectral.maps.scene_map import SceneMap
from semispectral.storage.packed_rasters import PackedRaster
from semispectral.study.classes import ClassMap
from semispectral.study.scene import Scene

LEAST_CORE_M = 1e-9


@dataclass(frozen=True, eq=False)
class MeasuredRun:
    """Where the absorption features of the pixels of a run are: memory holds none of them.

    Attributes
    ----------
    scene : features of the scene.
    samples : samples of the run.
    core : bool [line, sample of the run], its core.
    """

    scene: Measured
    samples: slice
    core: PackedRaster

    def of(self, values: np.ndarray) -> np.ndarray:
        """Return the features of the pixels of the run, float32 [pixel, value].

        Parameters
        ----------
        values : float32 [value, line, sample], those of the scene.
        """
        return np.asarray(values[:, :, self.samples][:, self.core.unpacked()].T)


@dataclass(frozen=True, eq=False)
class RunOfCore:
    """Lines of one run of core, from top to bottom, without those that hold no core.

    Attributes
    ----------
    middle_m : float64 [line], depth of the middle of each line, in m.
    length_m : float64 [line], core along the hole that the line stands for, in m.
    pixels : int64 [line], pixels of core in the line.
    means : float64 [line, value], means over these pixels: 1 where unknown, the probability of each class, and its
        doubt p (1 - p).
    measured : absorption features of the pixels; None: there are none.
    """

    middle_m: np.ndarray
    length_m: np.ndarray
    pixels: np.ndarray
    means: np.ndarray
    measured: MeasuredRun | None = None

    @property
    def pixel_m(self) -> np.ndarray:
        """Depths of the pixels, float64 [pixel], in m, line by line."""
        return np.repeat(self.middle_m, self.pixels)

    @property
    def top_m(self) -> np.ndarray:
        """Depths of the tops of the lines, float64 [line], in m."""
        return self.middle_m - self.length_m / 2

    @property
    def bottom_m(self) -> np.ndarray:
        """Depths of the bottoms of the lines, float64 [line], in m."""
        return self.middle_m + self.length_m / 2

    def below(self, edges_m: np.ndarray) -> np.ndarray:
        """Return what lies above each depth: core in m, pixels, and core x each of the means.

        Parameters
        ----------
        edges_m : float64 [edge], depths, in m.

        Returns
        -------
        float64 [edge, 2 + value].
        """
        of_line = np.column_stack([self.length_m, self.pixels, self.length_m[:, None] * self.means])
        total = np.concatenate([np.zeros((1, of_line.shape[1])), np.cumsum(of_line, axis=0)])
        knots = np.stack([self.top_m, self.bottom_m], axis=1).ravel()
        at = np.stack([total[:-1], total[1:]], axis=1).reshape(len(knots), -1)
        return np.asarray(np.stack([np.interp(edges_m, knots, column) for column in at.T], axis=1))


def line_lengths(middle_m: np.ndarray, *, line_m: float) -> np.ndarray:
    """Return the length of core that each line stands for: the distance to its nearer neighbour.

    So core that is lost between two lines lengthens neither.

    Parameters
    ----------
    middle_m : float64 [line], depths, rising.
    line_m : length of a line without neighbours, in m.

    Examples
    --------
    >>> line_lengths(np.array([1.0, 1.1, 1.2, 5.0, 5.1]), line_m=0.1).round(3).tolist()
    [0.1, 0.1, 0.1, 0.1, 0.1]
    """
    if len(middle_m) < 2:
        return np.full(len(middle_m), line_m)
    apart = np.diff(middle_m)
    return np.asarray(np.minimum(np.append(apart, np.inf), np.insert(apart, 0, np.inf)))


def runs_of_core(
    scene: Scene, found: SceneMap, *, below_m: float, run_share: float, features: Measured = NO_FEATURES
) -> tuple[list[RunOfCore], float]:
    """Return the runs of core of a scan, and the depth of its end, in m.

    Parameters
    ----------
    scene : the scan's row of scenes.tsv.
    found : its map.
    below_m : depth of its top in m, if scenes.tsv gives none.
    run_share : smallest share of core lines in the sample columns of a run.
    features : its absorption features.
    """
    depth_m, end_m = depths(scene, found, below_m=below_m, run_share=run_share)
    runs = core_runs(found, run_share=run_share)
    line_m = 2 * (end_m - float(depth_m[-1, runs[-1].start]))
    return [_run(found, depth_m, run, features, line_m=line_m) for run in runs], end_m


def _run(found: SceneMap, depth_m: np.ndarray, run: slice, features: Measured, *, line_m: float) -> RunOfCore:
    """Return one run of core."""
    middle_m, core = depth_m[:, run.start], found.valid[:, run]
    pixels = core.sum(axis=1)
    length_m, held = line_lengths(middle_m, line_m=line_m), pixels > 0
    share = np.where(core[:, :, None], found.probability[:, run], 0).astype(np.float64)
    sums = np.concatenate(
        [(found.novel[:, run] & core).sum(axis=1)[:, None], share.sum(axis=1), (share * (1 - share)).sum(axis=1)],
        axis=1,
    )
    means = sums[held] / pixels[held, None]
    measured = MeasuredRun(features, run, PackedRaster.of(core)) if features.names else None
    return RunOfCore(middle_m[held], length_m[held], pixels[held], means, measured)


def runs_of_hole(
    scenes: Sequence[Scene],
    found: Iterable[SceneMap],
    *,
    run_share: float,
    features: Mapping[str, Measured] = NO_SCENES,
) -> Iterator[RunOfCore]:
    """Yield the runs of core of a hole, from the top; memory holds the map of one scan.

    Parameters
    ----------
    scenes : rows of scenes.tsv of the hole, from the top, as `from_top` gives them.
    found : their maps, in the same order.
    run_share : smallest share of core lines in the sample columns of a run.
    features : absorption features by scene; empty: none.
    """
    names, below_m = names_of(list(features.values())), 0.0
    for scene, scene_map in zip(scenes, found, strict=True):
        of_scene = Aligned(features[scene.name], names) if features else NO_FEATURES
        runs, below_m = runs_of_core(scene, scene_map, below_m=below_m, run_share=run_share, features=of_scene)
        yield from runs


def even_intervals(runs: Sequence[RunOfCore], length_m: float) -> np.ndarray:
    """Return intervals of one length over all core, float64 [interval, 2], in m; their edges are multiples of it.

    Parameters
    ----------
    runs : runs of core of a hole.
    length_m : length of an interval, in m.
    """
    top = min(float(run.top_m[0]) for run in runs if len(run.middle_m))
    bottom = max(float(run.bottom_m[-1]) for run in runs if len(run.middle_m))
    first, last = np.floor(top / length_m + 1e-6), np.ceil(bottom / length_m - 1e-6)
    edges = np.round(np.arange(first, last + 1) * length_m, 6)
    return np.stack([edges[:-1], edges[1:]], axis=1)


def composite(
    hole: str,
    runs: Sequence[RunOfCore],
    intervals_m: np.ndarray,
    classes: ClassMap,
    settings: DownholeConfig,
    *,
    feature_names: Sequence[str] = (),
) -> pd.DataFrame:
    """Return one row for each interval, whether it holds core or not.

    The share of a class is its mean probability, weighted by length of core; its interval is that of the downhole log
    (`semispectral.downhole.log.downhole_log`). An interval without core has no shares.

    Parameters
    ----------
    hole : name of the hole.
    runs : its runs of core.
    intervals_m : float64 [interval, 2], tops and bottoms, in m, rising and apart.
    classes : classes in label order.
    settings : settings of the log.
    feature_names : names of the absorption features.

    Returns
    -------
    DataFrame: HoleID, From, To, Length, Core (in m), Coverage (core per length; above 1 where scans overlap), Pixels,
    Dominant, none_of_the_known, and columns of classes and features as in the downhole log.

    Raises
    ------
    DataError : the maps of the hole hold no core.
    """
    if not any(len(run.middle_m) for run in runs):
        raise DataError(f"{hole}: intervals need core, but its maps hold none; check the column 'ignore' of scenes.tsv")
    top, bottom = intervals_m.T
    total = sum(run.below(bottom) - run.below(top) for run in runs)
    core_m, pixels, mass = total[:, 0], total[:, 1], total[:, 2:]
    held = core_m > LEAST_CORE_M
    mean = np.where(held[:, None], mass / np.where(held, core_m, 1)[:, None], np.nan)
    novel, share, doubt = mean[:, 0], mean[:, 1 : 1 + len(classes)], mean[:, 1 + len(classes) :]
    pieces = _pieces(runs, top, bottom, settings.correlation_m)
    low, high = beta_interval(np.nan_to_num(share), np.nan_to_num(doubt) / pieces[:, None], coverage=settings.coverage)
    low, high = (np.where(held[:, None], ends, np.nan) for ends in (np.where(low < LEAST_LOW, 0, low), high))
    names = np.asarray(classes.names, dtype=object)
    head = {
        "HoleID": hole,
        "From": np.round(top, 6),
        "To": np.round(bottom, 6),
        "Length": np.round(bottom - top, 6),
        "Core": np.round(core_m, 6),
        "Coverage": np.round(core_m / (bottom - top), 6),
        "Pixels": np.rint(pixels).astype(np.int64),
        "Dominant": np.where(held, names[np.nan_to_num(share).argmax(axis=1)], ""),
        NOVEL: novel,
    }
    shares = {
        f"{kind}{name}": values[:, label]
        for label, name in enumerate(classes.names)
        for kind, values in ((SHARE, share), (LOW, low), (HIGH, high))
    }
    return pd.DataFrame({**head, **shares, **_measured(runs, top, bottom, feature_names, settings)})


def _pieces(runs: Sequence[RunOfCore], top: np.ndarray, bottom: np.ndarray, piece_m: float) -> np.ndarray:
    """Return the number of pieces of core of each interval, within which errors are fully correlated; 1 at least."""
    middle = np.concatenate([run.middle_m for run in runs])
    place = _place(middle, top, bottom)
    inside = place >= 0
    pairs = np.unique(np.stack([place[inside], np.floor(middle[inside] / piece_m).astype(np.int64)], axis=1), axis=0)
    return np.maximum(np.bincount(pairs[:, 0], minlength=len(top)), 1)


def _measured(
    runs: Sequence[RunOfCore], top: np.ndarray, bottom: np.ndarray, names: Sequence[str], settings: DownholeConfig
) -> dict[str, np.ndarray]:
    """Return the columns of the absorption features, by the pixels whose middle lies in an interval.

    The features of one scene after the other are read; intervals above all runs that are left are summed up.
    """
    found = ByInterval(names, coverage=settings.coverage)
    scene, values = None, np.empty((0, 0, 0), np.float32)
    tops = [float(run.middle_m.min(initial=np.inf)) for run in runs]
    for number, run in enumerate(runs):
        if run.measured is None or not len(run.middle_m):
            continue
        if run.measured.scene is not scene:
            scene, values = run.measured.scene, run.measured.scene.values
        found.close(float(np.searchsorted(bottom, min(tops[number:]), side="right")))
        place = _place(run.pixel_m, top, bottom)
        found.add(place[place >= 0], run.measured.of(values)[place >= 0])
    return found.columns(np.arange(len(top)))


def _place(depth_m: np.ndarray, top: np.ndarray, bottom: np.ndarray) -> np.ndarray:
    """Return the interval of each depth, int64; -1 where it lies in none."""
    place = np.searchsorted(top, depth_m, side="right") - 1
    return np.where((place >= 0) & (depth_m < bottom[np.maximum(place, 0)]), place, -1)
