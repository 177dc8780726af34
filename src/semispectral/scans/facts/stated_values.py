"""Read nodata, gain, offset and integration time of a file, and apply them to a cube."""

import datetime
import logging
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from semispectral.errors import DataError
from semispectral.scans.cube import Cube
from semispectral.scans.facts.hdf5_attributes import as_numbers, as_text, plain_name
from semispectral.scans.facts.stated_marks import Marks
from semispectral.scans.quality import full_scale
from semispectral.study.names import printable

log = logging.getLogger(__name__)

LARGEST = 1e30  # whatever is larger is a mark (-3.4e38 and such), also where no file says so
SAME = 1e-3  # two factors that differ by less are one
SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0}
TIME_UNITS = {
    **dict.fromkeys(("us", "\u00b5s", "\u03bcs", "microsecond", "microseconds"), "us"),
    **dict.fromkeys(("ms", "msec", "millisecond", "milliseconds"), "ms"),
    **dict.fromkeys(("s", "sec", "second", "seconds"), "s"),
}
NUMBER_FIRST = re.compile(r"[+-]?[0-9]*\.?[0-9]+(?:e[+-]?[0-9]+)?", re.IGNORECASE)
TIME_UNIT = re.compile(rf"^[\s({{]*[+-]?[0-9.]+(?:e[+-]?[0-9]+)?[\s\[(]*({'|'.join(TIME_UNITS)})\b")
TIME_NAMES = ("integrationtime", "exposuretime", "exposure", "tint")
DETECTORS = (("tint1", "vimg1"), ("tint2", "vimg2"))  # cameras of two detectors: the time of each, and its bands from 1
DAY_NAMES = ("acquisitiondate", "acquisitiontime", "acquisitiondatetime", "datetime", "date")
CLOCK_NAMES = ("starttime", "acquisitiontime", "acquisitiondatetime", "datetime", "date")
YEAR_FIRST = re.compile(r"(?<!\d)((?:19|20)\d\d)[-/.:](\d\d?)[-/.:](\d\d?)(?!\d)")
DAY_FIRST = re.compile(r"dd-mm-yyyy\)?:?\s*(\d\d?)[-/.](\d\d?)[-/.]((?:19|20)\d\d)")
CLOCK = re.compile(r"(?<![\d:-])(\d\d?):(\d\d):(\d\d)(?![\d:])")
LONGEST_NAME = 80  # of a field; nobody writes longer ones
CAMERA_NAMES = ("sensorid", "sensortype", "serialnumber")
GAIN_NAMES = ("scalefactor", "reflectancescalefactor", "scalingfactor", "quantificationvalue")
OFFSET_NAMES = ("addoffset",)
UNCLEAR_NAMES = {  # a conversion to one program and a setting of the camera to another; what changes nothing
    **dict.fromkeys(("gain", "gains", "slope", "multiplier", "scale"), 1.0),
    **dict.fromkeys(("offset", "offsets", "intercept", "bias"), 0.0),
}
PERCENT = re.compile(r"(refl\w*\.?)?\s*[(\[]?\s*(%|percent|per cent|pct)\s*[)\]]?\s*(refl\w*)?", re.IGNORECASE)
UNITS_NAMES = ("units", "unit")


@dataclass(frozen=True, eq=False)
class Conversion:
    """Conversion of stored values to a quantity: value = stored x gain + offset.

    Attributes
    ----------
    gain, offset : float64 [band].
    words : str, fields that state it, as the file writes them.
    """

    gain: np.ndarray
    offset: np.ndarray
    words: str

    @property
    def factor(self) -> float | None:
        """Single factor that does the same; None where bands differ or an offset is added."""
        alike = np.ptp(self.gain) <= SAME * abs(self.gain[0])
        return float(self.gain[0]) if alike and not self.offset.any() else None


@dataclass(frozen=True, eq=False)
class Time:
    """Integration time.

    Attributes
    ----------
    value : float, or float64 [band] of a camera whose detectors have times of their own, in the unit.
    unit : str, unit, empty where the file names none.
    """

    value: float | np.ndarray
    unit: str

    def over(self, other: "Time") -> float | np.ndarray | None:
        """Return this time divided by another; None where their units or their bands cannot be compared.

        Parameters
        ----------
        other : the other time.
        """
        if np.ndim(self.value) and np.ndim(other.value) and np.shape(self.value) != np.shape(other.value):
            return None
        if self.unit == other.unit:
            return self.value / other.value
        known = self.unit in SECONDS and other.unit in SECONDS
        return self.value * SECONDS[self.unit] / (other.value * SECONDS[other.unit]) if known else None

    def is_as(self, other: "Time") -> bool:
        """Return whether another time is the same.

        Parameters
        ----------
        other : the other time.
        """
        ratio = self.over(other)
        return ratio is not None and bool(np.all(np.abs(ratio - 1) <= SAME))

    def __str__(self) -> str:
        distinct = list(dict.fromkeys(np.ravel(self.value).tolist()))
        return f"{' and '.join(f'{value:g}' for value in distinct)} {self.unit}".strip()


def conversion(gain: Any, offset: Any, *, bands: int, words: str, where: str) -> Conversion | None:
    """Return the conversion by gain and offset, one number or one per band.

    Parameters
    ----------
    gain : number, or numbers [band], by which stored values are multiplied.
    offset : number, or numbers [band], added afterwards.
    bands : int, number of bands.
    words : str, fields that state them, as the file writes them.
    where : str, file and field, for warnings.

    Returns
    -------
    Conversion; None where it changes nothing, or makes no sense, which is logged.
    """
    try:
        both = [np.broadcast_to(np.asarray(each, np.float64).ravel(), (bands,)) for each in (gain, offset)]
    except (TypeError, ValueError):
        both = []
    if not both or not np.isfinite(both).all() or (both[0] == 0).any():
        log.warning("%s: %s needs one number, or one per band (%d); it is not applied", where, words, bands)
        return None
    if (both[0] == 1).all() and not both[1].any():
        return None
    return Conversion(both[0], both[1], words)


def from_attributes(attributes: Mapping[str, Any], *, bands: int, where: str) -> dict[str, Any]:
    """Return conversion, unclear, integration_time, acquired and camera of the attributes of an array, where stated.

    netCDF writes ``scale_factor``, by which stored values are multiplied; NEON writes ``Scale_Factor`` = 10000, by
    which they are divided. A factor above 1 divides: no file stores reflectance in larger units than 1. Percent are
    divided by 100, after the factor.

    Parameters
    ----------
    attributes : mapping, attributes by name.
    bands : int, number of bands.
    where : str, file and array, for warnings.
    """
    known = {plain_name(name): (name, value) for name, value in attributes.items()}
    found: dict[str, Any] = dict(unclear_conversion(attributes))
    gain = next((known[name] for name in GAIN_NAMES if name in known), None)
    offset = next((known[name] for name in OFFSET_NAMES if name in known), None)
    percent = next((known[name] for name in UNITS_NAMES if name in known and _is_percent(known[name][1])), None)
    stated = [each for each in (gain, offset, percent) if each]
    if stated:
        words = " and ".join(f"{printable(name, limit=LONGEST_NAME)} {_brief(value)}" for name, value in stated)
        made = conversion(
            multiplier(gain[1]) if gain else 1, offset[1] if offset else 0, bands=bands, words=words, where=where
        )
        if percent and (made or not (gain or offset)):
            made = _hundredth(made, bands, words)
        found |= {"conversion": made} if made else {}
    return found | circumstances(attributes, bands=bands)


def _is_percent(value: Any) -> bool:
    return PERCENT.fullmatch(as_text(value).strip()) is not None


def _hundredth(made: Conversion | None, bands: int, words: str) -> Conversion:
    """Return the conversion to shares of 1 of values that are percent, once those of the file are applied."""
    gain, offset = (made.gain, made.offset) if made else (np.ones(bands), np.zeros(bands))
    return Conversion(gain / 100, offset / 100, words)


def unclear_conversion(fields: Mapping[str, Any]) -> dict[str, str]:
    """Return what may be a conversion of the values, or a setting of the camera, in words: the fact ``unclear``.

    Parameters
    ----------
    fields : mapping, values by name, however the names are written.
    """
    said = []
    for name, value in fields.items():
        neutral = UNCLEAR_NAMES.get(plain_name(name[:LONGEST_NAME]))
        if neutral is None:
            continue
        numbers = as_numbers(value.strip("{}[]() ").replace(",", " ").split() if isinstance(value, str) else value)
        if numbers.size and numbers.dtype.kind in "uif" and not (numbers == neutral).all():
            said.append(f"{printable(name)} {_brief(numbers)}")
    return {"unclear": " and ".join(said)} if said else {}


def multiplier(value: Any) -> Any:
    """Return the factor that a scale factor multiplies by: its inverse where it is above 1.

    Parameters
    ----------
    value : number, or numbers [band], or a text; what is no number is returned as it is.
    """
    try:
        factor = np.asarray(value, np.float64)
    except (TypeError, ValueError):
        return value
    with np.errstate(divide="ignore"):
        return np.where(factor > 1, 1 / factor, factor)


def _brief(value: Any) -> str:
    values = np.asarray(value).ravel()
    return printable(as_text(values), limit=40) if values.size == 1 else f"({values.size} numbers)"


def circumstances(fields: Mapping[str, Any], *, bands: int) -> dict[str, Any]:
    """Return how and when something was recorded: integration_time, acquired and camera, each where it is stated.

    Parameters
    ----------
    fields : mapping, values by name, however the names are written.
    bands : int, number of bands.

    Returns
    -------
    dict: integration_time as `Time`, acquired as datetime, camera as text.
    """
    named = {plain_name(name): value for name, value in fields.items() if len(name) <= LONGEST_NAME}
    camera = " ".join(printable(named[name], limit=60) for name in CAMERA_NAMES if str(named.get(name, "")).strip())
    found = {"integration_time": integration_time(named, bands=bands), "acquired": _acquired(named), "camera": camera}
    return {name: value for name, value in found.items() if value}


def _acquired(named: Mapping[str, Any]) -> datetime.datetime | None:
    """Return day and time of day, midnight where only the day is stated."""
    texts = {name: as_text(value) for name, value in named.items() if name in (*DAY_NAMES, *CLOCK_NAMES)}
    for text in (texts[name] for name in DAY_NAMES if name in texts):
        turned, plain = DAY_FIRST.search(text), YEAR_FIRST.search(text)
        day = (turned[3], turned[2], turned[1]) if turned else plain.groups() if plain else None
        clocks = (CLOCK.search(texts[name]) for name in CLOCK_NAMES if name in texts)
        clock = next((found.groups() for found in clocks if found), ())
        try:
            return datetime.datetime.fromisoformat(_iso(day, clock)) if day else None
        except ValueError:
            return None
    return None


def _iso(day: Sequence[str], clock: Sequence[str]) -> str:
    year, month, date = map(int, day)
    hours, minutes, seconds = map(int, clock or (0, 0, 0))
    return f"{year:04}-{month:02}-{date:02}T{hours:02}:{minutes:02}:{seconds:02}"


def integration_time(fields: Mapping[str, Any], *, bands: int) -> Time | None:
    """Return the integration time among named values, however its name is written; the unit may end the name.

    A camera of two detectors states a time and a range of bands of each.

    Parameters
    ----------
    fields : mapping, values by name.
    bands : int, number of bands.
    """
    named = {plain_name(name): value for name, value in fields.items() if len(name) <= LONGEST_NAME}
    by_band = _times_of_detectors(named, bands)
    if by_band is not None:
        return by_band
    for plain, value in named.items():
        for known in TIME_NAMES:
            unit = plain.removeprefix(known)
            if plain.startswith(known) and unit in ("", *SECONDS):
                number = _number(value)
                if number is not None:
                    return Time(number, unit or _unit_behind(value))
    return None


def _times_of_detectors(named: Mapping[str, Any], bands: int) -> Time | None:
    """Return the time of each band, where every band belongs to one of the detectors of `DETECTORS`."""
    times = np.full(bands, np.nan)
    for name, place in DETECTORS:
        value, ends = _number(named.get(name)), re.findall(r"[0-9]{1,9}", as_text(named.get(place, "")))
        if value is not None and len(ends) == 2:
            times[int(ends[0]) - 1 : int(ends[1])] = value
    return None if np.isnan(times).any() else Time(times, "")


def _unit_behind(value: Any) -> str:
    """Return the unit that follows a number in a text, as `SECONDS` names it, or nothing."""
    found = TIME_UNIT.search(as_text(value).lower())
    return TIME_UNITS[found[1]] if found else ""


def _number(value: Any) -> float | None:
    if np.asarray(value).dtype.kind in "SUO":
        first = NUMBER_FIRST.match(as_text(value).strip("{} ("))
        value = first[0] if first else ""
    try:
        number = float(np.asarray(value, np.float64).ravel()[0])
    except (TypeError, ValueError, IndexError):
        return None
    return number if math.isfinite(number) and number > 0 else None


def good_values(values: np.ndarray, *, nodata: float | None, marks: Marks | None = None) -> np.ndarray:
    """Return a mask of the values that are neither nodata nor NaN, infinite or beyond `LARGEST`.

    Parameters
    ----------
    values : [...], stored values.
    nodata : float or None, value that means no data, or None.
    marks : Marks or None, what else means no data.

    Returns
    -------
    bool, of the shape of ``values``.
    """
    marks = marks or Marks()
    good = np.abs(values) < LARGEST if values.dtype.kind == "f" else np.ones(values.shape, bool)
    for mark in (nodata, *marks.values):
        if mark is not None and np.isfinite(mark):
            good &= _differs(values, mark)
    if marks.lowest > -np.inf or marks.highest < np.inf:
        good &= (values >= marks.lowest) & (values <= marks.highest)
    return np.asarray(good)


def _differs(values: np.ndarray, mark: float) -> Any:
    """Return whether values are other than a mark, which was read as a float64; bool, or True where none can be it."""
    if values.dtype.kind == "f":
        with np.errstate(over="ignore"):
            return values != values.dtype.type(mark)
    if values.dtype.itemsize == np.dtype(np.int64).itemsize:  # the largest of 64 bits have no float64 of their own
        return values.astype(np.float64) != mark
    stored = stored_mark(mark, values.dtype)
    return True if stored is None else values != values.dtype.type(stored)


def stored_mark(mark: float, dtype: np.dtype[Any]) -> int | None:
    """Return what integers hold where a mark was written, or None if they can hold nothing of the kind.

    A mark that only the signed or only the unsigned integers of a size can hold, such as -9999 of uint16, is written
    by programs as the number of the same bits.

    Parameters
    ----------
    mark : float, value that means no data.
    dtype : dtype, an integer one.

    Examples
    --------
    >>> stored_mark(-9999, np.dtype(np.uint16))
    55537
    """
    limits = np.iinfo(dtype)
    size, most = 1 << int(limits.bits), int(limits.max)
    if not float(mark).is_integer() or not -size // 2 <= mark < size:
        return None
    bits = int(mark) % size
    return bits if bits <= most else bits - size


def as_values(cube: Cube, *, scale: float | None) -> Cube:
    """Return a cube with NaN for nodata and the file's conversion applied.

    It is float32 where there is a nodata value or a conversion; else it keeps its dtype.

    Parameters
    ----------
    cube : Cube, cube as its reader opened it, with the nodata value to use.
    scale : float or None, factor of scenes.tsv; None: the file's conversion is applied.

    Raises
    ------
    DataError : a factor is given, and the file states gains or offsets that no single factor can replace.
    """
    stated: Conversion | None = cube.extra.get("conversion")
    if stated is not None and scale is not None and stated.factor is None:
        raise DataError(
            f"{cube.path}: {stated.words} differ by band or add an offset, and the one scale that is given, {scale:g}, "
            "cannot stand for them; leave the scale empty, so that they are applied, or take them out of the file"
        )
    applied = stated if scale is None else None
    marks: Marks = cube.extra.get("marks") or Marks()
    marked = bool(marks) or (cube.nodata is not None and (cube.dtype.kind == "f" or float(cube.nodata).is_integer()))
    if applied is None and not marked and cube.dtype.kind != "f":
        return replace(cube, nodata=None, extra={**cube.extra, "nodata": cube.nodata})

    def read_lines(first: int, last: int) -> np.ndarray:
        stored = cube.read_lines(first, last)
        good = good_values(stored, nodata=cube.nodata, marks=marks)
        with np.errstate(over="ignore", invalid="ignore"):  # of marks, which are taken out below
            values = _converted(stored, applied) if applied is not None else stored.astype(dtype)
        values[~good] = np.nan
        return values

    dtype = np.dtype(np.float32) if marked or applied is not None else cube.dtype
    extra = {**cube.extra, "nodata": cube.nodata, "stored": cube.extra.get("stored", cube.dtype), "applied": applied}
    full = full_scale(cube)
    if full is not None:
        full = full[None, None]
        extra["saturated"] = (full.astype(np.float32) if applied is None else _converted(full, applied))[0, 0]
    return replace(cube, dtype=dtype, read_lines=read_lines, nodata=None, extra=extra)


def _converted(stored: np.ndarray, applied: Conversion) -> np.ndarray:
    return np.asarray(stored * applied.gain + applied.offset, np.float32)
