"""Read the facts of an ENVI header besides its shape: wavelengths, nodata, bad bands, names, position.

All of them are optional: one that cannot be understood is ignored with a warning.
"""

import logging
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from rasterio.io import MemoryFile

from semispectral.scans.facts.band_widths import stated_widths
from semispectral.scans.facts.georeference import of_dataset, quiet
from semispectral.scans.facts.stated_marks import Marks
from semispectral.scans.facts.stated_values import circumstances, conversion, multiplier, unclear_conversion
from semispectral.scans.facts.wavelengths import stated_in_nanometres
from semispectral.scans.formats.envi_header import Header
from semispectral.study.names import printable

log = logging.getLogger(__name__)

DIVISOR = "reflectance scale factor"  # reflectance = stored value / it; one below 1 was meant to multiply
GAINS = (  # in the order in which they are looked for; those of the data often make radiance
    ("data reflectance gain values", "data reflectance offset values"),
    (DIVISOR, ""),
    ("data gain values", "data offset values"),
)
GROUND = ("map info", "coordinate system string", "projection info")


@dataclass(frozen=True)
class Facts:
    """Facts that a header adds to a `Cube`, under the same names.

    Attributes
    ----------
    wavelengths_nm : float64 [band] in nm, or None.
    band_names : tuple of str, names of the bands, or empty.
    nodata : float or None, value that means no data, or None.
    extra : dict, further facts by name, as in `Cube.extra`.
    """

    wavelengths_nm: np.ndarray | None = None
    band_names: tuple[str, ...] = ()
    nodata: float | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    def or_else(self, other: "Facts") -> "Facts":
        """Return these facts, completed by those of another source.

        Parameters
        ----------
        other : facts of the other source.
        """
        return Facts(
            other.wavelengths_nm if self.wavelengths_nm is None else self.wavelengths_nm,
            self.band_names or other.band_names,
            other.nodata if self.nodata is None else self.nodata,
            other.extra | self.extra,
        )


def facts_of(header: Header, *, wavelengths: bool) -> Facts:
    """Return the facts of a header.

    ``extra`` holds those of bad_bands, fwhm_nm, conversion, unclear, marks, integration_time, acquired, camera,
    class_names, class_colours, transform and crs that are stated.

    Parameters
    ----------
    header : Header, header as read.
    wavelengths : bool, whether to read the wavelengths; else they are None.
    """
    nodata = tuple(dict.fromkeys(header.values("data ignore value").tolist()))
    return Facts(
        _wavelengths(header) if wavelengths else None,
        header.words("band names"),
        nodata[0] if nodata else None,
        ({"marks": Marks(nodata[1:])} if nodata[1:] else {})
        | unclear_conversion(header.fields)
        | _bad_bands(header)
        | _band_widths(header)
        | _conversion(header)
        | circumstances(header.fields, bands=header.shape["band"])
        | _classes(header)
        | _ground(header),
    )


def _wavelengths(header: Header) -> np.ndarray | None:
    values = header.numbers("wavelength")
    if not values.size:
        return None
    unit = header.fields.get("wavelength units", "")
    where = f"{header.path}, field 'wavelength'"
    return stated_in_nanometres(values, unit=unit, bands=header.shape["band"], where=where)


def _bad_bands(header: Header) -> dict[str, Any]:
    good, bands = header.numbers("bbl"), header.shape["band"]
    if good.size not in (0, bands):
        log.warning("%s: 'bbl' has %d numbers for %d bands; it is passed over", header.path, good.size, bands)
        return {}
    return {"bad_bands": tuple(int(band) for band in np.flatnonzero(~(good > 0)))} if good.size else {}


def _band_widths(header: Header) -> dict[str, Any]:
    """Return the full widths at half maximum of the bands, float64 [band] in nm, in the unit of the wavelengths."""
    unit = header.fields.get("wavelength units", "")
    return stated_widths(header.numbers("fwhm"), unit=unit, bands=header.shape["band"], where=f"{header.path}, fwhm")


def _conversion(header: Header) -> dict[str, Any]:
    """Return the first of `GAINS` that changes the values."""
    for gain_name, offset_name in GAINS:
        gain, offset = header.numbers(gain_name), header.numbers(offset_name)
        if gain_name == DIVISOR:
            gain = multiplier(header.values(gain_name))
            gain = gain[gain > 0] if not (gain > 0).any() else gain  # 0 or -1 is what some programs write for none
        if not gain.size and not offset.size:
            continue
        words = " and ".join(f"'{name}'" for name in (gain_name, offset_name) if header.fields.get(name))
        made = conversion(
            gain if gain.size else 1,
            offset if offset.size else 0,
            bands=header.shape["band"],
            words=f"{words} of {header.numbers(DIVISOR)[0]:g}" if gain_name == DIVISOR else words,
            where=str(header.path),
        )
        if made is not None:
            return {"conversion": made}
    return {}


def _classes(header: Header) -> dict[str, Any]:
    names, colours = header.words("class names"), header.numbers("class lookup")
    shown = colours[: 3 * len(names)]
    if not names or shown.size < 3 * len(names):
        return {"class_names": names} if names else {}
    if not ((shown >= 0) & (shown <= 255)).all():
        log.warning("%s: 'class lookup' has numbers that are not 0 to 255; it is passed over", header.path)
        return {"class_names": names}
    rows = shown.astype(int).reshape(-1, 3)
    return {"class_names": names, "class_colours": tuple("#{:02x}{:02x}{:02x}".format(*row) for row in rows)}


def _ground(header: Header) -> dict[str, Any]:
    """Return transform and coordinate system, read by GDAL from a header of these fields alone."""
    text = header.fields.get("map info", "")
    if not text.strip("{} \t\n"):
        return {}
    try:
        np.array(header.words("map info")[1:7], float)  # GDAL takes words for 0
        found = _by_gdal({name: header.fields[name] for name in GROUND if name in header.fields})
    except Exception as error:  # a field that is broken can provoke any error of GDAL's
        log.debug("%s: map info: %s", header.path, error)
        found = {}
    if not np.isfinite(found.get("transform", np.nan)).all():
        log.warning(
            "%s: the field 'map info' is not understood: '%s'; the scan is read without its place on the ground",
            header.path,
            printable(text, limit=120),
        )
        return {}
    return found


def _by_gdal(fields: dict[str, str]) -> dict[str, Any]:
    """Read fields of a header of one pixel (two bytes, for GDAL); only names have letters beyond ASCII."""
    size = "samples = 1\nlines = 1\nbands = 1\ndata type = 1\ninterleave = bsq\n"
    ground = "".join(f"{name} = {' '.join(value.split())}\n" for name, value in fields.items())
    header = f"ENVI\n{size}{ground}".encode("ascii", "replace")
    name = "ground"
    with (
        quiet(),
        MemoryFile(b"\0\0", dirname=name, filename="pixel.img") as data,
        MemoryFile(header, dirname=name, filename="pixel.hdr"),
        data.open(driver="ENVI") as dataset,
    ):
        return of_dataset(dataset)
