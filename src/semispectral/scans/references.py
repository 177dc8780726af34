"""White and dark references of a scene: read from any file, averaged over their lines, and checked against the scan."""

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from semispectral.errors import DataError, ShapeError
from semispectral.scans.cube import Cube
from semispectral.scans.facts.side_tables import numbers_of, read_table
from semispectral.scans.facts.stated_values import Conversion, Time, good_values
from semispectral.scans.facts.wavelengths import COLUMN_UNITS, in_nanometres
from semispectral.scans.quality import known_median
from semispectral.scans.readers import open_reference
from semispectral.study.names import some
from semispectral.study.scene import AXES, Reference, Scene, line_range

WORDS = {"white": "the white reference", "dark": "the dark reference", "white_dark": "the white reference's own dark"}
LOOKED_BYTES = 32 * 2**20  # of the lines from which the usual value of each element is found
BLOCK_BYTES = 8_000_000
FEWEST_LOOKED = 5
FAR = 4.0  # sigmas from the median, beyond which a value of a line is left out
MAD_TO_SIGMA = 1.4826
OF_FEW = {2: 1.196, 3: 1.495, 4: 1.363, 5: 1.206, 6: 1.2, 7: 1.14, 8: 1.129, 9: 1.107}
FULL_SCALES = tuple(2**bits - 1 for bits in (8, 10, 12, 14, 16))  # counts at which converters of so many bits end
DEAD_SHARE = 0.02  # of the signal of the other samples of a band, below which an element is dead
LARGEST_REFLECTANCE = 1.5  # of a panel, in a table of shares; percent are far above
REFLECTANCE = "reflectance"


@dataclass(frozen=True, eq=False)
class Measured:
    """A reference, averaged over its lines.

    Attributes
    ----------
    reference : Reference, place it was read from.
    counts : float32 [sample, band], mean of the lines without outliers.
    lines : int, number of lines.
    outliers : float, share of the values that were left out of the mean, 0 to 1.
    saturated : bool [sample, band], elements at the end of the converter's range.
    facts : dict, what the file states: integration_time, acquired, camera.
    """

    reference: Reference
    counts: np.ndarray
    lines: int
    outliers: float
    saturated: np.ndarray
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def time(self) -> Time | None:
        """Integration time, where it is stated."""
        return self.facts.get("integration_time")

    @property
    def acquired(self) -> datetime.datetime | None:
        """Day and time of day of the measurement, where they are stated."""
        return self.facts.get("acquired")

    @property
    def words(self) -> str:
        """Name of the reference, in words."""
        return WORDS[self.reference.role]


@dataclass(frozen=True, eq=False)
class References:
    """All references of a scene.

    Attributes
    ----------
    measured : dict of Measured, by role: white, dark, and white_dark where it is named.
    exposure : float or float64 [band], integration time of the scan divided by that of the white reference, or None
        where one is not stated.
    panel : float32 [band], reflectance of the white panel, or None where no table is named.
    outside : int, number of bands beyond the ends of the panel's table.
    dead : bool [sample, band], elements whose white is not brighter than their dark.
    """

    measured: Mapping[str, Measured]
    exposure: float | np.ndarray | None
    panel: np.ndarray | None
    outside: int
    dead: np.ndarray

    @property
    def dark(self) -> np.ndarray:
        """Dark counts of the scan, float32 [sample, band]."""
        return self.measured["dark"].counts

    @property
    def signal(self) -> np.ndarray:
        """Counts of the white panel above its dark, float32 [sample, band]."""
        own_dark = self.measured.get("white_dark", self.measured["dark"])
        return np.asarray(self.measured["white"].counts - own_dark.counts)

    @property
    def saturated(self) -> np.ndarray:
        """Elements of which one reference is saturated, bool [sample, band]."""
        return np.asarray(np.any([each.saturated for each in self.measured.values()], axis=0))

    @property
    def white(self) -> np.ndarray:
        """White counts above the scan's dark, float32 [sample, band]; NaN at dead and saturated elements."""
        return np.where(self.dead | self.saturated, np.float32(np.nan), self.dark + self.signal)


def references_of(scene: Scene, cube: Cube) -> References | None:
    """Read the references of a scene, or return None where its row names no white and dark one.

    Parameters
    ----------
    scene : Scene, row of ``scenes.tsv``.
    cube : Cube, open scene.

    Raises
    ------
    ShapeError : a reference has another width or number of bands than the scan.
    DataError : it has other wavelengths or another unit, or is of no use.
    """
    if not scene.has_references:
        return None
    _require_lines_apart(scene, cube)
    measured = {reference.role: measure(reference, scene, cube) for reference in scene.references}
    scan: Time | None = cube.extra.get("integration_time")
    white = measured["white"].time
    panel, outside = panel_of(scene.panel, cube) if scene.panel else (None, 0)
    found = References(
        measured, None if scan is None or white is None else scan.over(white), panel, outside, np.zeros(0, bool)
    )
    signal = found.signal
    usual = known_median(signal, axis=0)
    dead = ~(signal > np.maximum(DEAD_SHARE * usual, 0))
    if dead.all():
        raise DataError(
            f"{measured['white'].reference.file}: a white reference brighter than the dark one "
            f"({measured['dark'].reference.file}) is needed, and no element of it is: are the two exchanged? Check the "
            "columns white and dark of scenes.tsv"
        )
    return References(measured, found.exposure, panel, outside, dead)


def _require_lines_apart(scene: Scene, cube: Cube) -> None:
    """Refuse a line of the scan that is white and dark."""
    inside = [reference for reference in scene.references if reference.inside]
    for one, other in combinations(inside, 2):
        ranges = [
            line_range(each.lines, cube.shape[0], f"{each.file}, column '{each.role}_lines'") for each in (one, other)
        ]
        first, last = max(first for first, _ in ranges), min(last for _, last in ranges)
        if first < last and "white" in (one.role, other.role):  # both darks may be of the same lines
            raise DataError(
                f"{scene.data}: each line is of one reference, and line {first} is both in {one.role}_lines "
                f"({one.lines}) and {other.role}_lines ({other.lines}); correct these columns of scenes.tsv"
            )


def measure(reference: Reference, scene: Scene, cube: Cube) -> Measured:
    """Average a reference over its lines, and check that it fits the scan.

    Parameters
    ----------
    reference : Reference, place of the reference.
    scene : Scene, row of ``scenes.tsv``.
    cube : Cube, open scene.
    """
    with _opened(reference, scene, cube) as found:
        _require_same_bands(reference, found, cube)
        where = f"{reference.file}, column '{reference.role}_lines'"
        first, last = line_range(reference.lines, found.shape[0], where)
        counts, usual, outliers = robust_mean(found, first, last)
        saturated = _saturated(usual, found)
        counts = _in_units_of_the_scan(counts, reference, found, cube)
        facts = {**found.extra, **({} if not reference.inside else _own_facts(cube))}
    shape = cube.shape[1:]
    return Measured(
        reference,
        np.broadcast_to(counts, shape).astype(np.float32),
        last - first,
        outliers,
        np.broadcast_to(saturated, shape),
        {name: facts[name] for name in ("integration_time", "acquired", "camera") if name in facts},
    )


def _own_facts(cube: Cube) -> dict[str, Any]:
    return {name: cube.extra[name] for name in ("integration_time", "acquired", "camera") if name in cube.extra}


def _opened(reference: Reference, scene: Scene, cube: Cube) -> Cube:
    """Open a reference with the scene's order of axes, or with the plain one where only that fits."""
    found = open_reference(reference.file, key=reference.key, axes=scene.axes)
    if _fits(found, cube):
        return found
    found.close()
    plain = open_reference(reference.file, key=reference.key, axes=",".join(AXES))
    if _fits(plain, cube):
        return plain
    plain.close()
    named = f" ({reference.key})" if reference.key else ""
    raise ShapeError(
        f"{reference.file}: {WORDS[reference.role]}{named} must have the samples and bands of the scan {scene.data}, "
        f"{cube.shape[1:]}, as [line, sample, band] in the order of its axes, [sample, band] or [band], got "
        f"{found.shape[1:]}; name one of the same camera and binning: check the columns {reference.role} and "
        f"{reference.role}_key of scenes.tsv"
    )


def _fits(reference: Cube, scan: Cube) -> bool:
    return reference.shape[2] == scan.shape[2] and reference.shape[1] in (1, scan.shape[1])


def _require_same_bands(reference: Reference, found: Cube, cube: Cube) -> None:
    """Refuse a reference whose wavelengths are more than half a band away from the scan's."""
    own, nm = found.wavelengths_nm, cube.wavelengths_nm
    if own is None or nm is None or len(nm) < 2:
        return
    apart = np.abs(own - nm)
    step = np.median(np.abs(np.diff(nm)))
    if np.nanmax(apart) > step / 2:
        band = int(np.nanargmax(apart))
        raise DataError(
            f"{reference.file}: {WORDS[reference.role]} must have the wavelengths of the scan {cube.path}, but band "
            f"{band} is {own[band]:.2f} nm here and {nm[band]:.2f} nm there; name the reference of the same camera"
        )


def robust_mean(cube: Cube, first: int, last: int) -> tuple[np.ndarray, np.ndarray, float]:
    """Average lines of a cube, for each sample and band without the values far from its median.

    What the file marks as no data, NaN and infinite values are none, as in a scan.
    The median and its spread come from lines evenly over the range; the mean from all, in blocks.

    Parameters
    ----------
    cube : Cube, open reference.
    first, last : int, first line, and the one after the last.

    Returns
    -------
    mean : float32 [sample, band], NaN where there is no value.
    median : float32 [sample, band], NaN where there is no value.
    outliers : float, share of the values that were left out, 0 to 1.
    """
    looked = np.stack(list(_lines_looked_at(cube, first, last)))
    middle = known_median(looked, axis=0)
    spread = known_median(np.abs(looked - middle), axis=0)
    spread = np.fmax(spread, known_median(spread, axis=0))  # of few lines, one element's own is often far too small
    limit = FAR * MAD_TO_SIGMA * _of_few(len(looked)) * spread
    limit += 1 if cube.dtype.kind in "ui" else np.abs(middle) * np.finfo(np.float32).eps
    total, count, known = np.zeros(middle.shape), np.zeros(middle.shape, int), 0
    height = cube.block_lines(max_bytes=BLOCK_BYTES)
    for begin in range(first, last, height):
        values = _known_values(cube, begin, min(begin + height, last))
        near = np.abs(values - middle) <= limit
        total += np.where(near, values, 0).sum(axis=0, dtype=np.float64)
        count += near.sum(axis=0)
        known += int(np.isfinite(values).sum())
    mean = np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
    return mean.astype(np.float32), middle, 1 - int(count.sum()) / known if known else 0.0


def _of_few(lines: int) -> float:
    """Return the factor that makes the median deviation of a few normal values right on average.

    Croux and Rousseeuw, Time-efficient algorithms for two highly robust estimators of scale (1992), section 3.
    """
    return OF_FEW.get(lines, lines / (lines - 0.8))


def _known_values(cube: Cube, first: int, last: int) -> np.ndarray:
    """Return the values of lines, float32 [line, sample, band]; NaN where there is none."""
    stored = cube.read_lines(first, last)
    with np.errstate(over="ignore"):  # of marks, which are taken out
        values = stored.astype(np.float32)
    values[~good_values(stored, nodata=cube.nodata, marks=cube.extra.get("marks"))] = np.nan
    return values


def _lines_looked_at(cube: Cube, first: int, last: int) -> Iterator[np.ndarray]:
    """Yield lines evenly over a range, float32 [sample, band], as many as `LOOKED_BYTES` hold."""
    most = max(FEWEST_LOOKED, LOOKED_BYTES // (4 * cube.shape[1] * cube.shape[2]))
    for line in np.unique(np.linspace(first, last - 1, min(most, last - first)).round().astype(int)).tolist():
        yield _known_values(cube, line, line + 1)[0]


def _saturated(usual: np.ndarray, cube: Cube) -> np.ndarray:
    """Return the elements that usually stand at the end of a converter's range, where that is their largest value."""
    if cube.dtype.kind not in "ui" or not np.isfinite(usual).any():
        return np.zeros(usual.shape, bool)
    largest = float(np.nanmax(usual))
    ends = {float(scale) for scale in (*FULL_SCALES, np.iinfo(cube.dtype).max)}
    return np.asarray(usual == largest) if largest in ends else np.zeros(usual.shape, bool)


def _in_units_of_the_scan(counts: np.ndarray, reference: Reference, found: Cube, cube: Cube) -> np.ndarray:
    """Apply the reference's own gain and offset where the scan's are applied; refuse where only the scan has any."""
    of_scan: Conversion | None = cube.extra.get("applied")
    if of_scan is None:
        return counts
    stated: Conversion | None = found.extra.get("conversion")
    if stated is None:
        raise DataError(
            f"{reference.file}: the scan and its references must be in one unit, but the scan has {of_scan.words} and "
            f"{reference.key or WORDS[reference.role]} has none; write it to both, or give the scale, so that all are "
            "taken as they are stored"
        )
    return np.asarray(counts * stated.gain + stated.offset, np.float32)


def panel_of(path: Path, cube: Cube) -> tuple[np.ndarray, int]:
    """Read the reflectance of a white panel at the bands of a scan.

    Parameters
    ----------
    path : Path, table with the columns ``wavelength_nm`` (or ``wavelength_um``) and ``reflectance``, 0 to 1.
    cube : Cube, open scene.

    Returns
    -------
    reflectance : float32 [band], by linear interpolation; beyond the table its end.
    outside : int, number of bands beyond the table.

    Raises
    ------
    DataError : the table has other columns, is in percent, or the scan has no wavelengths.
    """
    if cube.wavelengths_nm is None:
        raise DataError(
            f"{path}: a table of the panel needs a scan with wavelengths, and {cube.path} has none; give them in the "
            "column wavelengths of scenes.tsv, or use cleaning.white_reflectance, one number, and no table"
        )
    known, reflectance = _panel_rows(path)
    nm = cube.wavelengths_nm
    outside = int(((nm < known[0]) | (nm > known[-1])).sum())
    if outside == len(nm):
        raise DataError(
            f"{path}: the panel's reflectance is needed at the wavelengths of the scan {cube.path}, {nm.min():g} to "
            f"{nm.max():g} nm, and the table goes from {known[0]:g} to {known[-1]:g} nm; correct its unit, or name the "
            "table of this panel"
        )
    return np.interp(nm, known, reflectance).astype(np.float32), outside


def _panel_rows(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return wavelengths in nm, rising, and the reflectance at each."""
    what = "a table of a panel's reflectance"
    rows = read_table(path, what=what)
    columns = [name for name in COLUMN_UNITS if rows and name in rows[0]]
    if not columns or REFLECTANCE not in rows[0]:
        raise DataError(
            f"{path}: {what} needs the columns wavelength_nm (or wavelength_um) and {REFLECTANCE}, got "
            f"{some(rows[0]) if rows else 'no row'}; rename its columns"
        )
    reflectance = numbers_of(rows, REFLECTANCE, path=path)
    if not ((reflectance > 0) & (reflectance <= LARGEST_REFLECTANCE)).all():  # NaN is not
        raise DataError(
            f"{path}: the reflectance of a panel is a number above 0 and near 1, got {reflectance.min():g} to "
            f"{reflectance.max():g}; divide percent by 100"
        )
    nm = in_nanometres(numbers_of(rows, columns[0], path=path), unit=COLUMN_UNITS[columns[0]], where=str(path))
    if not np.isfinite(nm).all():
        raise DataError(
            f"{path}, row {int(np.argmin(np.isfinite(nm))) + 2}: a wavelength above 0 is needed; correct the cell"
        )
    order = np.argsort(nm)
    return nm[order], reflectance[order]
