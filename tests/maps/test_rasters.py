"""Maps as files: read back with rasterio, GDAL and spectral, with names, colours, nodata and georeference."""

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
import rasterio.shutil
import spectral.io.envi as spy
from PIL import Image
from rasterio.crs import CRS
from rasterio.transform import Affine

import tiny_models as tiny
from semispectral.errors import DataError, IntegrityError, MissingFileError
from semispectral.maps.classify import Drawn
from semispectral.maps.map_files import CONFIDENCE, read_facts, require_file, write_map
from semispectral.maps.picture import chequered
from semispectral.maps.rasters import Legend, copy_as_envi, write_classes
from semispectral.maps.scene_map import Ground, SceneMap
from semispectral.scans.facts.georeference import quiet
from semispectral.scans.readers import open_cube
from semispectral.study.classes import UNLABELLED, ClassMap

TRANSFORM = (0.5, 0.0, 500_000.0, 0.0, -0.5, 5_100_000.0)
UTM = CRS.from_epsg(32632).to_wkt()


def _drawn(*, seed: int, lines: int = 20, samples: int = 30, threshold: float = -1.5) -> Drawn:
    random = np.random.default_rng(seed)
    probability = random.dirichlet(np.ones(3), (lines, samples)).astype(np.float32)
    probability[3:5] = np.nan
    log_p = random.normal(size=(lines, samples)).astype(np.float32)
    log_p[3:5] = np.nan
    label = random.integers(UNLABELLED, 3, (lines, samples))
    picture = random.uniform(0, 9000, (lines, samples, 3)).astype(np.float32)
    return Drawn(SceneMap(probability, log_p, threshold, tiny.NAMES), picture, label)


def _write(directory: Path, drawn: Drawn, ground: Ground) -> None:
    write_map(directory, drawn, ground=ground, scene="A", smoothing="none")


@pytest.fixture(scope="module")
def lying(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Drawn]:
    """A map with a place on the ground, and what was drawn."""
    folder, drawn = tmp_path_factory.mktemp("lying"), _drawn(seed=1)
    _write(folder, drawn, Ground(TRANSFORM, UTM))
    return folder, drawn


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Drawn]:
    """A map without a place, and what was drawn."""
    folder, drawn = tmp_path_factory.mktemp("bare"), _drawn(seed=5)
    _write(folder, drawn, Ground())
    return folder, drawn


def test_class_geotiff_reads_back_in_rasterio(lying: tuple[Path, Drawn]) -> None:
    """Values, colours, nodata, transform, coordinate system and names are those that were written."""
    folder, drawn = lying
    with rasterio.open(folder / "class.tif") as raster:
        assert np.array_equal(raster.read(1), drawn.map.raster)
        assert raster.nodata == 0
        assert raster.transform == Affine(*TRANSFORM)
        assert raster.crs == CRS.from_wkt(UTM)
        assert [raster.colormap(1)[value] for value in tiny.NAMES.codes] == [
            (255, 0, 0, 255),
            (0, 255, 0, 255),
            (0, 0, 255, 255),
        ]
        assert [raster.tags()[f"CLASS_{value}"] for value in tiny.NAMES.codes] == list(tiny.NAMES.names)


def test_gdal_knows_the_names_as_categories(tmp_path: Path) -> None:
    """A virtual raster that GDAL makes of the file lists the class names in order."""
    _write(tmp_path, _drawn(seed=1), Ground())
    with quiet():
        rasterio.shutil.copy(tmp_path / "class.tif", tmp_path / "class.vrt", driver="VRT")
    found = re.findall(r"<Category>(.*?)</Category>", (tmp_path / "class.vrt").read_text(encoding="utf-8"))
    assert len(found) == 256
    names = ["nodata", "kaolinite", "talc; massive", "&lt;calcite&gt; &amp; co", "none of the known"]
    assert [found[value] for value in (0, 1, 4, 9, 255)] == names
    assert set(found) == {*names, "unused"}


def test_envi_classification_reads_back_in_spectral(lying: tuple[Path, Drawn]) -> None:
    """Values, class names and colours are those of the map."""
    folder, drawn = lying
    image = spy.open(folder / "class.hdr", folder / "class.img")
    assert np.array_equal(np.asarray(image.load()).squeeze().astype(int), drawn.map.raster)
    assert image.metadata["file type"] == "ENVI Classification"
    names, colours = image.metadata["class names"], np.reshape(image.metadata["class lookup"], (-1, 3)).astype(int)
    assert [names[value] for value in drawn.map.values] == [name.replace(",", ";") for name in drawn.map.names]
    assert colours[[1, 4, 9, 255]].tolist() == [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 0, 255]]


def test_envi_classification_reads_back_in_our_own_reader(lying: tuple[Path, Drawn]) -> None:
    """A map is a raster of labels for another study, georeference included."""
    folder, drawn = lying
    with open_cube(folder / "class.hdr") as cube:
        assert np.array_equal(cube.read_lines(0, 20)[:, :, 0], drawn.map.raster)
        assert cube.extra["transform"] == TRANSFORM


def test_probabilities_and_confidence_are_named_bands(bare: tuple[Path, Drawn]) -> None:
    """One band per class and one per measure, NaN as nodata, the values unchanged."""
    folder, drawn = bare
    with quiet(), rasterio.open(folder / "probability.tif") as raster:
        assert raster.descriptions == tiny.NAMES.names
        assert np.isnan(raster.nodata)
        np.testing.assert_array_equal(np.moveaxis(raster.read(), 0, 2), drawn.map.probability)
    with quiet(), rasterio.open(folder / "confidence.tif") as raster:
        assert raster.descriptions == CONFIDENCE
        np.testing.assert_array_equal(raster.read(2), drawn.map.entropy)


def test_map_json_counts_the_pixels(bare: tuple[Path, Drawn]) -> None:
    """Every pixel is in one of the named counts."""
    folder, drawn = bare
    facts = json.loads((folder / "map.json").read_text(encoding="utf-8"))
    assert sum(row["pixels"] for row in facts["legend"]) == drawn.map.raster.size
    assert facts["legend"][-1] == {
        "value": 255,
        "name": "none of the known",
        "colour": "#ff00ff",
        "pixels": int(drawn.map.novel.sum()),
    }


def test_pixel_size_stands_in_for_a_missing_georeference() -> None:
    """A laboratory scan lies in metres from its first pixel; a scan with ground keeps it."""
    cube = tiny.tiny_cube(tiny.tiny_counts(seed=1))
    assert Ground.of(cube).sized(1.25).transform == (0.00125, 0, 0, 0, -0.00125, 0)
    cube.extra.update(transform=TRANSFORM, crs=UTM)
    assert Ground.of(cube).sized(1.25) == Ground(TRANSFORM, UTM, 1.25)


CODES = (
    ((1, 4, 9), "uint8", 255),
    ((22, 254, 3), "uint8", 255),
    ((1, 4, 255), "uint16", 65535),
    ((301, 302, 40_000), "uint16", 65535),
    ((1, 4, 65_535), "int32", 2**31 - 1),
    ((-3, 4, 9), "int32", 2**31 - 1),
    ((-(2**31) + 1, 70_000, 2**31 - 1), "int32", 2**31 - 2),
)


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize(("codes", "kind", "novel"), CODES)
def test_class_maps_hold_the_codes_of_the_classes(
    tmp_path: Path, codes: tuple[int, ...], kind: str, novel: int
) -> None:
    """GeoTIFF and ENVI hold the same numbers, those of classes.tsv, and both say what each of them means."""
    classes = ClassMap(codes, ("nodata", "none of the known", "a, {b} & <c>"), tiny.NAMES.colours)
    drawn = _drawn(seed=5)
    drawn = replace(drawn, map=replace(drawn.map, classes=classes))
    _write(tmp_path, drawn, Ground(TRANSFORM, UTM))
    found = drawn.map
    expected = np.asarray([0, *codes])[found.label * found.valid + found.valid]
    expected[found.novel] = novel
    with rasterio.open(tmp_path / "class.tif") as raster:
        assert (raster.dtypes[0], raster.nodata) == (kind, 0)
        np.testing.assert_array_equal(raster.read(1), expected)
        assert [raster.tags()[f"CLASS_{value}"] for value in found.values] == list(found.names)
    image = spy.open(tmp_path / "class.hdr", tmp_path / "class.img")
    np.testing.assert_array_equal(np.asarray(image.open_memmap())[:, :, 0], expected)
    said = image.metadata["description"].removeprefix("Classes of A: ").split("; ")
    assert said[:2] == ["0 nodata", f"{codes[0]} nodata"]
    assert said[-1] == f"{novel} none of the known"
    assert [row["value"] for row in json.loads((tmp_path / "map.json").read_text())["legend"]] == [0, *codes, novel]
    assert read_facts(tmp_path)["classes"] == classes.to_dict()


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("codes", [(1, 4, 9), (301, 302, 40_000), (-3, 4, 9)])
def test_gdal_knows_names_and_colours_as_attributes(tmp_path: Path, codes: tuple[int, ...]) -> None:
    """A virtual raster that GDAL makes of the file has the table of attributes: value, class, red, green, blue."""
    drawn = _drawn(seed=5)
    _write(tmp_path, replace(drawn, map=replace(drawn.map, classes=replace(tiny.NAMES, codes=codes))), Ground())
    with quiet():
        rasterio.shutil.copy(tmp_path / "class.tif", tmp_path / "class.vrt", driver="VRT")
    text = (tmp_path / "class.vrt").read_text(encoding="utf-8")
    rows = [re.findall(r"<F>(.*?)</F>", row) for row in re.findall(r"<Row.*?</Row>", text, re.DOTALL)]
    assert [int(row[0]) for row in rows[:4]] == [0, *codes]
    assert rows[2][1:] == ["talc, massive", "0", "255", "0"]


def test_no_class_has_the_number_of_no_data() -> None:
    """A class with the code 0 could not be told from what is not classified."""
    with pytest.raises(DataError, match="keeps 0 for no data"):
        replace(_drawn(seed=1).map, classes=replace(tiny.NAMES, codes=(0, 4, 9)))


def test_more_classes_than_a_byte_holds(tmp_path: Path) -> None:
    """300 classes go into 16 bits, names too."""
    values = np.arange(301)
    raster = np.arange(600).reshape(20, 30) % 301
    legend = Legend(tuple(values.tolist()), tuple(f"class {value}" for value in values), ("#102030",) * 301)
    write_classes(tmp_path / "class.tif", raster.astype(np.uint16), legend=legend, ground=Ground(TRANSFORM), tags={})
    copy_as_envi(tmp_path / "class.tif", tmp_path / "class.img", legend=legend, scene="A")
    image = spy.open(tmp_path / "class.hdr", tmp_path / "class.img")
    np.testing.assert_array_equal(np.asarray(image.load()).squeeze().astype(int), raster)
    assert "300 class 300" in image.metadata["description"]


@pytest.mark.parametrize(("lines", "samples"), [(20, 30), (400, 20)])
def test_picture_is_landscape(tmp_path: Path, lines: int, samples: int) -> None:
    """A wide scan's panels stand side by side, a long one's lie above each other."""
    _write(tmp_path, _drawn(seed=6, lines=lines, samples=samples), Ground(pixel_mm=1.2))
    with Image.open(tmp_path / "map.png") as image:
        assert image.width > image.height


def test_no_colour_of_a_class_looks_like_no_class(tmp_path: Path) -> None:
    """Where nothing was classified the picture is chequered: a black class is black, the tray is not."""
    drawn = _drawn(seed=6)
    dark = replace(drawn, map=replace(drawn.map, classes=replace(tiny.NAMES, colours=("#000000",) * 3)), label=None)
    _write(tmp_path / "some", dark, Ground())
    nothing = replace(dark.map, probability=np.full_like(dark.map.probability, np.nan))
    _write(tmp_path / "none", replace(dark, map=nothing), Ground())
    black = [(np.asarray(Image.open(tmp_path / name / "map.png").convert("L")) < 5).mean() for name in ("some", "none")]
    assert black[0] > black[1] + 0.1
    board = chequered((12, 12))
    assert len(np.unique(board.reshape(-1, 4), axis=0)) == 2


def test_absent_and_mixed_maps_are_refused(tmp_path: Path) -> None:
    """No map.json is an error that names the rule; a picture of another scene is one too."""
    with pytest.raises(MissingFileError, match="rule 'paint'"):
        read_facts(tmp_path)
    with pytest.raises(MissingFileError, match="write it first"):
        copy_as_envi(
            tmp_path / "class.tif", tmp_path / "class.img", legend=Legend((0,), ("a",), ("#000000",)), scene="A"
        )
    _write(tmp_path / "one", _drawn(seed=7), Ground())
    _write(tmp_path / "other", _drawn(seed=7, lines=21), Ground())
    (tmp_path / "other" / "map.png").replace(tmp_path / "one" / "map.png")
    with pytest.raises(IntegrityError, match=r"map\.png: .*is of another map"):
        require_file(tmp_path / "one", "map.png")
