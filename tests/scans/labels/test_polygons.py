"""Polygons burnt into labels, against a point-in-polygon oracle."""

import json
import logging
from pathlib import Path

import numpy as np
import pyogrio.raw
import pytest
import shapely
from rasterio.crs import CRS
from rasterio.transform import Affine
from rasterio.warp import transform_geom

from cube_formats import write_envi_header, write_geotiff, write_polygons
from semispectral.errors import DataError, MissingFileError, UnreadableError
from semispectral.scans.facts.ground import Grid
from semispectral.scans.labels.label_files import read_labels
from semispectral.scans.readers import open_cube
from semispectral.study.classes import ClassMap

SHAPE = (30, 20)
UTM = "EPSG:32719"
TRANSFORM = Affine(2.0, 0.0, 500_000.0, 0.0, -2.0, 7_000_000.0)
BLOB = shapely.Point(9.3, 14.2).buffer(6.1)
BOX = shapely.box(2.2, 20.2, 7.7, 28.9)


def inside(polygon: shapely.Polygon) -> np.ndarray:
    """Which pixel centres lie in a polygon of (sample, line)."""
    lines, samples = np.mgrid[: SHAPE[0], : SHAPE[1]] + 0.5
    return shapely.contains_xy(polygon, samples, lines)


EXPECTED = np.where(inside(BOX), 7, np.where(inside(BLOB), 3, 0))


def geojson(path: Path, shapes: list[shapely.Geometry], codes: list[object], **members: object) -> Path:
    features = [
        {"type": "Feature", "properties": {"code": code}, "geometry": shapely.geometry.mapping(shape)}
        for shape, code in zip(shapes, codes, strict=True)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features, **members}), encoding="utf-8")
    return path


def on_the_ground(shape: shapely.Geometry) -> shapely.Geometry:
    a, b, c, d, e, f = tuple(TRANSFORM)[:6]
    return shapely.transform(shape, lambda xy: xy @ np.array([[a, d], [b, e]]) + (c, f))


def test_pixel_coordinates_without_a_reference_system(tmp_path: Path) -> None:
    """On a scene without ground, x is the sample and y the line; a pixel belongs to the polygon over its centre."""
    path = geojson(tmp_path / "a.geojson", [BLOB, BOX], [3, 7])
    np.testing.assert_array_equal(read_labels(path, key="code", shape=SHAPE), EXPECTED)


def test_pictures_hang_below_zero(tmp_path: Path) -> None:
    """Map programs show a picture without ground at negative y; such polygons are turned over."""
    upside_down = [shapely.transform(shape, lambda xy: xy * (1, -1)) for shape in (BLOB, BOX)]
    path = geojson(tmp_path / "a.geojson", upside_down, [3, 7])
    np.testing.assert_array_equal(read_labels(path, key="code", shape=SHAPE), EXPECTED)


@pytest.mark.parametrize("suffix", [".gpkg", ".shp"])
def test_polygons_in_the_scenes_reference_system(tmp_path: Path, suffix: str) -> None:
    """GeoPackage and Shapefile on the ground are laid on the scene's own grid, through the open cube."""
    write_geotiff(tmp_path / "s.tif", np.zeros((2, *SHAPE), np.uint8), crs=UTM, transform=TRANSFORM)
    shapes = np.array([on_the_ground(BLOB), on_the_ground(BOX)])
    pyogrio.raw.write(
        tmp_path / f"a{suffix}", shapely.to_wkb(shapes), [np.array([3, 7])], ["code"], geometry_type="Polygon", crs=UTM
    )
    with open_cube(tmp_path / "s.tif") as cube:
        codes = read_labels(tmp_path / f"a{suffix}", key="code", shape=SHAPE, grid=Grid.of(cube))
    np.testing.assert_array_equal(codes, EXPECTED)


def test_polygons_in_another_reference_system_are_carried_over(tmp_path: Path) -> None:
    """Longitude and latitude are carried to the scene's system before they are burnt."""
    degrees = [
        shapely.geometry.shape(transform_geom(UTM, "EPSG:4326", shapely.geometry.mapping(on_the_ground(shape))))
        for shape in (BLOB, BOX)
    ]
    path = geojson(tmp_path / "a.geojson", degrees, [3, 7])
    grid = Grid(SHAPE, tuple(TRANSFORM)[:6], CRS.from_string(UTM).to_wkt())
    assert np.mean(read_labels(path, key="code", shape=SHAPE, grid=grid) != EXPECTED) < 0.01


LOCAL = {
    "a mine's grid": Affine(1.0, 0.0, 1000.0, 0.0, -1.0, 10.0),
    "a mine's grid below zero": Affine(1.0, 0.0, 1000.0, 0.0, -1.0, -2000.0),
    "millimetres from zero down": Affine(0.001, 0.0, 0.0, 0.0, -0.001, 0.0),
    "lines upwards": Affine(2.0, 0.0, -50.0, 0.0, 2.0, -300.0),
    "turned": Affine(0.8, 0.6, 0.0, 0.6, -0.8, -40.0),
}


@pytest.mark.parametrize("transform", LOCAL.values(), ids=LOCAL)
def test_polygons_over_a_grid_without_a_reference_system(tmp_path: Path, transform: Affine) -> None:
    """Where the scan has a transform, polygons are in its coordinates, whatever the sign of y."""
    shapes = [shapely.transform(s, lambda xy: np.array([transform @ tuple(p) for p in xy])) for s in (BLOB, BOX)]
    path = tmp_path / "a.gpkg"
    codes = [np.array([3, 7])]
    pyogrio.raw.write(
        path, shapely.to_wkb(np.array(shapes)), codes, ["code"], geometry_type="Polygon", crs="EPSG:32719"
    )
    found = read_labels(path, key="code", shape=SHAPE, grid=Grid(SHAPE, tuple(transform)[:6]))
    assert (found != EXPECTED).sum() <= 1  # a centre on an edge, by the last digit of a turned coordinate


def test_polygons_over_a_scan_of_a_laboratory(tmp_path: Path) -> None:
    """ENVI's "Arbitrary" map info is a system without a place; polygons drawn over it in a map program need none."""
    (tmp_path / "s.img").write_bytes(bytes(SHAPE[0] * SHAPE[1]))
    size = {"lines": SHAPE[0], "samples": SHAPE[1], "bands": 1, "data_type": 1, "interleave": "bsq", "byte_order": 0}
    write_envi_header(tmp_path / "s.hdr", **size, map_info="{Arbitrary, 1, 1, 0, 0, 0.5, 0.5, units=Meters}")
    shapes = [shapely.transform(shape, lambda xy: xy * (0.5, -0.5)) for shape in (BLOB, BOX)]
    path = geojson(tmp_path / "a.geojson", shapes, [3, 7])
    with open_cube(tmp_path / "s.img") as cube:
        grid = Grid.of(cube)
    assert grid.crs
    np.testing.assert_array_equal(read_labels(path, key="code", shape=SHAPE, grid=grid), EXPECTED)


def test_polygons_without_a_system_over_a_scan_on_earth_are_refused(tmp_path: Path) -> None:
    """Numbers alone do not say where they lie, nor does a system that is undefined."""
    path = tmp_path / "a.gpkg"
    shape = shapely.to_wkb(np.array([on_the_ground(BOX)]))
    local = 'LOCAL_CS["Undefined",UNIT["metre",1]]'
    pyogrio.raw.write(path, shape, [np.array([1])], ["code"], geometry_type="Polygon", crs=local)
    grid = Grid(SHAPE, tuple(TRANSFORM)[:6], CRS.from_string(UTM).to_wkt())
    with pytest.raises(DataError, match=r"a\.gpkg.*say none; export them with one"):
        read_labels(path, key="code", shape=SHAPE, grid=grid)


def test_polygons_drawn_over_our_own_map_in_metres(tmp_path: Path) -> None:
    """A map of a scan without a place is in metres, y downwards negative; what is drawn over it lies on the scan."""
    shapes = [shapely.transform(shape, lambda xy: xy * (0.0012, -0.0012)) for shape in (BLOB, BOX)]
    path = geojson(tmp_path / "a.geojson", shapes, [3, 7])
    np.testing.assert_array_equal(read_labels(path, key="code", shape=SHAPE, grid=Grid(SHAPE, pixel_mm=1.2)), EXPECTED)


def test_a_polygon_that_sticks_out_above_the_picture_is_still_turned(tmp_path: Path) -> None:
    """The sign of y is that of most of the drawing."""
    above = shapely.box(2.2, -0.4, 7.7, 28.9)
    path = geojson(tmp_path / "a.geojson", [shapely.transform(above, lambda xy: xy * (1, -1))], [7])
    np.testing.assert_array_equal(read_labels(path, key="code", shape=SHAPE), np.where(inside(above), 7, 0))


@pytest.mark.parametrize(
    "grid",
    [Grid(SHAPE), Grid(SHAPE, (1.0, 0.0, 1000.0, 0.0, -1.0, -2000.0))],
    ids=["metres on a scan without a size of pixels", "pixels on a scan with a grid"],
)
def test_polygons_beside_the_scan_are_refused(tmp_path: Path, grid: Grid) -> None:
    """Polygons in other coordinates than the scan's do not vanish silently."""
    small = shapely.transform(BOX, lambda xy: xy * (0.01, -0.01))
    with pytest.raises(DataError, match=r"a\.geojson: no polygon covers.*the scan at x"):
        read_labels(geojson(tmp_path / "a.geojson", [small], [1]), key="code", shape=SHAPE, grid=grid)


def test_polygons_of_another_scan_are_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """One file of polygons may serve many scans on the ground; one that it leaves out is a warning."""
    far = shapely.transform(on_the_ground(BOX), lambda xy: xy + 5000)
    path = geojson(tmp_path / "a.geojson", [far], [1], crs={"type": "name", "properties": {"name": UTM}})
    grid = Grid(SHAPE, tuple(TRANSFORM)[:6], CRS.from_string(UTM).to_wkt())
    assert not read_labels(path, key="code", shape=SHAPE, grid=grid).any()
    assert "no polygon covers the centre of a pixel" in caplog.text


def test_layers_are_named(tmp_path: Path) -> None:
    """Of several layers one must be named, and is found as layer/attribute."""
    codes = np.zeros(SHAPE, int)
    codes[3, 4] = 9
    for number, layer in enumerate(("first", "second")):
        options = {"layer": layer, "append": bool(number)}
        write_polygons(tmp_path / "a.gpkg", codes * (number + 1), crs=UTM, transform=Affine.identity(), **options)
    with pytest.raises(MissingFileError, match="first, second"):
        read_labels(tmp_path / "a.gpkg", key="code", shape=SHAPE)
    assert read_labels(tmp_path / "a.gpkg", key="second/code", shape=SHAPE).max() == 18


@pytest.mark.parametrize(
    ("shapes", "codes", "key", "error", "told"),
    [
        ([BOX], [1], "mineral", MissingFileError, "one of code, with name: before it.*got 'mineral'"),
        ([BOX], [1], "", MissingFileError, "one of code, with name: before it.*got ''"),
        ([BOX, BLOB], ["talc", "chlorite"], "code", DataError, "whole numbers"),
        ([BOX, BLOB], [1, None], "code", DataError, "no empty cell"),
        ([BOX, BLOB], [1, 1.5], "code", DataError, "whole numbers"),
        ([shapely.LineString([(0, 0), (1, 1)])], [1], "code", DataError, "got linestring"),
        ([BOX, BLOB], [1, 3_000_000_000], "code", DataError, "32 bits.*3000000000"),
        ([BOX], [-3_000_000_000], "code", DataError, "32 bits"),
        ([BOX], [-(2**31)], "code", DataError, "32 bits"),
        ([BOX], [1e20], "code", DataError, "32 bits"),
        ([BOX], [4294967297], "code", DataError, "32 bits"),
    ],
)
def test_polygons_that_cannot_be_burnt(
    tmp_path: Path, shapes: list[shapely.Geometry], codes: list[object], key: str, error: type[Exception], told: str
) -> None:
    """A missing attribute, codes that are no numbers and lines in place of areas are named."""
    with pytest.raises(error, match=rf"a\.geojson.*{told}"):
        read_labels(geojson(tmp_path / "a.geojson", shapes, codes), key=key, shape=SHAPE)


@pytest.mark.parametrize(
    ("rings", "told"),
    [
        ("[[0,0],[9,9]]", "an area.*feature 2"),
        ("[[0,0],[9,9],[0,0]]", "an area.*feature 2"),
        ("[[0,0],[9,0],[9,Infinity],[0,0]]", "finite numbers, but feature 2"),
    ],
)
def test_polygons_that_are_no_areas(tmp_path: Path, rings: str, told: str) -> None:
    """A ring of two points and corners at infinity are named by their feature; nobody is told to copy it again."""
    one = '{{"type":"Feature","properties":{{"code":1}},"geometry":{{"type":"Polygon","coordinates":[{}]}}}}'
    features = f"{one.format('[[0,0],[5,0],[5,5],[0,0]]')},{one.format(rings)}"
    path = tmp_path / "a.geojson"
    path.write_text(f'{{"type":"FeatureCollection","features":[{features}]}}', encoding="utf-8")
    with pytest.raises(DataError, match=rf"a\.geojson.*{told}"):
        read_labels(path, key="code", shape=SHAPE)


def test_a_file_that_only_bears_the_name(tmp_path: Path) -> None:
    """A description of another data source under a vector's name is not followed."""
    (tmp_path / "a.geojson").write_text("<OGRVRTDataSource></OGRVRTDataSource>", encoding="utf-8")
    with pytest.raises(UnreadableError, match=r"a\.geojson.*content"):
        read_labels(tmp_path / "a.geojson", key="code", shape=SHAPE)


def test_names_of_classes_are_looked_up(tmp_path: Path) -> None:
    """With name: before the attribute polygons say what they are, in any capitals; no class and none are refused."""
    classes = ClassMap((7, 3), ("talc", "K mica"), ("#111111", "#222222"))
    path = geojson(tmp_path / "a.geojson", [BLOB, BOX], ["K  Mica", " talc"])
    np.testing.assert_array_equal(read_labels(path, key="name:code", shape=SHAPE, classes=classes), EXPECTED)
    refused = (
        (["K mica", "talk"], r"of none or of several: 'talk' \(feature 2\)"),
        (["K mica", None], "feature 2 has None"),
    )
    for names, told in refused:
        path = geojson(tmp_path / "b.geojson", [BLOB, BOX], names)
        with pytest.raises(DataError, match=told):
            read_labels(path, key="name:code", shape=SHAPE, classes=classes)
    with pytest.raises(DataError, match="write name:code into the column labels_key"):
        read_labels(tmp_path / "a.geojson", key="code", shape=SHAPE, classes=classes)


def test_polygons_of_two_classes_over_one_pixel_are_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The last one counts, as documented, and the number of such pixels is said; of one class nothing is said."""
    boxes = [shapely.box(0, 0, 4, 4), shapely.box(2, 0, 6, 4)]
    for codes, told in (([1, 1], False), ([1, 2], True)):
        caplog.clear()
        path = geojson(tmp_path / "l.geojson", boxes, list(codes))
        found = read_labels(path, key="code", shape=(4, 6))
        assert found[0].tolist() == [codes[0]] * 2 + [codes[1]] * 4
        assert ("8 pixels lie under polygons of several classes" in caplog.text) == told


def test_polygons_that_label_nothing_are_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """One between the centres of pixels, and one beside the scan; one under a later one is none of them."""
    between, beside = shapely.box(15.6, 3.6, 15.9, 3.9), shapely.box(40, 1, 44, 4)
    shapes = [shapely.box(3, 21, 5, 24), BLOB, between, beside, BOX]
    path = geojson(tmp_path / "a.geojson", shapes, [3, 3, 3, 3, 7])
    with caplog.at_level(logging.WARNING):
        np.testing.assert_array_equal(read_labels(path, key="code", shape=SHAPE), EXPECTED)
    assert "2 polygons cover the centre of no pixel, and label nothing (feature 3, 4)" in caplog.text


def test_polygons_elsewhere_on_the_ground_are_of_other_scans(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """One file may hold the polygons of many scans that have a position; a tiny one on the scan is still said."""
    shapes = [
        on_the_ground(shape) for shape in (BLOB, shapely.box(90, 1, 99, 4), shapely.box(15.6, 3.6, 15.9, 3.9), BOX)
    ]
    path = geojson(tmp_path / "a.geojson", shapes, [3, 3, 3, 7])
    with caplog.at_level(logging.WARNING):
        codes = read_labels(path, key="code", shape=SHAPE, grid=Grid(SHAPE, tuple(TRANSFORM)[:6]))
    np.testing.assert_array_equal(codes, EXPECTED)
    assert "1 polygons cover the centre of no pixel, and label nothing (feature 3)" in caplog.text
