"""Recognise scans that no camera's layout explains: ENVI, HDF5, MATLAB, GeoTIFF and NumPy files."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import h5py

from semispectral.errors import DataError, SemispectralError
from semispectral.scans.facts.hdf5_attributes import plain_name
from semispectral.scans.folders.camera_layouts import header_and_data_of, name_of_scan
from semispectral.scans.folders.found import Cell, FoundScan, LeftOut
from semispectral.scans.formats import first_bytes as beginnings
from semispectral.scans.formats.hdf5 import WAVELENGTH_ATTRIBUTES, opened
from semispectral.scans.formats.hdf5_links import dataset_keys
from semispectral.scans.formats.known import BY_SUFFIX, ENVI, format_of
from semispectral.scans.readers import CUBE_READERS, open_cube
from semispectral.study.names import some
from semispectral.study.scene import AXES

PLAIN = "plain files"
FEWEST_BANDS = 5  # of a scan; pictures and rasters of labels have fewer
ROLE_NAMES = {
    "white": ("white", "whiteref", "whitereference"),
    "dark": ("dark", "darkref", "darkreference", "background"),
}
LABEL_NAMES = ("labels", "label")
LABELS_BESIDE = "_labels"


def plain(files: frozenset[Path]) -> tuple[list[FoundScan], list[LeftOut]]:
    """Find the scans among files of known formats, by opening each.

    Parameters
    ----------
    files : frozenset of Path, files that may be claimed.
    """
    scans: list[FoundScan] = []
    left: list[LeftOut] = []
    claimed: frozenset[Path] = frozenset()
    headers = [file for file in sorted(files) if file.suffix.lower() == ".hdr"]
    for file in [*headers, *(file for file in sorted(files) if _may_be_scan(file))]:
        if file in claimed or file.stem.lower().endswith(LABELS_BESIDE):
            continue
        found = _looked_at(file, files)
        claimed |= found.claimed
        if isinstance(found, FoundScan):
            scans.append(found)
        else:
            left.append(found)
    return scans, left


def _looked_at(file: Path, files: frozenset[Path]) -> FoundScan | LeftOut:
    """Return a file as a scan, or the reason why it is none."""
    try:
        data, claimed = header_and_data_of(file, files) if file.suffix.lower() == ".hdr" else (file, frozenset({file}))
        scan = FoundScan(data, name_of_scan(data), PLAIN, _cells(data), claimed)
        bands = _bands(scan)
    except (SemispectralError, OSError) as error:
        return LeftOut(file, str(error), frozenset({file}))
    if bands < FEWEST_BANDS:
        return LeftOut(file, f"it has {bands} bands, as a picture or a raster of labels; a scan has more", claimed)
    return _with_labels_beside(replace(scan, notes=tuple(_like_a_reference(data.stem))), files)


def _like_a_reference(stem: str) -> Iterator[str]:
    """Yield a question if a scan is called as references are."""
    words = re.split(r"[^a-z]+", stem.lower())
    for role, names in ROLE_NAMES.items():
        if any(word in names for word in words):
            yield f"it is called as a {role} reference is: if it is one, name it by --{role}, or take its row out"


def _may_be_scan(file: Path) -> bool:
    return BY_SUFFIX.get(file.suffix.lower()) in CUBE_READERS and BY_SUFFIX[file.suffix.lower()] != ENVI


def _cells(file: Path) -> dict[str, Cell]:
    """Return the cells on the arrays of a file; none of a format without keys, or whose keys are not looked at."""
    if format_of(file, what="a scan") != beginnings.HDF5:
        return {}
    with opened(file) as content:
        return {column: Cell(text, source) for column, (text, source) in _hdf5_cells(content).items()}


def _hdf5_cells(file: h5py.File) -> dict[str, tuple[str, str]]:
    """Return the cells on the arrays of a file, each with its source."""
    arrays = {key: file[key] for key in dataset_keys(file)}
    roles = {role: [key for key in arrays if _last(key) in names] for role, names in ROLE_NAMES.items()}
    others = [key for keys in roles.values() for key in keys]
    cubes = [k for k, a in arrays.items() if a.ndim == len(AXES) and a.dtype.kind in "uif" and k not in others]
    if len(cubes) != 1:
        raise DataError(
            f"one array of three axes is needed, got {len(cubes)} ({some(cubes)}); write its row into scenes.tsv by "
            "hand, with one of them in the column data_key"
        )
    data = arrays[cubes[0]]
    cells = {"data_key": (cubes[0], "its only array of three axes")}
    nm = [k for k, a in arrays.items() if _last(k) in WAVELENGTH_ATTRIBUTES and a.size in data.shape]
    if len(nm) == 1:
        place = [axis for axis, length in enumerate(data.shape) if length == arrays[nm[0]].size]
        cells["wavelengths"] = (nm[0], "array of that name")
        if len(place) == 1:
            order = ("line", "sample")
            axes = (*order[: place[0]], "band", *order[place[0] :])
            cells["axes"] = (",".join(axes), f"axis {place[0]} is as long as {nm[0]}; lines come before samples")
        else:
            said = f"a guess, for {len(place)} axes are as long as {nm[0]}: look at a picture of it, or correct it"
            cells["axes"] = (",".join(AXES), said)
    plane = [length for length in data.shape if not nm or length != arrays[nm[0]].size]
    labels = [k for k, a in arrays.items() if _last(k) in LABEL_NAMES and sorted(a.shape) == sorted(plane)]
    if len(labels) == 1:
        cells["labels_key"] = (labels[0], "array of that name")
    if all(len(keys) == 1 for keys in roles.values()):
        cells |= {f"{role}_key": (keys[0], "array of that name") for role, keys in roles.items()}
    return cells


def _last(key: str) -> str:
    return plain_name(key.rpartition("/")[2])


def _bands(scan: FoundScan) -> int:
    """Return the number of bands, after opening the scan."""
    texts = {column: cell.text for column, cell in scan.cells.items()}
    with open_cube(scan.data, key=texts.get("data_key", ""), axes=texts.get("axes", ",".join(AXES))) as cube:
        return cube.shape[2]


def _with_labels_beside(scan: FoundScan, files: frozenset[Path]) -> FoundScan:
    """Add a file ``NAME_labels`` beside the scan as its labels."""
    stem = (scan.data.stem + LABELS_BESIDE).lower()
    beside = sorted(file for file in files if file.parent == scan.data.parent and file.stem.lower() == stem)
    named = [file for file in beside if file.suffix.lower() != ".hdr"] or beside
    if len(named) != 1 or "labels_key" in scan.cells:
        return scan
    cells = scan.cells | {"labels": Cell(str(named[0]), f"file beside it whose name ends in {LABELS_BESIDE}")}
    return FoundScan(scan.data, scan.name, scan.layout, cells, scan.claimed | set(beside), scan.notes)
