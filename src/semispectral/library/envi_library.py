"""Read an ENVI spectral library: a header with names and wavelengths, and spectra as the lines of one band."""

from pathlib import Path

import numpy as np

from semispectral.errors import DataError, UnreadableError
from semispectral.library.entries import PERCENT_FROM, Entry, made_entry
from semispectral.library.groups import group_of, mineral_of, shown_name
from semispectral.scans.facts.wavelengths import in_nanometres
from semispectral.scans.formats.envi_header import Header, header_and_data
from semispectral.scans.formats.open_file import reading

SCALE = "reflectance scale factor"


def read_envi_library(path: Path) -> list[Entry]:
    """Read the spectra of an ENVI spectral library.

    Parameters
    ----------
    path : Path, its header or its data file.

    Raises
    ------
    DataError : it is an image and no library, its wavelengths have no unit, or its values are no reflectance.
    """
    header, data = header_and_data(path)
    shape = header.shape
    if shape["band"] != 1:
        raise DataError(
            f"{header.path}: a spectral library has 1 band, a sample for each channel and a line for each spectrum, "
            f"got {shape['band']} bands; name a library, and not a scan"
        )
    nm = in_nanometres(
        header.numbers("wavelength"),
        unit=header.fields.get("wavelength units", ""),
        where=f"{header.path}, the field 'wavelength'",
    )
    if len(nm) != shape["sample"]:
        raise DataError(
            f"{header.path}: one wavelength for each of the {shape['sample']} channels is needed, got {len(nm)}; "
            "correct the header"
        )
    values = _values(header, data)
    percent = None if header.numbers(SCALE).size == 1 else bool(np.nanmax(values, initial=0) > PERCENT_FROM)
    names = header.words("spectra names") or tuple(f"spectrum {number}" for number in range(1, len(values) + 1))
    if len(names) != len(values):
        raise DataError(
            f"{header.path}: a name for each of the {len(values)} spectra is needed, got {len(names)}; correct the "
            "field 'spectra names'"
        )
    return [
        made_entry(
            shown_name(name),
            nm,
            row,
            mineral=mineral_of(name),
            group=group_of(mineral_of(name)),
            percent=percent,
            source=str(path),
        )
        for name, row in zip(names, values, strict=True)
    ]


def _values(header: Header, data: Path) -> np.ndarray:
    """Return reflectance, float64 [spectrum, channel]; NaN for what the header says to ignore, or marks as bad."""
    shape, offset = header.shape, header.integer("header offset", default=0)
    count = shape["line"] * shape["sample"]
    with reading(data, what="an ENVI spectral library"):
        stored = np.fromfile(data, header.dtype, count, offset=offset)
    if stored.size < count:
        raise UnreadableError(f"{data}: {count} values are needed by its header, got {stored.size}; copy it again")
    values = stored.astype(np.float64).reshape(shape["line"], shape["sample"])
    ignored, bad, scale = header.numbers("data ignore value"), header.numbers("bbl"), header.numbers(SCALE)
    if ignored.size == 1:
        values[values == ignored[0]] = np.nan
    if bad.size == shape["sample"]:
        values[:, bad == 0] = np.nan
    return values / scale[0] if scale.size == 1 and scale[0] > 0 else values
