"""Describe in sentences the statements of a file about its values, and how they are used."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from semispectral.errors import DataError
from semispectral.scans.cube import Cube
from semispectral.scans.facts.stated_values import SAME, Conversion, stored_mark
from semispectral.scans.instrument import Sensor, marked_bands
from semispectral.scans.quality import repeats, sparse_blocks
from semispectral.scans.references import FULL_SCALES
from semispectral.spectra.cleaning import LARGEST_GAP, bridged
from semispectral.spectra.cleaning_settings import CleanConfig
from semispectral.spectra.reference_remarks import reference_remarks
from semispectral.study.scene import Remark, Scene

BRIGHTEST = 1.2  # reflectance that hardly anything exceeds but a mirror or a mistake
DARKEST = 0.01  # where the brighter values lie below, it is no reflectance of rock
MANY = 0.05  # share from which on it is no accident
MOST = 0.5
SATURATED = 0.001  # share of values at the end of a converter's range, from which on it is no accident
FLAT = 0.01  # share of spectra of one value, from which on it is no accident
SPECTRA_OF_A_BLOCK = 2000


@dataclass(frozen=True)
class Seen:
    """Statistics of a sparse sample of a scene; shares are 0 to 1.

    Attributes
    ----------
    missing : float, share of values that are missing.
    bridged, lost : float, share of pixels whose gaps are bridged, and of pixels without data.
    flat : float, share of the pixels with data that hold one value in all bands.
    bright : float, share of good values with a reflectance above `BRIGHTEST`.
    lines, repeated : int, lines that follow another one in the sample, and those of them that equal it.
    end, ended : float, largest value as stored, and the share of the good values that equal it.
    upper, largest : float, 95th percentile and maximum of the good values, as reflectance.
    """

    missing: float
    bridged: float
    lost: float
    flat: float
    bright: float
    upper: float
    largest: float
    lines: int
    repeated: int
    end: float = 0.0
    ended: float = 0.0


def see(cube: Cube, sensor: Sensor, settings: CleanConfig) -> Seen:
    """Compute statistics of a sparse sample, before cleaning and after bad bands and gaps are treated.

    Parameters
    ----------
    cube : Cube, open scene.
    sensor : Sensor, references, bad bands and gaps of the sensor.
    settings : CleanConfig, steps of cleaning.
    """
    bad = np.zeros(cube.shape[2], bool)
    bad[[*sensor.bad_bands, *sensor.gaps]] = True
    good, missing, gaps, lost, flat = [], [], [], [], []
    lines = repeated = looked = 0
    ends: Counter[float] = Counter()
    for block in sparse_blocks(cube):
        lines, repeated = lines + len(block) - 1, repeated + int(repeats(block).sum())
        looked += block.size
        x = block.reshape(-1, cube.shape[2])
        sample = np.tile(np.arange(cube.shape[1]), len(block))
        found, gone = bridged(x, sample=sample, sensor=sensor, settings=settings)
        none = ~np.isfinite(x)
        if not none.all():
            end = float(x[~none].max())
            ends[end] += int((x == end).sum())
        kept = found.x[~gone]
        flat.append((np.ptp(kept, axis=1) == 0).mean() if kept.size else 0.0)
        good.append(kept[:: max(1, len(kept) // SPECTRA_OF_A_BLOCK)].ravel())
        missing.append(none.mean())
        gaps.append((none[:, ~bad].any(axis=1) & ~gone).mean())
        lost.append(gone.mean())
    values = np.concatenate(good) * sensor.scale
    shares = (float(np.mean(missing)), float(np.mean(gaps)), float(np.mean(lost)), float(np.mean(flat)))
    if not values.size:
        return Seen(*shares, 0.0, 0.0, 0.0, lines, repeated)
    bright, upper = (values > BRIGHTEST).mean(), np.quantile(values, 0.95)
    end = max(ends)
    ended = ends[end] / (looked * (1 - np.mean(missing)))
    return Seen(*shares, float(bright), float(upper), float(values.max()), lines, repeated, end, float(ended))


def unclear_words(unclear: str) -> str:
    """Return the sentence on what may be a conversion of the values.

    Parameters
    ----------
    unclear : str, fields and their values, as in `Cube.extra`.
    """
    return (
        f"the file states {unclear}, which may be a setting of the camera or make reflectance of the values: it is not "
        "applied; give the scale"
    )


def remarks(scene: Scene, cube: Cube, sensor: Sensor, settings: CleanConfig, *, fate: str, table: str) -> list[Remark]:
    """Describe the statements of a file about its values, and how they are used.

    Parameters
    ----------
    scene : Scene, row of ``scenes.tsv``.
    cube : Cube, the scene, opened by `semispectral.scans.readers.open_scene`.
    sensor : Sensor, sensor of the scene.
    settings : CleanConfig, steps of cleaning.
    fate : str, end of the sentence on bad bands, as in "the file marks 20 of 224 bands as bad: they are left out".
    table : str, source of scale and nodata besides the file: "scenes.tsv", or "the command line".

    Returns
    -------
    list of Remark.

    Raises
    ------
    DataError : the given scale contradicts the file's, and the values show that the file is right.
    """
    seen = see(cube, sensor, settings)
    calibrated = settings.uses_references(named=scene.has_references)
    return [
        *_nodata(scene, cube, seen, table),
        *_scale(scene, cube, seen, calibrated, table),
        *_bands(cube, sensor, settings, fate),
        *(reference_remarks(scene, cube, sensor.references) if calibrated and sensor.references else ()),
        *_brightness(scene, cube, seen, calibrated),
        *_flat(cube, seen, table),
        *_ended(cube, seen, table),
        *_repeated(seen, taken="repeated_lines" in settings.steps),
    ]


def _nodata(scene: Scene, cube: Cube, seen: Seen, table: str) -> Iterator[Remark]:
    """Yield remarks on the nodata value."""
    of_file, used = cube.extra.get("nodata_of_file"), cube.extra.get("nodata")
    if scene.nodata is not None and of_file is not None and scene.nodata != of_file:
        yield Remark(
            f"{table} says that nodata is {scene.nodata:g}, the file {of_file:g}: the former is used", odd=True
        )
    elif used is not None:
        yield Remark(f"nodata is {used:g}, as {'the file' if scene.nodata is None else table} says")
    dtype = np.dtype(cube.extra.get("stored", cube.dtype))
    if used is not None and dtype.kind in "ui" and np.isfinite(used):
        held = stored_mark(used, dtype)
        if held != used:
            said = "so that it occurs nowhere" if held is None else f"so that {held}, which has the same bits, is none"
            yield Remark(f"nodata is {used:g}, which {dtype} cannot hold, {said}: check the nodata value", odd=True)
    if cube.extra.get("marks"):
        yield Remark(f"{cube.extra['marks']} is no value either, as the file says")
    if seen.missing:
        yield Remark(
            f"{_percent(seen.missing)} of the values looked at are none (nodata, NaN or infinite): pixels that lack "
            f"more than {LARGEST_GAP:.0%} of the bands are left out ({_percent(seen.lost)}), smaller gaps are bridged "
            f"({_percent(seen.bridged)} of the pixels)",
            odd=seen.lost + seen.bridged > MANY,
        )


def _scale(scene: Scene, cube: Cube, seen: Seen, calibrated: bool, table: str) -> Iterator[Remark]:
    """Yield remarks on scale and conversion."""
    stated: Conversion | None = cube.extra.get("conversion")
    unclear = cube.extra.get("unclear")
    if unclear and scene.scale is None and not calibrated:
        yield Remark(unclear_words(unclear), odd=True)
    if stated is None or scene.scale is None:
        if stated is not None:
            yield Remark(f"{stated.words} is applied, as the file says")
        elif scene.scale is None and not calibrated:
            yield Remark("no scale is given and the file states none: its values are used unchanged")
        return
    factor = stated.factor or 1.0  # others were refused when the scene was opened
    if abs(scene.scale / factor - 1) <= SAME:
        yield Remark(f"the scale {scene.scale:g} is that of the file ({stated.words})")
        return
    said = f"{table} says that the scale is {scene.scale:g}, and the file that it is {factor:g} ({stated.words})"
    by_file = seen.upper * factor / scene.scale
    if not calibrated and DARKEST < by_file < BRIGHTEST and not DARKEST < seen.upper < BRIGHTEST:
        raise DataError(
            f"{cube.path}: {said}; by the former the brighter values are a reflectance of {seen.upper:.3g}, by the "
            f"latter of {by_file:.3g}: leave the scale empty, so that the file's is applied, or correct the file"
        )
    yield Remark(f"{said}: the former is used", odd=True)


def _bands(cube: Cube, sensor: Sensor, settings: CleanConfig, fate: str) -> Iterator[Remark]:
    """Yield remarks on bad bands and gaps."""
    marked, bands, nm = marked_bands(cube), cube.shape[2], cube.wavelengths_nm
    if marked:
        said = f"the file marks {len(marked)} of {bands} bands as bad ({band_names(marked, nm)})"
        kept = "they are kept, for cleaning.header_bad_bands is false"
        yield Remark(f"{said}: {fate if settings.header_bad_bands else kept}", odd=not settings.header_bad_bands)
    empty = [band for band in (*sensor.bad_bands, *sensor.gaps) if band not in marked]
    if empty:
        yield Remark(f"{len(empty)} of {bands} bands hold no value ({band_names(empty, nm)}): {fate}", odd=True)


def band_names(bands: Sequence[int], wavelengths_nm: np.ndarray | None, *, most: int = 4) -> str:
    """Return bands as ranges of numbers from 0, with their wavelengths where these are known.

    Parameters
    ----------
    bands : sequence of int, rising numbers of bands.
    wavelengths_nm : float64 [band] in nm, or None.
    most : int, largest number of ranges to name.
    """
    breaks = np.flatnonzero(np.diff(bands) > 1) + 1
    runs = [(int(run[0]), int(run[-1])) for run in np.split(np.asarray(bands), breaks)]
    said = []
    for first, last in runs[:most]:
        numbers = f"{first}" if first == last else f"{first} to {last}"
        ends = () if wavelengths_nm is None else (wavelengths_nm[first], wavelengths_nm[last])
        nm = f", {ends[0]:.0f} to {ends[1]:.0f} nm" if ends and np.isfinite(ends).all() else ""  # NaN: it has none
        said.append(numbers + nm)
    return "; ".join(said) + (f"; and {len(runs) - most} more ranges" if len(runs) > most else "")


def _brightness(scene: Scene, cube: Cube, seen: Seen, calibrated: bool) -> Iterator[Remark]:
    """Yield remarks on raw counts and wrong scales."""
    kind = np.dtype(cube.extra.get("stored", cube.dtype)).kind
    without_scale = scene.scale is None and cube.extra.get("conversion") is None
    if kind in "ui" and not calibrated and (seen.bright > MOST or without_scale):
        unused = "those it names are not used" if scene.has_references else "no white reference is named"
        yield Remark(
            f"its values are whole numbers, as reflectance up to {seen.largest:.5g}, and {unused}: "
            "are they raw counts? Name white and dark references, or give the scale",
            odd=True,
        )
    elif seen.bright > MANY:
        check = "the white reference and the integration times" if calibrated else "the scale"
        share = _percent(seen.bright)
        yield Remark(f"{share} of its values are a reflectance above {BRIGHTEST:g}: check {check}", odd=True)
    if 0 < seen.upper < DARKEST and not calibrated:
        yield Remark(
            f"its brighter values are a reflectance of {seen.upper:.2g}, darker than any rock: check the scale",
            odd=True,
        )
    if cube.extra.get("integration_time") and not calibrated:
        yield Remark(f"its integration time, {cube.extra['integration_time']}, is not used without a white reference")


def _flat(cube: Cube, seen: Seen, table: str) -> Iterator[Remark]:
    """Yield a remark on spectra of one value, which a program may have written where there is nothing.

    Raises
    ------
    DataError : there are no others.
    """
    if cube.shape[2] == 1:
        return
    if seen.flat == 1:
        raise DataError(
            f"{cube.path}: spectra are needed, but each of those looked at holds one value in all of its bands; check "
            "which array and which columns are read (data_key and axes of scenes.tsv), or leave the scene out"
        )
    if seen.flat > FLAT:
        yield Remark(
            f"{_percent(seen.flat)} of the spectra looked at hold one value in all bands: if that means that there are "
            f"no data, give the value as nodata ({table})",
            odd=True,
        )


def _ended(cube: Cube, seen: Seen, table: str) -> Iterator[Remark]:
    """Yield a remark on values where a converter ends that has fewer bits than the numbers; others are counted."""
    dtype = np.dtype(cube.extra.get("stored", cube.dtype))
    if dtype.kind not in "ui" or cube.extra.get("applied") is not None or seen.end >= np.iinfo(dtype).max:
        return
    if seen.end in FULL_SCALES and seen.ended > SATURATED:
        yield Remark(
            f"{_percent(seen.ended)} of its values are {seen.end:g}, where a converter of {int(seen.end).bit_length()} "
            f"bits ends, and none is larger: if they are saturated, give {seen.end:g} as nodata ({table})",
            odd=True,
        )


def _repeated(seen: Seen, *, taken: bool) -> Iterator[Remark]:
    """Yield a remark on lines that equal the line before them."""
    if seen.repeated:
        fate = "such lines are left out" if taken else "name repeated_lines in cleaning.steps, to leave such lines out"
        yield Remark(
            f"{seen.repeated} of {seen.lines} lines looked at equal the line before them in every value, as a frame "
            f"grabber repeats them: {fate}",
            odd=not taken,
        )


def _percent(share: float) -> str:
    return "less than 0.1 %" if 0 < share < 1e-3 else f"{100 * share:.1f} %"
