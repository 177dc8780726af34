"""Read the wavelengths of a GeoTIFF from tags of its bands or of the file, or from names of the bands."""

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from semispectral.scans.facts.wavelengths import stated_in_nanometres, unit_of
from semispectral.study.names import printable

log = logging.getLogger(__name__)

NUMBER = r"[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?"
WITH_UNIT = re.compile(rf"({NUMBER})\s*(nanomet(?:er|re)s?|nm|micromet(?:er|re)s?|microns?|um|µm|μm)\b", re.IGNORECASE)
VALUE_TAGS = {
    "central_wavelength_um": "um",
    "wavelength_nm": "nm",
    "wavelengths_nm": "nm",
    "wavelength": "",
    "wavelengths": "",
}
WAVELENGTH_UNIT_TAGS, UNIT_TAGS = ("wavelength_units", "wavelength_unit", "wavelengths_units"), ("units", "unit")
BAND_DOMAINS = ("IMAGERY", "")

Stated = tuple[str, list[str], str]  # where it stands, a text for each band, the unit


def raster_wavelengths(path: Path, dataset: Any) -> np.ndarray | None:
    """Return the first wavelengths that an open raster states, float64 [band] in nm, or None.

    Parameters
    ----------
    path : Path, the file, for errors.
    dataset : open dataset of rasterio.
    """
    for where, texts, unit in (*_of_bands(dataset), *_of_file(dataset), *_of_names(dataset)):
        values, unit = _numbers(texts, unit)
        place = f"{path}, {where}"
        if values is None:
            log.warning(
                "%s: must be numbers, got '%s'; it is passed over",
                place,
                printable(next(filter(None, texts)), limit=60),
            )
            continue
        found = stated_in_nanometres(values, unit=unit, bands=dataset.count, where=place)
        if found is not None:
            return found
    return None


def _of_bands(dataset: Any) -> Iterator[Stated]:
    for domain in BAND_DOMAINS:
        namespace = {"ns": domain} if domain else {}
        tags = [_lower(dataset.tags(band, **namespace)) for band in dataset.indexes]
        for tag, unit in VALUE_TAGS.items():
            texts = [found.get(tag, "") for found in tags]
            if any(texts):
                yield f"tag {tag} of the bands", texts, unit or _unit(next(found for found in tags if tag in found))


def _of_file(dataset: Any) -> Iterator[Stated]:
    tags = _lower(dataset.tags())
    for tag, unit in VALUE_TAGS.items():
        if tags.get(tag):
            texts = tags[tag].strip("{}[]() \t\r\n").replace(",", " ").split()
            yield f"tag {tag} of the file", texts, unit or _unit(tags)


def _of_names(dataset: Any) -> Iterator[Stated]:
    """Yield wavelengths in names like ``Band 3 (512.5 Nanometers)``: each must have a number with a unit."""
    found = [WITH_UNIT.search(name or "") for name in dataset.descriptions]
    matches = [match for match in found if match]
    if len(matches) == len(found) and len({match[2].lower() for match in matches}) == 1:
        yield "names of the bands", [match[1] for match in matches], matches[0][2]


def _numbers(texts: Sequence[str], unit: str) -> tuple[np.ndarray | None, str]:
    """Return the numbers, NaN for a band whose text is empty, and their unit, which may follow each of them."""
    found = [WITH_UNIT.fullmatch(text) for text in texts]
    units = {match[2] for match in found if match}
    if len(units) == 1:
        texts, unit = [match[1] if match else text for match, text in zip(found, texts, strict=True)], units.pop()
    try:
        return np.array([float(text) if text else np.nan for text in texts]), unit
    except ValueError:
        return None, unit


def _unit(tags: Mapping[str, str]) -> str:
    first = [next((tags[tag] for tag in names if tag in tags), "") for names in (WAVELENGTH_UNIT_TAGS, UNIT_TAGS)]
    return unit_of(*first)


def _lower(tags: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): text.strip() for name, text in tags.items()}
