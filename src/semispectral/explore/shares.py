"""Shares of the groups: by scene, by hole and along each hole, from the maps of all scenes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from semispectral.downhole.depths import from_top, logged_holes
from semispectral.downhole.log import depths
from semispectral.errors import DataError
from semispectral.explore.found_clusters import NO_CLUSTER
from semispectral.maps.scene_map import SceneMap
from semispectral.study.classes import ClassMap
from semispectral.study.scene import Scene

INTERVALS = 32  # of a hole
CORE = ClassMap((1,), ("core",), ("#808080",))


@dataclass(frozen=True, eq=False)
class Profile:
    """Shares of the groups along a hole.

    Attributes
    ----------
    from_m, to_m : depth of the first and of the last core, in m.
    share : float64 [interval, group], share of the core of each interval; NaN without core.
    """

    from_m: float
    to_m: float
    share: np.ndarray


@dataclass(frozen=True, eq=False)
class Shares:
    """How common each group is, and where.

    Attributes
    ----------
    pixels : int64 [group], pixels of all scenes.
    scenes : pixels of each group in each scene, int64 [group] by scene.
    holes : share of each group in each hole, float64 [group] by hole.
    profiles : shares along those holes whose depths are known, by hole.
    """

    pixels: np.ndarray
    scenes: Mapping[str, np.ndarray]
    holes: Mapping[str, np.ndarray]
    profiles: Mapping[str, Profile]


def shares_of(maps: Mapping[str, np.ndarray], scenes: Sequence[Scene], *, groups: int, run_share: float) -> Shares:
    """Count the pixels of each group.

    Parameters
    ----------
    maps : int16 [line, sample], cluster of each pixel, by scene.
    scenes : rows of scenes.tsv.
    groups : number of groups.
    run_share : share of core lines of a core run, as in `semispectral.downhole.log.DownholeConfig`.
    """
    counts = {name: np.bincount(found[found >= 0], minlength=groups) for name, found in maps.items()}
    holes = {scene.hole: np.zeros(groups, np.int64) for scene in scenes}
    for scene in scenes:
        holes[scene.hole] += counts[scene.name]
    known = {scene.name: scene for scene in scenes}
    logged = {hole: [known[name] for name in names] for hole, names in logged_holes(scenes).items()}
    profiles = {hole: _profile(members, maps, groups=groups, run_share=run_share) for hole, members in logged.items()}
    return Shares(
        np.sum(list(counts.values()), axis=0),
        counts,
        {hole: count / max(count.sum(), 1) for hole, count in holes.items()},
        {hole: profile for hole, profile in profiles.items() if profile is not None},
    )


def _profile(
    scenes: Sequence[Scene], maps: Mapping[str, np.ndarray], *, groups: int, run_share: float
) -> Profile | None:
    """Return the shares along a hole; None if no core is found in one of its scenes."""

    def placed() -> Iterator[tuple[np.ndarray, np.ndarray]]:  # twice, so that memory holds one scene
        below_m = 0.0
        for scene in from_top(scenes):
            found = maps[scene.name]
            depth_m, below_m = depths(scene, _as_core(found), below_m=below_m, run_share=run_share)
            core = np.isfinite(depth_m) & (found != NO_CLUSTER)
            yield depth_m[core], found[core].astype(np.int64)

    try:
        ends = [(float(depth_m.min()), float(depth_m.max())) for depth_m, _ in placed() if len(depth_m)]
    except DataError:
        return None
    if not ends:
        return None
    first, last = min(low for low, _ in ends), max(high for _, high in ends)
    pixels = np.zeros(INTERVALS * groups, np.int64)
    for depth_m, number in placed():
        interval = np.minimum((INTERVALS * (depth_m - first) / max(last - first, 1e-9)).astype(np.int64), INTERVALS - 1)
        pixels += np.bincount(interval * groups + number, minlength=INTERVALS * groups)
    counts = pixels.reshape(INTERVALS, groups)
    total = counts.sum(axis=1, keepdims=True)
    share = np.divide(counts, total, out=np.full(counts.shape, np.nan), where=total > 0)
    return Profile(first, last, share)


def _as_core(cluster: np.ndarray) -> SceneMap:
    """Return a map that says only which pixels are core."""
    core = np.where(cluster != NO_CLUSTER, np.float32(1), np.float32(np.nan))
    return SceneMap(core[:, :, None], np.full(core.shape, np.nan, np.float32), float("-inf"), CORE)
