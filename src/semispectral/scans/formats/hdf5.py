"""Read any dataset of an HDF5 file by its key, in blocks that follow its chunks, and never outside the file."""

import logging
import math
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from semispectral.errors import DataError, MissingFileError, SemispectralError, ShapeError
from semispectral.scans.cube import Cube
from semispectral.scans.facts.band_widths import NAMES as WIDTH_NAMES
from semispectral.scans.facts.band_widths import stated_widths
from semispectral.scans.facts.ground import Grid
from semispectral.scans.facts.hdf5_attributes import (
    as_number,
    as_numbers,
    as_text,
    attributes_of,
    first_attribute,
    plain_name,
)
from semispectral.scans.facts.stated_marks import Marks, stated_marks
from semispectral.scans.facts.stated_values import from_attributes, good_values, integration_time
from semispectral.scans.facts.wavelengths import (
    NANOMETRES_PER_UNIT,
    NANOMETRES_TIMES_UNIT,
    NO_WAVELENGTHS,
    in_nanometres,
    require_count,
    stated_in_nanometres,
    unit_name,
    unit_of,
)
from semispectral.scans.formats.axes import Oriented, require_dimensions, require_numbers, require_readable_whole
from semispectral.scans.formats.hdf5_links import find_dataset, find_object
from semispectral.scans.formats.open_file import reading, require_file
from semispectral.scans.formats.rechunk import Rechunked, fights_with_lines, tiles_of
from semispectral.scans.labels.label_rasters import CodeRaster, read_codes
from semispectral.study.names import printable, some
from semispectral.study.scene import AXES, axis_order
from semispectral.workflow.units import megabytes

log = logging.getLogger(__name__)

WHAT = "an HDF5 file"
# names as `plain_name` writes them
WAVELENGTH_ATTRIBUTES = ("wavelengthsnm", "wavelengthnm", "wavelengths", "wavelength")
WAVELENGTH_UNIT_ATTRIBUTES, UNIT_ATTRIBUTES = (
    ("wavelengthunits", "wavelengthsunits", "wavelengthunit"),
    ("units", "unit"),
)
GOOD_BANDS = ("bbl", "goodbands", "goodwavelengths", "goodbandlist")  # 1 for a good band, 0 for a bad one
PACKING = ("scale_factor", "add_offset")  # of netCDF: value = stored x factor + offset
LARGE_CHUNK = 256 * 2**20  # bytes; a chunk is read whole


@contextmanager
def opened(path: Path) -> Iterator[h5py.File]:
    """Open a file for reading until the end of the block.

    Parameters
    ----------
    path : Path, file to open.
    """
    file = open_file(path)
    try:
        with reading(path, what=WHAT):
            yield file
    finally:
        file.close()


def open_file(path: Path) -> h5py.File:
    """Open a file for reading; the caller closes it.

    Parameters
    ----------
    path : Path, file to open.
    """
    require_file(path, what=WHAT)
    with reading(path, what=WHAT):
        return h5py.File(path, "r", locking="best-effort")  # shared file systems often have no locks


def _unit(item: h5py.HLObject, names: tuple[str, ...]) -> str:
    found = first_attribute(item, names)
    return "" if found is None else as_text(found[1])


def _wavelengths(file: h5py.File, data: h5py.Dataset, key: str, bands: int, axis: int) -> np.ndarray | None:
    """Return the wavelengths of the dataset or attribute of a key; without a key, of the data or of its band axis."""
    if key == NO_WAVELENGTHS:
        return None
    where = f"{file.filename}, {key or 'attribute of ' + printable(data.name)}"
    if key:
        values, unit = _named_wavelengths(file, key, bands, where)
        return in_nanometres(values, unit=unit, where=where)
    found = first_attribute(data, WAVELENGTH_ATTRIBUTES)
    if found is None:
        return _wavelengths_of_axis(file, data, axis)
    values = as_numbers(found[1])
    unit = unit_of(_unit(data, WAVELENGTH_UNIT_ATTRIBUTES), _unit(data, UNIT_ATTRIBUTES))
    if values.dtype.kind in "uif" and values.size in data.shape:  # the length of another axis tells of turned axes
        require_count(values.size, bands, where=where)
    return stated_in_nanometres(values, unit=unit, bands=bands, where=where)


def _wavelengths_of_axis(file: h5py.File, data: h5py.Dataset, axis: int) -> np.ndarray | None:
    """Return the wavelengths that netCDF attaches to the axis of the bands; only such as have a unit of their own.

    Raises
    ------
    ShapeError : they are attached to another axis.
    """
    scale = _on_axis(data, axis)
    for other in range(data.ndim):
        attached = _on_axis(data, other) if other != axis else None
        if attached is not None and plain_name(attached.name.rpartition("/")[2]) in WAVELENGTH_ATTRIBUTES:
            raise ShapeError(
                f"{file.filename}: {printable(data.name)} has its wavelengths on axis {other} of {data.shape}, so that "
                f"the bands are there and not on axis {axis}; correct the order of its axes (the column axes of "
                "scenes.tsv, or --axes), or name the wavelengths"
            )
    unit = "" if scale is None else _unit(scale, (*WAVELENGTH_UNIT_ATTRIBUTES, *UNIT_ATTRIBUTES))
    if scale is None or unit_name(unit) not in (*NANOMETRES_PER_UNIT, *NANOMETRES_TIMES_UNIT):
        return None
    where = f"{file.filename}, {printable(scale.name)}"
    return stated_in_nanometres(_unpacked(scale), unit=unit, bands=scale.size, where=where)


def _named_wavelengths(file: h5py.File, key: str, bands: int, where: str) -> tuple[np.ndarray, str]:
    """Read values and unit of a dataset, or of an attribute ``group@name``, after checking their count."""
    place, sign, name = key.rpartition("@")
    if not sign or key in file:
        dataset = find_dataset(file, key, dimensions=1)
        require_numbers(Path(file.filename), key, dataset.dtype)
        require_count(dataset.size, bands, where=where)
        return _unpacked(dataset), _unit(dataset, (*WAVELENGTH_UNIT_ATTRIBUTES, *UNIT_ATTRIBUTES))
    item = find_object(file, place or "/")
    attributes = attributes_of(item)
    if name not in attributes:
        raise MissingFileError(
            f"{where}: the attribute '{printable(name)}' is needed, but {printable(item.name)} has {some(attributes)}; "
            "name one of them in scenes.tsv"
        )
    values = np.asarray(attributes[name])
    require_numbers(Path(file.filename), key, values.dtype)
    require_count(values.size, bands, where=where)
    return values, ""


def _unpacked(dataset: h5py.Dataset) -> np.ndarray:
    """Return numbers with the dataset's own factor and offset applied, as netCDF packs them, and NaN for nodata."""
    stored, attributes = dataset[()], attributes_of(dataset)
    nodata, marks = _nodata(dataset)
    values = np.where(good_values(stored, nodata=None, marks=replace(marks, values=nodata)), stored, np.nan)
    factor, offset = (as_number(attributes[name]) if name in attributes else None for name in PACKING)
    return values * (factor or 1.0) + (offset or 0.0)


def _on_axis(data: h5py.Dataset, axis: int) -> h5py.Dataset | None:
    """Return the scale that is attached to an axis of a dataset, as netCDF does it, if it is one row of numbers."""
    scales = list(data.dims[axis].values()) if h5py.h5ds.get_num_scales(data.id, axis) else []
    found = [scale for scale in scales if scale.ndim == 1 and scale.dtype.kind in "uif"]
    return found[0] if found and found[0].size == data.shape[axis] else None


def _widths(file: h5py.File, data: h5py.Dataset, key: str, bands: int) -> dict[str, Any]:
    """Return the widths of the bands: an attribute of the data or of the wavelengths, or a dataset beside them."""
    named = file.get(key) if key and key != NO_WAVELENGTHS and "@" not in key else None
    owners = [item for item in (named, data) if isinstance(item, h5py.Dataset)]
    unit = next((text for item in owners if (text := _unit(item, WAVELENGTH_UNIT_ATTRIBUTES))), "")
    unit = unit or (_unit(named, UNIT_ATTRIBUTES) if named in owners else "")
    for item in owners:
        found = first_attribute(item, WIDTH_NAMES)
        if found is not None:
            where = f"{file.filename}, {printable(item.name)}@{printable(found[0])}"
            return stated_widths(as_numbers(found[1]), unit=unit, bands=bands, where=where)
        beside = {plain_name(name): name for name in item.parent}
        name = next((beside[each] for each in WIDTH_NAMES if each in beside), None)
        if name is not None:
            return _dataset_of_widths(file, f"{item.parent.name.rstrip('/')}/{name}", unit, bands)
    return {}


def _dataset_of_widths(file: h5py.File, key: str, unit: str, bands: int) -> dict[str, Any]:
    """Return the widths of the bands from a dataset; none where it cannot be read, for they are optional."""
    where = f"{file.filename}, {printable(key)}"
    try:
        dataset = find_dataset(file, key, dimensions=1)
    except SemispectralError as error:
        log.warning("%s: the widths of the bands are passed over: %s", where, error)
        return {}
    if dataset.size != bands:
        log.warning("%s: the widths of the bands are passed over: %d for %d bands", where, dataset.size, bands)
        return {}
    own = _unit(dataset, UNIT_ATTRIBUTES)
    return stated_widths(dataset[()], unit=own or unit, bands=bands, where=where)


def _nodata(dataset: h5py.Dataset) -> tuple[tuple[float, ...], Marks]:
    """Return the nodata values and the range of valid values of a dataset.

    Nodata is what attributes say, or else the fill value that the writer chose; 0 is the default of HDF5.
    """
    attributes = attributes_of(dataset)
    nodata, valid, wrong = stated_marks(attributes)
    for name in wrong:
        log.warning(
            "%s, %s: the attribute '%s' must be a number, got '%s'; it is passed over",
            *(dataset.file.filename, printable(dataset.name)),
            *(printable(name), printable(as_text(attributes[name]), limit=60)),
        )
    chosen = dataset.id.get_create_plist().fill_value_defined() == h5py.h5d.FILL_VALUE_USER_DEFINED
    fill = as_number(dataset.fillvalue) if chosen and not nodata and not wrong else None
    return nodata or ((fill,) if fill else ()), valid


def _facts(dataset: h5py.Dataset, bands: int) -> tuple[float | None, dict[str, Any]]:
    """Return nodata and the further facts of a dataset, by its attributes; a time may stand at a group above it."""
    nodata, valid = _nodata(dataset)
    where = f"{dataset.file.filename}, {printable(dataset.name)}"
    found = from_attributes(attributes_of(dataset), bands=bands, where=where)
    if "integration_time" not in found:
        time = next(filter(None, (integration_time(each, bands=bands) for each in _around(dataset))), None)
        found |= {"integration_time": time} if time else {}
    marks = replace(valid, values=nodata[1:])
    return (nodata[0] if nodata else None), found | ({"marks": marks} if marks else {})


def _around(dataset: h5py.Dataset) -> Iterator[dict[str, Any]]:
    """Yield the attributes of the groups that hold a dataset, the innermost first, up to the file's own."""
    place = dataset.name
    while place != "/":
        place = place.rpartition("/")[0] or "/"
        yield attributes_of(dataset.file[place])


def _bad_bands(file: h5py.File, data: h5py.Dataset, key: str, bands: int) -> dict[str, Any]:
    """Return the bands that a list of good ones marks as bad: an attribute of the data, or beside the wavelengths."""
    found = first_attribute(data, GOOD_BANDS) or _beside_wavelengths(file, key, GOOD_BANDS, bands)
    if found:
        name, value = found
        good = as_numbers(value).ravel()
        if good.size == bands and good.dtype.kind in "uif":
            return {"bad_bands": tuple(int(band) for band in np.flatnonzero(~(good > 0)))}
        log.warning("%s: '%s' must be %d numbers; it is passed over", file.filename, printable(name), bands)
    return {}


def _beside_wavelengths(file: h5py.File, key: str, names: tuple[str, ...], bands: int) -> tuple[str, Any] | None:
    """Return name and values of a dataset beside that of the wavelengths, with a value for each band, or None."""
    named = file.get(key) if key and key != NO_WAVELENGTHS and "@" not in key else None
    if not isinstance(named, h5py.Dataset):
        return None
    there = {plain_name(name): f"{named.parent.name.rstrip('/')}/{name}" for name in named.parent}
    for place in (there[name] for name in names if name in there):
        with suppress(SemispectralError):
            dataset = find_dataset(file, place, dimensions=1)
            if dataset.size == bands:
                return place, dataset[()]
    return None


def open_cube(path: Path, *, key: str, axes: str, wavelengths: str) -> Cube:
    """Open one dataset of an HDF5 file as a `Cube`.

    Parameters
    ----------
    path : Path, file to open.
    key : str, name of the dataset; empty where the file has only one of three dimensions.
    axes : str, names of the stored axes in order, separated by commas.
    wavelengths : str, name of a dataset or ``group@attribute``; empty: an attribute of the data; ``none``: none.
    """
    order = axis_order(axes, where=f"{path}, axes")
    file = open_file(path)
    try:
        with reading(path, what=WHAT):
            return _cube(file, find_dataset(file, key, dimensions=len(AXES)), order, wavelengths)
    except BaseException:
        file.close()
        raise


def _cube(file: h5py.File, dataset: h5py.Dataset, order: tuple[str, ...], wavelengths: str) -> Cube:
    path, name = Path(file.filename), printable(dataset.name)
    require_numbers(path, name, dataset.dtype)
    require_dimensions(path, name, dataset.shape, names=order)
    oriented = Oriented(dataset, order)
    _require_written(path, name, dataset)
    wavelengths_nm = _wavelengths(file, dataset, wavelengths, oriented.shape[2], order.index("band"))
    source = _source(dataset, oriented)

    def read_lines(first: int, last: int) -> np.ndarray:
        with reading(path, what=WHAT):
            return source.read_lines(first, last)

    def close() -> None:
        source.close()
        file.close()

    bands = oriented.shape[2]
    nodata, facts = _facts(dataset, bands)
    return Cube(
        path,
        oriented.shape,
        oriented.dtype,
        read_lines,
        chunk_lines=source.chunk_lines,
        wavelengths_nm=wavelengths_nm,
        nodata=nodata,
        close=close,
        extra=facts | _bad_bands(file, dataset, wavelengths, bands) | _widths(file, dataset, wavelengths, bands),
    )


def _require_written(path: Path, name: str, dataset: h5py.Dataset) -> None:
    """Refuse a dataset that was created and never written; warn of one that was written in part."""
    if dataset.is_virtual:
        return
    if not dataset.id.get_storage_size():
        raise DataError(
            f"{path}: {name} must hold values, but it was created {dataset.shape} and none was ever written: all are "
            f"the fill value {dataset.fillvalue}; write the scan again"
        )
    if not dataset.chunks:
        return
    chunks = math.prod(-(-length // chunk) for length, chunk in zip(dataset.shape, dataset.chunks, strict=True))
    written = dataset.id.get_num_chunks()
    if written < chunks:
        log.warning(
            "%s: %d of the %d chunks of %s were never written and hold the fill value %s; is the scan whole?",
            *(path, chunks - written, chunks, name, dataset.fillvalue),
        )
    size = math.prod(dataset.chunks) * dataset.dtype.itemsize
    if size > LARGE_CHUNK:
        log.warning(
            "%s: %s is stored in chunks of %s, each of which is read whole; h5repack with smaller ones saves memory",
            *(path, name, megabytes(size / 1e6)),
        )


def _source(dataset: h5py.Dataset, oriented: Oriented) -> Oriented | Rechunked:
    if fights_with_lines(dataset, oriented.axes, oriented.dtype):
        return Rechunked(oriented, lambda: tiles_of(dataset, oriented.dtype))
    if dataset.chunks:
        oriented.chunk_lines = int(min(dataset.chunks[oriented.axes.index("line")], oriented.shape[0]))
    return oriented


def read_labels(path: Path, *, key: str, axes: str, grid: Grid) -> CodeRaster:
    """Read a two-dimensional dataset of any integer or float dtype, [line, sample].

    Parameters
    ----------
    path : Path, file to read.
    key : str, name of the dataset; empty where the file has only one of two dimensions.
    axes : str, names of the stored axes in order, separated by commas.
    grid : Grid, raster that the labels are laid on.
    """
    with opened(path) as file:
        dataset = find_dataset(file, key, dimensions=2)
        if not (dataset.is_virtual or dataset.id.get_storage_size()):
            log.warning("%s: %s was created and never written; no pixel has a label", path, printable(dataset.name))
        nodata, _ = _nodata(dataset)
        values = read_codes(path, str(dataset.name), dataset, axes, shape=grid.shape)
        return CodeRaster(values, nodata)


def read_facts(path: Path, *, key: str, bands: int) -> tuple[float | None, dict[str, Any]]:
    """Return the value of a dataset that means no data, or None, and its further facts, as in `Cube.extra`.

    Parameters
    ----------
    path : Path, file to read.
    key : str, name of the array in the file.
    bands : int, number of bands.
    """
    with opened(path) as file:
        return _facts(find_dataset(file, key, dimensions=2), bands)


def array_axes(path: Path, *, key: str) -> int:
    """Return the number of axes of a dataset.

    Parameters
    ----------
    path : Path, file to read.
    key : str, name of the dataset.
    """
    with opened(path) as file:
        return int(find_dataset(file, key, dimensions=2).ndim)


def read_array(path: Path, *, key: str) -> np.ndarray:
    """Read a dataset of numbers whole.

    Parameters
    ----------
    path : Path, file to read.
    key : str, name of the array in the file.
    """
    with opened(path) as file:
        dataset = find_dataset(file, key, dimensions=2)
        require_numbers(path, printable(dataset.name), dataset.dtype)
        require_readable_whole(path, printable(dataset.name), dataset.shape, dataset.dtype)
        return np.asarray(dataset[()])
