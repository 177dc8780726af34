"""Read GeoTIFF through rasterio, by windows of whole lines."""

import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from rasterio.enums import ColorInterp, MaskFlags
from rasterio.windows import Window

from semispectral.errors import SemispectralError, ShapeError
from semispectral.scans.cube import Cube
from semispectral.scans.facts.envi_facts import Facts, facts_of
from semispectral.scans.facts.georeference import of_dataset, open_raster, quiet
from semispectral.scans.facts.geotiff_wavelengths import raster_wavelengths
from semispectral.scans.facts.ground import Grid
from semispectral.scans.facts.hdf5_attributes import as_numbers, plain_name
from semispectral.scans.facts.stated_marks import stated_marks
from semispectral.scans.facts.stated_values import circumstances, conversion, from_attributes
from semispectral.scans.facts.wavelengths import NO_WAVELENGTHS
from semispectral.scans.formats.axes import Oriented, require_numbers
from semispectral.scans.formats.envi_files import field_name, header_files
from semispectral.scans.formats.envi_header import TRUTH, Header, read_header
from semispectral.scans.formats.open_file import reading, refuse_keys, require_file
from semispectral.scans.formats.rechunk import LARGEST_SLAB, Rechunked
from semispectral.scans.formats.scene_files import describes_tiff
from semispectral.scans.labels.label_rasters import CodeRaster, codes_of
from semispectral.study.names import printable

log = logging.getLogger(__name__)

WHAT = "a GeoTIFF"
DRIVER = "GTiff"
GOOD_BANDS = "bbl"  # 1 for a good band, 0 for a bad one
LOSSY = ("JPEG", "WEBP", "LERC")  # compressions that change values
AXES = ("band", "line", "sample")


class Raster:
    """Open raster seen as an array [band, line, sample]; its selections are slices."""

    def __init__(self, dataset: Any) -> None:
        self.dataset = dataset
        self.shape = (dataset.count, dataset.height, dataset.width)
        self.dtype = np.dtype(dataset.dtypes[0])

    def __getitem__(self, selection: tuple[slice, ...]) -> np.ndarray:
        bands, lines, samples = (range(n)[part] for part, n in zip(selection, self.shape, strict=True))
        window = Window(samples.start, lines.start, len(samples), len(lines))
        return np.asarray(self.dataset.read([band + 1 for band in bands], window=window))

    def tiles(self) -> list[tuple[slice, ...]]:
        """Return selections of one block of the file each, through all bands."""
        height, width = self.dataset.block_shapes[0]
        return [
            (
                slice(0, self.shape[0]),
                slice(line, min(line + height, self.shape[1])),
                slice(s, min(s + width, self.shape[2])),
            )
            for line in range(0, self.shape[1], height)
            for s in range(0, self.shape[2], width)
        ]


class WithoutAlpha:
    """Open raster whose last band says where there is nothing, seen as the bands before it with a mask.

    Programs that lay a scan on the ground add such a band. Everything else is as in the dataset.

    Parameters
    ----------
    dataset : open dataset of rasterio.
    """

    def __init__(self, dataset: Any) -> None:
        self._dataset = dataset
        self.count = dataset.count - 1
        self.indexes, self.dtypes, self.descriptions, self.scales, self.offsets = (
            each[:-1]
            for each in (dataset.indexes, dataset.dtypes, dataset.descriptions, dataset.scales, dataset.offsets)
        )
        self.mask_flag_enums = ((MaskFlags.per_dataset, MaskFlags.alpha),) * self.count

    def __getattr__(self, name: str) -> Any:
        return getattr(self._dataset, name)

    def read_masks(self, band: int, *, window: Window) -> np.ndarray:
        """Return 0 where there is nothing, of any band.

        Parameters
        ----------
        band : int, number of a band; all have one mask.
        window : Window, part to read.
        """
        return np.asarray(self._dataset.read(self._dataset.count, window=window))


def _opened(path: Path) -> Any:
    """Open a raster; of four bands of bytes GDAL takes the last for an alpha band whatever it is."""
    dataset = open_raster(path, driver=DRIVER)
    has_alpha = dataset.count > 1 and dataset.colorinterp[-1] == ColorInterp.alpha
    guessed = dataset.count == 4 and dataset.dtypes[0] == "uint8"
    return WithoutAlpha(dataset) if has_alpha and not guessed else dataset


def open_cube(path: Path, *, key: str, axes: str, wavelengths: str) -> Cube:
    """Open a GeoTIFF as a `Cube`.

    `Cube.extra` holds transform and crs where the file has them, and the facts of an ENVI header beside it: see
    `facts_of`.

    Parameters
    ----------
    path : Path, file to open.
    key : str, must be empty, since the format has no keys.
    axes : str, not used: the format has a fixed order.
    wavelengths : str, empty (those of the file), or ``none``.
    """
    require_file(path, what=WHAT)
    refuse_keys(path, what=WHAT, data_key=key, wavelengths=wavelengths.removeprefix(NO_WAVELENGTHS))
    with reading(path, what=WHAT):
        dataset = _opened(path)
    try:
        with reading(path, what=WHAT), quiet():
            return _cube(path, dataset, read_wavelengths=wavelengths != NO_WAVELENGTHS)
    except BaseException:
        dataset.close()
        raise


def _cube(path: Path, dataset: Any, *, read_wavelengths: bool) -> Cube:
    raster = Raster(dataset)
    require_numbers(path, "the raster", raster.dtype)
    source = _source(raster)
    packed = str(dataset.tags(ns="IMAGE_STRUCTURE").get("COMPRESSION", ""))
    if any(packed.upper().endswith(name) for name in LOSSY):
        log.warning("%s: is compressed as %s, which may have changed its values; take the original", path, packed)
    facts = (
        _facts_of_tiff(path, dataset, wavelengths=read_wavelengths)
        .or_else(_facts_of_gdal(path, dataset, wavelengths=read_wavelengths))
        .or_else(_facts_beside(path, raster.shape, wavelengths=read_wavelengths))
    )

    dtype = raster.dtype
    masked = any(MaskFlags.per_dataset in flags for flags in dataset.mask_flag_enums)
    if masked:
        dtype = np.result_type(raster.dtype, np.float32)

    def read_lines(first: int, last: int) -> np.ndarray:
        with reading(path, what=WHAT):
            values = source.read_lines(first, last)
            return _without_masked(values, dataset, first, last) if masked else values

    def close() -> None:
        source.close()
        dataset.close()

    return Cube(
        path,
        Oriented(raster, AXES).shape,
        dtype,
        read_lines,
        chunk_lines=source.chunk_lines,
        wavelengths_nm=facts.wavelengths_nm,
        band_names=facts.band_names,
        nodata=facts.nodata,
        close=close,
        extra=facts.extra | (_of_integers(raster) if masked else {}),
    )


def _without_masked(values: np.ndarray, dataset: Any, first: int, last: int) -> np.ndarray:
    """Return lines with NaN where the mask or the alpha band of the file says that there is nothing."""
    nothing = dataset.read_masks(1, window=Window(0, first, dataset.width, last - first)) == 0
    found = values.astype(np.result_type(values.dtype, np.float32))
    found[nothing] = np.nan
    return found


def _of_integers(raster: Raster) -> dict[str, Any]:
    """Return what else is known of integers that are handed out as floats."""
    if raster.dtype.kind not in "ui":
        return {"stored": raster.dtype}
    full = np.full(raster.shape[0], np.iinfo(raster.dtype).max, np.float32)
    return {"stored": raster.dtype, "saturated": full}


def _facts_of_tiff(path: Path, dataset: Any, *, wavelengths: bool) -> Facts:
    """Return the facts that a TIFF states itself."""
    tags = _number_tags(dataset)
    nodata, valid, _ = stated_marks(tags)
    if dataset.nodata is not None:
        nodata = tuple(dict.fromkeys((float(dataset.nodata), *nodata)))
    marks = replace(valid, values=nodata[1:])
    return Facts(
        raster_wavelengths(path, dataset) if wavelengths else None,
        tuple(map(printable, dataset.descriptions)) if all(dataset.descriptions) else (),
        nodata[0] if nodata else None,
        of_dataset(dataset)
        | ({"marks": marks} if marks else {})
        | _bad_bands(path, tags, dataset.count)
        | from_attributes(tags, bands=dataset.count, where=str(path))
        | circumstances(_tags(dataset), bands=dataset.count)
        | _stated(path, dataset),
    )


def _number_tags(dataset: Any) -> dict[str, Any]:
    """Return the tags that are numbers or texts, by name: of the file, and with one number per band of the bands."""
    found: dict[str, Any] = {name: _as_listed(text) for name, text in dataset.tags().items()}
    of_bands = [dataset.tags(band) for band in dataset.indexes]
    for name in of_bands[0]:
        texts = [TRUTH.get(tags.get(name, "").strip().lower(), tags.get(name, "")) for tags in of_bands]
        with suppress(ValueError):
            found[name] = np.array(texts, np.float64)
    return found


def _as_listed(text: str) -> Any:
    """Return a text of several numbers, between commas or blanks, as an array; any other as it is."""
    items = text.strip("{}[]() \t\r\n").replace(",", " ").split()
    try:
        return np.array([TRUTH.get(item.lower(), item) for item in items], np.float64) if len(items) > 1 else text
    except ValueError:
        return text


def _bad_bands(path: Path, tags: Mapping[str, Any], bands: int) -> dict[str, Any]:
    """Return the bands that a list of good ones marks as bad."""
    for name, value in tags.items():
        if plain_name(name) != GOOD_BANDS:
            continue
        good = as_numbers(value).ravel()
        if good.size == bands and good.dtype.kind == "f":
            return {"bad_bands": tuple(int(band) for band in np.flatnonzero(~(good > 0)))}
        log.warning("%s: the tag '%s' must be %d numbers; it is passed over", path, printable(name), bands)
    return {}


def _tags(dataset: Any) -> dict[str, str]:
    """Return the tags of a TIFF, without the names of the standards they come from."""
    tags = dataset.tags() | dataset.tags(ns="EXIF")
    return {name.removeprefix("TIFFTAG_").removeprefix("EXIF_"): text for name, text in tags.items()}


def _facts_of_gdal(path: Path, dataset: Any, *, wavelengths: bool) -> Facts:
    """Return the fields of an ENVI header that GDAL keeps in a TIFF, in a domain of their own."""
    tags = dataset.tags(ns="ENVI")
    if not tags:
        return Facts()
    shape = {"lines": dataset.height, "samples": dataset.width, "bands": dataset.count}
    fields = {field_name(name): text.strip() for name, text in tags.items()}
    return facts_of(Header(path, fields | {name: str(n) for name, n in shape.items()}), wavelengths=wavelengths)


def _stated(path: Path, dataset: Any) -> dict[str, Any]:
    """Return the scales and offsets of the bands, where they change the values."""
    words = "the scales and offsets of its bands"
    made = conversion(dataset.scales, dataset.offsets, bands=dataset.count, words=words, where=str(path))
    return {} if made is None else {"conversion": made}


def _facts_beside(path: Path, shape: tuple[int, ...], *, wavelengths: bool) -> Facts:
    """Return the facts of an ENVI header beside a TIFF, if it belongs to it; `companions` uses the same test."""
    found = [file for file in header_files(path) if describes_tiff(file, path)]
    if not found:
        return Facts()
    try:
        header = read_header(found[0])
        described = tuple(header.shape[axis] for axis in AXES)
    except SemispectralError as error:
        log.warning("%s: the header beside it is passed over (%s)", path, error)
        return Facts()
    if described != shape:
        log.warning(
            "%s: the header beside it is passed over: its bands, lines and samples are %s, not %s",
            path,
            described,
            shape,
        )
        return Facts()
    return facts_of(header, wavelengths=wavelengths)


def _source(raster: Raster) -> Oriented | Rechunked:
    bands, lines, samples = raster.shape
    height = min(raster.dataset.block_shapes[0][0], lines)
    if height > 1 and height * samples * bands * raster.dtype.itemsize > LARGEST_SLAB:
        return Rechunked(Oriented(raster, AXES), lambda: iter(raster.tiles()))
    return Oriented(raster, AXES, chunk_lines=height)


def read_labels(path: Path, *, key: str, axes: str, grid: Grid) -> CodeRaster:
    """Read a GeoTIFF of one band, [line, sample].

    Parameters
    ----------
    path : Path, file to read.
    key : str, must be empty, since the format has no keys.
    axes : str, not used: the format has a fixed order.
    grid : Grid, grid of the data.
    """
    refuse_keys(path, what=WHAT, labels_key=key)
    with open_cube(path, key="", axes=axes, wavelengths=NO_WAVELENGTHS) as cube:
        bands = cube.shape[2]
        if bands != 1:
            raise ShapeError(f"{path}: a raster of labels has one band, got {bands}; name another file in scenes.tsv")
        return codes_of(cube, over=grid)
