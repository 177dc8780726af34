"""Rasters of labels: what the file declares as nodata is unlabelled, what lies elsewhere or is no code is refused."""

from pathlib import Path

import h5py
import numpy as np
import pytest
import scipy.io
from PIL import Image
from rasterio.transform import Affine
from rasterio.warp import transform_bounds

from cube_formats import write_envi_header, write_geotiff
from semispectral.errors import DataError, MissingFileError, ShapeError
from semispectral.scans.facts.ground import Grid
from semispectral.scans.labels.label_files import read_labels
from semispectral.scans.readers import open_cube
from semispectral.study.classes import ClassMap, CodeSet

SHAPE = (6, 5)
CODES = np.arange(30).reshape(SHAPE) % 4
UTM = "EPSG:32633"
PLACE = Affine(10.0, 0.0, 500_000.0, 0.0, -10.0, 5_000_000.0)


def scene_grid(directory: Path, **options: object) -> Grid:
    write_geotiff(directory / "scene.tif", np.zeros((2, *SHAPE), np.uint8), **options)
    with open_cube(directory / "scene.tif") as cube:
        return Grid.of(cube)


@pytest.mark.parametrize(
    ("dtype", "nodata"),
    [
        ("float32", np.nan),
        ("float32", -3.4028234663852886e38),
        ("float64", 1e20),
        ("float64", -9999.5),
        ("uint8", 255),
        ("int16", -9999),
        ("uint32", 4294967295),
        ("int32", -(2**31)),
    ],
)
def test_declared_nodata_of_a_geotiff_is_unlabelled(tmp_path: Path, dtype: str, nodata: float) -> None:
    """A pixel with the raster's own nodata value has no label, whatever that value is; the others keep their code."""
    values = CODES.astype(dtype)
    values[CODES == 3] = nodata
    write_geotiff(tmp_path / "l.tif", values[None], nodata=nodata)
    np.testing.assert_array_equal(read_labels(tmp_path / "l.tif", shape=SHAPE), np.where(CODES == 3, 0, CODES))


def test_nodata_that_the_table_ignores_stays_ignored(tmp_path: Path) -> None:
    """Where scenes.tsv lists the value as tray, it goes before the file: the pixels are no unlabelled core."""
    write_geotiff(tmp_path / "l.tif", CODES[None].astype(np.uint8), nodata=3)
    found = read_labels(tmp_path / "l.tif", shape=SHAPE, ignore=CodeSet(((3, 3),)))
    np.testing.assert_array_equal(found, CODES)


def test_nodata_of_envi_hdf5_matlab_and_png_is_unlabelled(tmp_path: Path) -> None:
    """Each format says it in its own way: a header's field, an attribute, NaN, a transparent place of the palette."""
    expected = np.where(CODES == 2, 0, CODES)
    (tmp_path / "l.img").write_bytes(CODES.astype("<i2").tobytes())
    size = {"lines": SHAPE[0], "samples": SHAPE[1], "bands": 1, "data_type": 2, "interleave": "bsq", "byte_order": 0}
    write_envi_header(tmp_path / "l.hdr", **size, data_ignore_value=2)
    with h5py.File(tmp_path / "l.h5", "w") as file:
        file["l"] = CODES
        file["l"].attrs["_FillValue"] = 2
    scipy.io.savemat(tmp_path / "l.mat", {"l": np.where(CODES == 2, np.nan, CODES)})
    image = Image.fromarray(CODES.astype(np.uint8), mode="P")
    image.putpalette([0, 0, 0, 9, 9, 9, 5, 5, 5, 7, 7, 7])
    image.save(tmp_path / "l.png", transparency=2)
    for name in ("l.img", "l.h5", "l.mat", "l.png"):
        np.testing.assert_array_equal(read_labels(tmp_path / name, shape=SHAPE), expected, err_msg=name)


@pytest.mark.parametrize("code", [2**31, -(2**31), -(2**31) + 1, 2**32 + 1, 2**63])
def test_codes_beyond_32_bits_are_refused(tmp_path: Path, code: int) -> None:
    """A number that is no code is not clipped into another one; the census's own mark is none either."""
    values = CODES.astype(np.uint64 if code > 0 else np.int64)
    values[0, 0] = code
    np.save(tmp_path / "l.npy", values)
    with pytest.raises(DataError, match=r"l\.npy.*32 bits"):
        read_labels(tmp_path / "l.npy", shape=SHAPE)


def test_labels_on_the_pixels_of_the_scan_are_taken(tmp_path: Path) -> None:
    """The same ground, half a pixel of difference between programs, and rasters that lie nowhere are no hindrance."""
    grid = scene_grid(tmp_path, crs=UTM, transform=PLACE)
    for number, options in enumerate(
        (
            {"crs": UTM, "transform": PLACE},
            {"crs": UTM, "transform": PLACE @ Affine.translation(0.5, -0.5)},
            {"transform": PLACE},
            {},
        )
    ):
        path = tmp_path / f"l{number}.tif"
        write_geotiff(path, CODES[None].astype(np.uint8), **options)
        np.testing.assert_array_equal(read_labels(path, shape=SHAPE, grid=grid), CODES)


def _in_degrees() -> Affine:
    west, south, east, north = transform_bounds(UTM, "EPSG:4326", 500_000, 4_999_940, 500_050, 5_000_000)
    return Affine((east - west) / SHAPE[1], 0, west, 0, (south - north) / SHAPE[0], north)


def test_the_same_ground_in_another_system_is_taken(tmp_path: Path) -> None:
    """Positions are compared, not names of systems: near the meridian of the zone, degrees lie on the same pixels."""
    grid = scene_grid(tmp_path, crs=UTM, transform=PLACE)
    write_geotiff(tmp_path / "l.tif", CODES[None].astype(np.uint8), crs="EPSG:4326", transform=_in_degrees())
    np.testing.assert_array_equal(read_labels(tmp_path / "l.tif", shape=SHAPE, grid=grid), CODES)


@pytest.mark.parametrize(
    "options",
    [
        {"crs": "EPSG:32719", "transform": Affine(10, 0, 300_000, 0, -10, 7_000_000)},
        {"crs": "EPSG:32634", "transform": PLACE},
        {"crs": UTM, "transform": Affine.translation(100_000, 0) @ PLACE},
        {"crs": UTM, "transform": PLACE @ Affine.translation(1, 0)},
        {"crs": UTM, "transform": Affine(10, 0, 500_000, 0, 10, 4_999_940)},
        {"crs": UTM, "transform": PLACE @ Affine.scale(0.5)},
        {"crs": UTM, "transform": PLACE @ Affine.rotation(20)},
        {"transform": Affine.translation(0, 50) @ PLACE},
    ],
    ids=["elsewhere", "zone", "east", "one pixel", "mirrored", "half size", "turned", "no system"],
)
def test_labels_of_another_place_are_refused(tmp_path: Path, options: dict[str, object]) -> None:
    """The right number of lines and samples is not enough where both files say where they lie."""
    grid = scene_grid(tmp_path, crs=UTM, transform=PLACE)
    write_geotiff(tmp_path / "l.tif", CODES[None].astype(np.uint8), **options)
    with pytest.raises(DataError, match=r"l\.tif.*pixels away.*scan: origin 500000, 5000000"):
        read_labels(tmp_path / "l.tif", shape=SHAPE, grid=grid)


def test_the_shape_is_compared_before_anything_is_read(tmp_path: Path) -> None:
    """A header that commands hundreds of gigabytes is refused for its shape, not for want of memory."""
    with h5py.File(tmp_path / "l.h5", "w") as file:
        file.create_dataset("l", shape=(10**7, 10**4), dtype="i4", chunks=(100, 100))
    write_geotiff(tmp_path / "l.tif", np.zeros((1, 1, 1), np.uint8), sparse_ok=True)
    with h5py.File(tmp_path / "v7.mat", "w", userblock_size=512) as file:
        file.create_dataset("l", shape=(10**4, 10**7), dtype="i4", chunks=(100, 100))
    for name, found in (("l.h5", "10000000, 10000"), ("v7.mat", "10000000, 10000"), ("l.tif", "1, 1")):
        with pytest.raises(ShapeError, match=rf"labels must have the lines and samples.*\(6, 5\).*{found}"):
            read_labels(tmp_path / name, shape=SHAPE)


CLASSES = ClassMap((1, 2, 3, 255), ("talc", "K mica", "opal", "tray"), ("#00FF0a", "#0000ff", "#ffffff", "#808080"))
PAINT = np.array([(0, 0, 0), (0, 255, 10), (0, 0, 255), (128, 128, 128)], np.uint8)
PAINTED = np.array([0, 1, 2, 255])[CODES]


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P"])
def test_labels_painted_in_the_colours_of_the_classes(tmp_path: Path, mode: str) -> None:
    """With the key colour a picture is read by its colours; what is black, or was not painted, is unlabelled."""
    image = Image.fromarray(PAINT[CODES]).convert(mode, **({"palette": Image.Palette.ADAPTIVE} if mode == "P" else {}))
    expected = PAINTED.copy()
    if mode == "RGBA":
        values = np.array(image)
        values[0, :, 3] = 0
        image, expected[0] = Image.fromarray(values), 0
    image.save(tmp_path / "l.png")
    found = read_labels(tmp_path / "l.png", key="colour", shape=SHAPE, classes=CLASSES)
    np.testing.assert_array_equal(found, expected)
    assert found.dtype == np.int32


def test_colours_that_are_of_no_class_or_of_two_are_named(tmp_path: Path) -> None:
    """Smoothed edges, a colour of two classes, and a picture in colours without the key are told with a remedy."""
    paint = PAINT.copy()
    paint[1] = (1, 2, 3)
    Image.fromarray(paint[CODES]).save(tmp_path / "l.png")
    with pytest.raises(DataError, match=r"l\.png.*of none or of several: '#010203'; .*smoothed edges"):
        read_labels(tmp_path / "l.png", key="colour", shape=SHAPE, classes=CLASSES)
    twice = ClassMap((1, 2, 255), ("a", "b", "tray"), ("#010203", "#010203", "#808080"))
    with pytest.raises(DataError, match="of several: '#0000ff', '#010203'"):
        read_labels(tmp_path / "l.png", key="colour", shape=SHAPE, classes=twice)
    with pytest.raises(DataError, match="write colour into the column labels_key"):
        read_labels(tmp_path / "l.png", shape=SHAPE, classes=CLASSES)
    with pytest.raises(DataError, match=r"there is no classes\.tsv"):
        read_labels(tmp_path / "l.png", key="colour", shape=SHAPE)
    with pytest.raises(MissingFileError, match="labels_key 'red'"):
        read_labels(tmp_path / "l.png", key="red", shape=SHAPE)
