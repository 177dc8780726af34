"""Collars and surveys: where a hole begins, and where it goes, by minimum curvature."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from semispectral.drillholes.table_rows import read_rows
from semispectral.errors import ConfigError
from semispectral.study.names import quoted

COLLAR = {
    "x": ("x", "xcollar", "east", "easting"),
    "y": ("y", "ycollar", "north", "northing"),
    "z": ("z", "zcollar", "rl", "elevation", "elev"),
}
SURVEY = {
    "depth": ("depth", "depthm", "at", "distance"),
    "dip": ("dip", "inclination"),
    "azimuth": ("azimuth", "azi", "brg", "bearing"),
}
STRAIGHT = 1e-9  # angle in rad below which two directions are one


@dataclass(frozen=True, eq=False)
class Path3d:
    """Course of a hole.

    Attributes
    ----------
    collar : float64 [3], east, north and height of its collar, in m.
    depth_m : float64 [station], depths of the survey, rising from 0; empty: no survey.
    direction : float64 [station, 3], unit vectors along the hole.
    """

    collar: np.ndarray
    depth_m: np.ndarray = field(default_factory=lambda: np.empty(0))
    direction: np.ndarray = field(default_factory=lambda: np.empty((0, 3)))

    def at(self, depth_m: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return places and directions at depths, by minimum curvature: the hole is an arc from station to station.

        Below the last station it goes straight on.

        Parameters
        ----------
        depth_m : float64 [depth], in m along the hole.

        Returns
        -------
        float64 [depth, 3], east, north and height in m; float64 [depth, 3], unit vectors.
        """
        lengths = np.diff(self.depth_m)
        parts = _arc(self.direction[:-1], self.direction[1:], lengths, lengths)[0]
        station = np.concatenate([self.collar[None], self.collar + np.cumsum(parts, axis=0)])
        above = np.clip(np.searchsorted(self.depth_m, depth_m, side="right") - 1, 0, len(self.depth_m) - 1)
        below = np.minimum(above + 1, len(self.depth_m) - 1)
        whole = self.depth_m[below] - self.depth_m[above]
        moved, direction = _arc(self.direction[above], self.direction[below], whole, depth_m - self.depth_m[above])
        return station[above] + moved, direction


def _arc(
    first: np.ndarray, last: np.ndarray, whole_m: np.ndarray, along_m: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return how far arcs lead from their beginning, [arc, 3] in m, and the directions there.

    Parameters
    ----------
    first, last : float64 [arc, 3], directions at both ends of the arcs.
    whole_m : float64 [arc], their lengths; 0: a straight line along ``first``.
    along_m : float64 [arc], lengths from their beginning.
    """
    angle = np.arccos(np.clip((first * last).sum(axis=1), -1, 1))
    curved = (angle > STRAIGHT) & (angle < np.pi - STRAIGHT) & (whole_m > 0)  # a hole does not turn back
    safe = np.where(curved, angle, 1.0)
    turned = safe * along_m / np.where(whole_m > 0, whole_m, 1.0)
    # The direction at an angle t is (sin(a - t) first + sin(t) last) / sin(a); its integral is the place.
    weight_first = (np.cos(safe - turned) - np.cos(safe)) / np.sin(safe)
    weight_last = (1 - np.cos(turned)) / np.sin(safe)
    radius = whole_m / safe
    bent = radius[:, None] * (weight_first[:, None] * first + weight_last[:, None] * last)
    towards = (np.sin(safe - turned)[:, None] * first + np.sin(turned)[:, None] * last) / np.sin(safe)[:, None]
    straight = along_m[:, None] * first
    return np.where(curved[:, None], bent, straight), np.where(curved[:, None], towards, first)


def directions(dip_deg: np.ndarray, azimuth_deg: np.ndarray) -> np.ndarray:
    """Return unit vectors (east, north, up).

    Parameters
    ----------
    dip_deg : float64 [...], angle below the horizontal, in degrees, positive down.
    azimuth_deg : float64 [...], in degrees, clockwise from north.

    Returns
    -------
    float64 [..., 3].

    Examples
    --------
    >>> directions(np.array([90.0, 0.0]), np.array([0.0, 90.0])).round(3) + 0
    array([[ 0.,  0., -1.],
           [ 1.,  0.,  0.]])
    """
    dip, azimuth = np.radians(dip_deg), np.radians(azimuth_deg)
    return np.stack([np.cos(dip) * np.sin(azimuth), np.cos(dip) * np.cos(azimuth), -np.sin(dip)], axis=-1)


def angles(direction: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return dip, positive down, and azimuth of unit vectors, in degrees.

    Parameters
    ----------
    direction : float64 [..., 3], east, north, up.
    """
    east, north, up = np.moveaxis(direction, -1, 0)
    return np.degrees(np.arcsin(np.clip(-up, -1, 1))), np.degrees(np.arctan2(east, north)) % 360


def read_collars(path: Path, *, key: str) -> dict[str, Path3d]:
    """Read where holes begin, by their names.

    Parameters
    ----------
    path : Path, table with hole, x, y and z, in m.
    key : str, key of the configuration that names it.

    Raises
    ------
    ConfigError : as in `read_rows`; a hole has two collars.
    """
    found: dict[str, Path3d] = {}
    for row in read_rows(path, COLLAR, what="a table of collars", key=key):
        if row.hole in found:
            raise ConfigError(f"{row.where}: a hole has one collar, but {quoted(row.hole)} has another row above")
        found[row.hole] = Path3d(np.array([row.number(name) for name in COLLAR]))
    return found


def read_surveys(path: Path, collars: Mapping[str, Path3d], *, key: str, dip_down: str) -> dict[str, Path3d]:
    """Read the course of holes, by their names; only those with a collar have one.

    Parameters
    ----------
    path : Path, table with hole, depth in m, dip and azimuth in degrees.
    collars : mapping, from `read_collars`.
    key : str, key of the configuration that names it.
    dip_down : str, ``negative`` or ``positive``: the sign of a dip that points down.

    Raises
    ------
    ConfigError : as in `read_rows`; an angle is none, a hole has a depth twice.
    """
    rows: dict[str, list[tuple[float, float, float]]] = {}
    for row in read_rows(path, SURVEY, what="a table of surveys", key=key):
        depth_m, dip, azimuth = (row.number(name) for name in SURVEY)
        if depth_m < 0 or abs(dip) > 90 or not 0 <= azimuth <= 360:
            raise ConfigError(
                f"{row.where}: a depth from 0 m, a dip from -90 to 90 and an azimuth from 0 to 360 degrees are "
                f"needed, got {depth_m:g}, {dip:g} and {azimuth:g}; correct the row"
            )
        stations = rows.setdefault(row.hole, [])
        if any(depth_m == station[0] for station in stations):
            raise ConfigError(f"{row.where}: {quoted(row.hole)} has the depth {depth_m:g} m in a row above, too")
        stations.append((depth_m, -dip if dip_down == "negative" else dip, azimuth))
    return {hole: _course(collars[hole], stations) for hole, stations in rows.items() if hole in collars}


def first_stations(path: Path, *, key: str) -> dict[str, float]:
    """Return the depth of the first station of each hole of a table of surveys, in m.

    Parameters
    ----------
    path : Path, table of surveys, as in `read_surveys`.
    key : str, key of the configuration that names it.
    """
    found: dict[str, float] = {}
    for row in read_rows(path, SURVEY, what="a table of surveys", key=key):
        found[row.hole] = min(found.get(row.hole, np.inf), row.number("depth"))
    return found


def _course(collar: Path3d, stations: Sequence[tuple[float, float, float]]) -> Path3d:
    """Return the course of a hole; from the collar to its first station it goes as there."""
    listed = sorted(stations)
    _, first_dip, first_azimuth = listed[0]
    begun = [] if listed[0][0] == 0 else [(0.0, first_dip, first_azimuth)]
    depth, dip, azimuth = np.array([*begun, *listed]).T
    return Path3d(collar.collar, depth, directions(dip, azimuth))
