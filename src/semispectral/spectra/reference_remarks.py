"""Describe in sentences the references of a scan: how they were averaged, what is wrong with them, and how they fit."""

from collections.abc import Iterator

import numpy as np

from semispectral.scans.cube import Cube
from semispectral.scans.facts.stated_values import Time
from semispectral.scans.references import Measured, References
from semispectral.study.names import some
from semispectral.study.scene import Remark, Scene

UNCOVERED = 0.5  # of the usual signal, below which the panel does not lie under a sample
MANY_OUTLIERS = 0.01
HOURS_APART = 12
MINUTES_BEFORE = 0.5  # that a clock may be off


def reference_remarks(scene: Scene, cube: Cube, references: References) -> Iterator[Remark]:
    """Yield remarks on the references that make reflectance of a scan.

    Parameters
    ----------
    scene : Scene, row of ``scenes.tsv``.
    cube : Cube, open scene.
    references : References, of the scene.
    """
    yield Remark(f"reflectance is made with {_and([_described(each) for each in references.measured.values()])}")
    if references.panel is not None:
        least, most = np.nanmin(references.panel), np.nanmax(references.panel)
        yield Remark(f"the panel's reflectance is {least:.3g} to {most:.3g}, by {scene.panel}")
    if references.outside:
        yield Remark(
            f"{references.outside} of {cube.shape[2]} bands lie beyond the ends of {scene.panel}: the panel's "
            "reflectance there is taken to be that of the end",
            odd=True,
        )
    yield from _elements(references)
    yield from _times(cube, references)
    for measured in references.measured.values():
        yield from _circumstances(cube, measured)


def _described(measured: Measured) -> str:
    place = measured.reference
    named = f"{place.file.name}{f', {place.key}' if place.key else ''}"
    where = f"lines {place.lines} of the scan" if place.inside else named
    lines = f", {measured.lines} lines averaged" if measured.lines > 1 else ""
    return f"{measured.words} ({where}{lines})"


def _and(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]


def _elements(references: References) -> Iterator[Remark]:
    """Yield remarks on elements of the detector that are of no use, and on samples that the panel does not cover."""
    for measured in references.measured.values():
        if measured.saturated.any():
            share = _of_elements(measured.saturated)
            yield Remark(f"{measured.words} is saturated in {share}: they are gaps in each spectrum", odd=True)
        if measured.outliers > MANY_OUTLIERS:
            yield Remark(
                f"{100 * measured.outliers:.1f} % of the values of {measured.words} differ from those of its other "
                "lines and are left out of the mean: did the light or the panel change while it was taken?",
                odd=True,
            )
    dead = references.dead & ~references.saturated
    if dead.any():
        yield Remark(f"the white is hardly brighter than the dark in {_of_elements(dead)}: they are gaps", odd=True)
    low = np.flatnonzero(_level(references) < UNCOVERED)
    if low.size:
        yield Remark(
            f"the white reference is less than half as bright as elsewhere in {low.size} of {len(dead)} samples "
            f"({_ranges(low)}): does the panel cover the whole width?",
            odd=True,
        )


def _level(references: References) -> np.ndarray:
    """Return the panel's signal in each sample over the usual one, float [sample]; NaN in dead samples."""
    alive = ~references.dead.all(axis=0)
    signal = np.where(references.dead, np.nan, references.signal)[:, alive]
    level = signal / np.nanmedian(signal, axis=0)
    seen = np.isfinite(level).any(axis=1)
    found = np.full(len(level), np.nan)
    found[seen] = np.nanmedian(level[seen], axis=1)
    return found


def _of_elements(mask: np.ndarray) -> str:
    """Return number and place of elements: samples and bands."""
    samples, bands = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return f"{int(mask.sum())} of {mask.size} detector elements (samples {_ranges(samples)}; bands {_ranges(bands)})"


def _ranges(numbers: np.ndarray) -> str:
    """Return rising numbers as ranges, the first few."""
    runs = np.split(numbers, np.flatnonzero(np.diff(numbers) > 1) + 1)
    return some([f"{run[0]}" if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs], most=4)


def _times(cube: Cube, references: References) -> Iterator[Remark]:
    """Yield remarks on integration times."""
    scan: Time | None = cube.extra.get("integration_time")
    white, dark = references.measured["white"].time, references.measured["dark"].time
    own_dark = references.measured.get("white_dark")
    if scan is not None and white is not None and references.exposure is not None:
        same = white.is_as(scan)
        applied = "" if same else f": its reflectance is divided by {_factor(references.exposure)}"
        yield Remark(f"the scan was taken at an integration time of {scan}, its white reference at {white}{applied}")
        if not same and own_dark is None:
            yield Remark(
                "the dark reference stands for the dark of the white reference too, which was taken at another "
                "integration time; if there is a dark of its own, name it (column white_dark, or --white-dark)"
            )
    elif scan or white:
        which = "scan" if scan else "white reference"
        yield Remark(
            f"an integration time is stated of the {which} ({scan or white}), and none in the same unit of the other: "
            "they are taken for the same",
            odd=True,
        )
    if scan and dark and not scan.is_as(dark):
        yield Remark(f"the dark reference was taken at {dark}, the scan at {scan}: it is used as it is", odd=True)
    if own_dark and own_dark.time and white and not white.is_as(own_dark.time):
        yield Remark(
            f"the white reference was taken at {white}, its own dark at {own_dark.time}: it is used as it is", odd=True
        )


def _factor(exposure: float | np.ndarray) -> str:
    return " and ".join(f"{value:.4g}" for value in dict.fromkeys(np.ravel(exposure).tolist()))


def _circumstances(cube: Cube, measured: Measured) -> Iterator[Remark]:
    """Yield remarks on the camera and the date of a reference, where they are not those of the scan."""
    camera, own = cube.extra.get("camera"), measured.facts.get("camera")
    if camera and own and camera != own:
        yield Remark(f"{measured.words} was taken with the camera {own}, the scan with {camera}", odd=True)
    scan, taken = cube.extra.get("acquired"), measured.acquired
    if scan is None or taken is None:
        return
    hours = (taken - scan).total_seconds() / 3600
    clocks = all(moment.time() != moment.min.time() for moment in (scan, taken))
    if abs(hours) > HOURS_APART and (clocks or taken.date() != scan.date()):
        apart = f"{abs(hours) / 24:.1f} days" if abs(hours) >= 48 else f"{abs(hours):.0f} hours"
        yield Remark(
            f"{measured.words} was taken {apart} {'after' if hours > 0 else 'before'} the scan ({taken:%Y-%m-%d} and "
            f"{scan:%Y-%m-%d}): is it the right one?",
            odd=True,
        )
    elif clocks and hours > MINUTES_BEFORE / 60:
        yield Remark(f"{measured.words} was taken {60 * hours:.0f} minutes after the scan began")
