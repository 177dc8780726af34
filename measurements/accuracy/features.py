"""Compare absorption features with what TSG itself wrote into the datasets of a HyLogger.

    python measurements/accuracy/features.py FOLDER

For every dataset (`.tsg` and `.bip`) in the folder:

- smallest and largest value of the hull over the whole spectrum, ours and that which the header states (``Hull``);
- for each usual window, our position and depth against TSG's scalars. Datasets with scalars of a window are compared
  with them: a number and ``W`` for the wavelength, ``D`` for the depth, and whatever stands behind (``2200W``,
  ``2320D3pfit``, ``1900D_3ptprof``). Those of one number with the same ending belong together; one without the other
  is compared alone. Spectra in which TSG found no feature are left out. The window is TSG's own, which may be another
  one than ours: that of ``2320W`` is. Else the comparison is with the features that TSG found by itself (``Centre1``,
  ``Depth1``, ...): with the centre nearest to our position. These are another measure: their depths are a fraction of
  the hull's, and their centres near 2200 nm are where the spectrum is bent most. So beside our position stands that of
  the largest second derivative of the hull quotient, by a quadratic over about 60 nm.

- and against two other ways to measure the same spectra, written apart from the project with SciPy: the hull by
  ``scipy.spatial.ConvexHull``, spectrum by spectrum, then the parabola by ``numpy.polyfit``, which is the same measure
  and should give the same numbers; and then the minimum of a cubic spline through all bands of the window.

PE257D holds none of TSG's scalars of a window: on it only the hull, the second kind of comparison, and that with SciPy
are made, and whether positions lie within 2 nm of TSG's is open.
"""

import argparse
import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.signal import savgol_filter
from scipy.spatial import ConvexHull

from semispectral.features.absorption import measure, plan_for
from semispectral.features.feature_settings import FeaturesConfig
from semispectral.scans.facts.tsg_holes import datasets
from semispectral.scans.formats.tsg import open_cube, read_scalar
from semispectral.scans.formats.tsg_header import read_header
from semispectral.spectra.transforms import continuum, remove_continuum

HULL = re.compile(r"^\d+:Hull;\s*([-0-9.]+);\s*([-0-9.]+);", re.MULTILINE)
DEPTHS = (0.1, 0.05)
FOUND = 25  # features that TSG lists at most
NEAR_NM = 15.0  # further away a centre is another feature
BEND_NM = 56.0  # width of the quadratic by which TSG's centres are met
SCALARS = {  # numbers of TSG's scalars of about the same feature, in nm
    "iron_900": (900,),
    "oh_1400": (1400,),
    "water_1900": (1900,),
    "aloh_2160": (2160,),
    "aloh_2200": (2200,),
    "feoh_2250": (2250,),
    "mgoh_2330": (2320, 2350),
    "mgoh_2380": (2380, 2390),
}
LEAST_SPECTRA = 3  # that both measures must have


def main() -> None:
    """Print the comparison for every dataset."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="folder with .tsg and .bip files")
    for path in datasets(parser.parse_args().folder):
        compare(path)


def compare(path: Path) -> None:
    """Print the comparison for one dataset."""
    with open_cube(path, key="", axes="", wavelengths="") as cube:
        x, nm = cube.read_lines(0, cube.shape[0])[:, 0], cube.wavelengths_nm
    print(f"{path.name}: {len(x)} spectra")
    if nm is None:
        return
    print_hull(path, x, nm)
    plan = plan_for(FeaturesConfig(), nm, where=path.name)
    values = dict(zip(plan.names, measure(x, plan).T, strict=True))
    known = read_header(path).scalars
    listed = tsg_features(path) if "Centre1" in known else None
    for window in plan.windows:
        position, depth = values[f"{window.name}_position_nm"], values[f"{window.name}_depth"]
        inside = (nm >= window.from_nm) & (nm <= window.to_nm)
        for how, way in (("SciPy's hull and a parabola", by_parabola), ("SciPy's hull and a spline", by_spline)):
            other = np.array([way(hull_quotient(spectrum, nm[inside]), nm[inside]) for spectrum in x[:, inside]]).T
            print_agreement(window.name, how, position, depth, *other)
        pairs = [pair for number in SCALARS[window.name] for pair in window_scalars(known, number)]
        for pair in pairs:
            theirs = tuple(read_scalar(path, name) if name else np.full(len(x), np.nan) for name in pair)
            print_agreement(window.name, ", ".join(filter(None, pair)), position, depth, *theirs)
        if listed is not None and not pairs:
            theirs = nearest(position, *listed)
            print_agreement(window.name, "nearest Centre, its Depth", position, depth, *theirs)
            if window.name == "aloh_2200":
                bent = most_bent(x, nm, inside)
                print_agreement(f"{window.name} by its bend", "nearest Centre, its Depth", bent, depth, *theirs)


def window_scalars(names: Iterable[str], number: int) -> list[tuple[str, str]]:
    """Return the scalars of wavelength and depth of a feature, in pairs; an empty name where one has no other."""
    found = [re.fullmatch(rf"({number})([WD])(.*)", name) for name in names]
    endings = dict.fromkeys(match[3] for match in found if match)
    whole = {match[0] for match in found if match}
    both = [(f"{number}W{ending}", f"{number}D{ending}") for ending in endings]
    return [(wave if wave in whole else "", depth if depth in whole else "") for wave, depth in both]


def print_hull(path: Path, x: np.ndarray, nm: np.ndarray) -> None:
    """Print the range of the hull beside that of the header."""
    stated = HULL.search(path.read_text(encoding="latin-1"))
    if stated and np.isfinite(x).all():
        hull = continuum(x.astype(np.float64), nm)
        print(f"  hull: {hull.min():.6f} to {hull.max():.6f}; stated {stated[1]} to {stated[2]}")


def hull_quotient(spectrum: np.ndarray, nm: np.ndarray) -> np.ndarray:
    """Return a spectrum over its upper hull, float64 [band], by SciPy's hull of its points and two far below."""
    values = spectrum.astype(np.float64)
    if not (np.isfinite(values) & (values > 0)).all():
        return np.full(len(nm), np.nan)
    top = values.max()
    points = np.concatenate([np.stack([nm, values / top], axis=1), [[nm[0], -1.0], [nm[-1], -1.0]]])
    upper = np.unique(np.concatenate([ConvexHull(points).vertices, [0, len(nm) - 1]]))
    upper = upper[upper < len(nm)]
    return np.asarray(values / np.interp(nm, nm[upper], values[upper]))


def by_parabola(quotient: np.ndarray, nm: np.ndarray) -> tuple[float, float]:
    """Return place and depth of the lowest band but the outermost two, by a parabola through it and its neighbours."""
    if np.isnan(quotient).any():
        return np.nan, np.nan
    place = 1 + int(quotient[1:-1].argmin())
    near = slice(place - 1, place + 2)
    bent, slope, level = np.polyfit(nm[near] - nm[place], quotient[near], 2)
    vertex = -slope / (2 * bent) if bent > 0 else 0.0
    return float(nm[place] + vertex), float(1 - (level + slope * vertex + bent * vertex**2))


def by_spline(quotient: np.ndarray, nm: np.ndarray) -> tuple[float, float]:
    """Return place and depth of the lowest point of a cubic spline through all bands."""
    if np.isnan(quotient).any():
        return np.nan, np.nan
    spline = CubicSpline(nm, quotient)
    level = spline.derivative().roots(extrapolate=False)
    if not len(level):
        return np.nan, np.nan
    lowest = level[spline(level).argmin()]
    return float(lowest), float(1 - spline(lowest))


def tsg_features(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return centre in nm and depth of the features that TSG found, float64 [spectrum, feature]; NaN: no feature."""
    centre, depth = (
        np.stack([read_scalar(path, f"{kind}{number}") for number in range(1, FOUND + 1)], axis=1)
        for kind in ("Centre", "Depth")
    )
    return np.where(depth > 0, centre, np.nan), np.where(depth > 0, depth, np.nan)


def nearest(position: np.ndarray, centre: np.ndarray, depth: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return centre and depth of the feature nearest to each position; NaN where none is near."""
    away = np.nan_to_num(np.abs(centre - position[:, np.newaxis]), nan=np.inf)
    rows, place = np.arange(len(position)), away.argmin(axis=1)
    near = away[rows, place] <= NEAR_NM
    return np.where(near, centre[rows, place], np.nan), np.where(near, depth[rows, place], np.nan)


def most_bent(x: np.ndarray, nm: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Return where the second derivative of the hull quotient is largest in a window, in nm, float64 [spectrum]."""
    step = float(np.median(np.diff(nm)))
    quotient = remove_continuum(x.astype(np.float64), nm)
    width = 2 * round(BEND_NM / step / 2) + 1
    bend = savgol_filter(quotient, width, 2, deriv=2, delta=step, axis=1)[:, inside]
    place = np.clip(bend.argmax(axis=1), 1, bend.shape[1] - 2)
    before, here, after = (bend[np.arange(len(bend)), place + away] for away in (-1, 0, 1))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(nm[inside][place] + step * (before - after) / (before - 2 * here + after) / 2)


def print_agreement(
    window: str,
    scalars: str,
    position: np.ndarray,
    depth: np.ndarray,
    their_position: np.ndarray,
    their_depth: np.ndarray,
) -> None:
    """Print difference of the positions and correlation of the depths, by depth; what the others do not have is not."""
    for least in DEPTHS:
        ours = (depth > least) & np.isfinite(position)
        placed, deep = ours & np.isfinite(their_position), ours & np.isfinite(their_depth)
        said = []
        if placed.sum() >= LEAST_SPECTRA:
            away = position[placed] - their_position[placed]
            said.append(
                f"{placed.sum()} spectra, difference of position median {np.median(away):+.3f} nm, largest "
                f"{np.abs(away).max():.3f} nm, {(np.abs(away) <= 2).mean():.1%} within 2 nm"
            )
        if deep.sum() >= LEAST_SPECTRA:
            correlation = np.corrcoef(depth[deep], their_depth[deep])[0, 1]
            said.append(f"{deep.sum()} spectra, correlation of depth {correlation:.4f}")
        if said:
            print(f"  {window}, depth > {least:g}, against {scalars}: {'; '.join(said)}")


if __name__ == "__main__":
    main()
