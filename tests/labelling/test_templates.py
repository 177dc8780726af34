"""Templates to draw labels in: taken as labels as they are, before and after somebody has drawn in them."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as Xml

import numpy as np
import pyogrio.raw
import pytest
import rasterio
import shapely
from rasterio.transform import Affine

from semispectral.errors import ConfigError
from semispectral.labelling.templates import KEY, Templates, require_free, write_templates
from semispectral.scans.facts.georeference import quiet
from semispectral.scans.labels.label_files import read_scene_labels
from semispectral.scans.readers import open_scene
from semispectral.study.classes import ClassMap, CodeSet
from semispectral.study.scene import Scene

LINES, SAMPLES, BANDS = 9, 7, 12
CLASSES = ClassMap((3, 20), ("talc <&> chlorite", "calcite"), ("#ff0080", "#00ff00"))
GROUND = {"transform": Affine(2.0, 0.0, 500_000.0, 0.0, -2.0, 7_000_000.0), "crs": "EPSG:32719"}


@pytest.fixture(params=["lines and samples", "on Earth"])
def scene(request: pytest.FixtureRequest, tmp_path: Path) -> Scene:
    """A scan without a place, and one with a coordinate system."""
    values = np.random.default_rng(2).uniform(0, 1, (LINES, SAMPLES, BANDS)).astype(np.float32)
    path = tmp_path / "scan.tif"
    with quiet():
        size = {"count": BANDS, "height": LINES, "width": SAMPLES, "dtype": "float32"}
        ground = GROUND if request.param == "on Earth" else {}
        with rasterio.open(path, "w", driver="GTiff", **size, **ground) as raster:
            raster.write(np.moveaxis(values, -1, 0))
    codes = CodeSet(((1, 99),)), CodeSet(())
    return Scene("A", "H1", path, "", path, "", "line,sample,band", "none", 1.0, None, *codes)


def read(scene: Scene, path: Path, key: str = "") -> np.ndarray:
    with open_scene(scene) as cube:
        return read_scene_labels(replace(scene, labels=path, labels_key=key), cube, CLASSES)


def test_templates_are_labels_as_they_are(scene: Scene, tmp_path: Path) -> None:
    """An empty raster and a GeoPackage without polygons label nothing; the picture lies where the scan lies."""
    files = Templates.of(scene, tmp_path / "labels")
    write_templates(files, CLASSES)
    assert not read(scene, files.raster).any()
    assert not read(scene, files.polygons, KEY).any()
    with quiet(), rasterio.open(files.picture) as picture, rasterio.open(scene.data) as scan:
        assert (picture.shape, picture.transform, picture.crs) == (scan.shape, scan.transform, scan.crs)
        assert picture.count == 3


@pytest.mark.filterwarnings("ignore:'crs' was not provided:UserWarning")
def test_what_is_drawn_in_them_is_read(scene: Scene, tmp_path: Path) -> None:
    """A painted pixel has its code; a polygon over a picture, as map programs show it, labels the pixels below it."""
    files = Templates.of(scene, tmp_path / "labels")
    write_templates(files, CLASSES)
    with quiet(), rasterio.open(files.raster, "r+") as raster:
        raster.write(np.full((1, 1), 20, raster.dtypes[0]), 1, window=rasterio.windows.Window(5, 2, 1, 1))
        ground = raster.transform if raster.crs else Affine(1, 0, 0, 0, -1, 0)
    assert np.argwhere(read(scene, files.raster) == 20).tolist() == [[2, 5]]
    corners = [ground @ corner for corner in ((1, 3), (4, 3), (4, 5), (1, 5))]
    crs = pyogrio.read_info(files.polygons, layer="labels")["crs"]
    pyogrio.raw.write(
        files.polygons,
        shapely.to_wkb(np.array([shapely.Polygon(corners)], object)),
        [np.array([CLASSES.names[0]], object)],
        fields=["class"],
        layer="labels",
        driver="GPKG",
        geometry_type="Polygon",
        crs=crs,
        append=True,
    )
    expected = np.zeros((LINES, SAMPLES), int)
    expected[3:5, 1:4] = 3
    np.testing.assert_array_equal(read(scene, files.polygons, KEY), expected)


def test_the_style_has_every_class(scene: Scene, tmp_path: Path) -> None:
    """QGIS finds the default style of the layer in the file: a colour for each class, and the list to choose from."""
    files = Templates.of(scene, tmp_path / "labels")
    write_templates(files, CLASSES)
    with closing(sqlite3.connect(files.polygons)) as database:
        rows = database.execute("SELECT f_table_name, f_geometry_column, useAsDefault, styleQML FROM layer_styles")
        ((layer, geometry, default, text),) = rows.fetchall()
        columns = [row[1] for row in database.execute("PRAGMA table_info(labels)")]
    assert (layer, default) == ("labels", 1)
    assert {geometry, "class"} <= set(columns)
    style = Xml.fromstring(text.partition("\n")[2])  # noqa: S314  we wrote it
    assert [each.get("value") for each in style.iter("category")] == list(CLASSES.names)
    colours = [each.get("value") for each in style.iter("Option") if each.get("name") == "color"]
    assert colours == ["255,0,128,255", "0,255,0,255"]
    listed = style.find(".//editWidget[@type='ValueMap']//Option[@name='map']")
    assert listed is not None
    assert [each.get("value") for each in listed.iter("Option") if each.get("type") == "QString"] == list(CLASSES.names)


def test_nothing_is_overwritten(scene: Scene, tmp_path: Path) -> None:
    """Somebody may have drawn in a file that is there; without a class to draw nothing is written."""
    files = Templates.of(scene, tmp_path / "labels")
    require_free([files])
    with pytest.raises(ConfigError, match="scene A: classes to draw are needed"):
        write_templates(files, ClassMap((), (), ()))
    assert not files.picture.parent.exists()
    write_templates(files, CLASSES)
    with pytest.raises(ConfigError, match=r"A_picture\.tif: is there already"):
        require_free([files])
