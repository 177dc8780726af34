"""Labels that are shares of classes: rasters, finer rasters of classes and tables, and what a bad one is told."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.transform import Affine
from rasterio.warp import transform_bounds

from scene_rows import GOOD, write_scenes
from semispectral.errors import SemispectralError
from semispectral.scans.labels import shares as share_files
from semispectral.scans.labels.label_files import read_scene_labels
from semispectral.scans.labels.label_rows import require_rows_of_scenes
from semispectral.scans.labels.shares import open_shares
from semispectral.scans.readers import open_scene
from semispectral.study.classes import ClassMap, CodeSet
from semispectral.study.scene import LabelSource, Scene
from semispectral.study.scenes import read_scenes

LINES, SAMPLES = SHAPE = (6, 4)
CLASSES = ClassMap((1, 2, 5), ("talc", "calcite", "mica"), ("#ff0000", "#00ff00", "#0000ff"))
PLACE = Affine(2.0, 0, 500_000, 0, -2.0, 6_000_000)


def geotiff(
    path: Path, values: np.ndarray, names: tuple[str, ...] = (), *, transform: Affine = PLACE, crs: str = "EPSG:32633"
) -> Path:
    """Write [band, line, sample] as a GeoTIFF with names of its bands."""
    shape = dict(zip(("count", "height", "width"), values.shape, strict=True))
    with rasterio.open(path, "w", driver="GTiff", dtype=values.dtype, transform=transform, crs=crs, **shape) as file:
        file.write(values)
        for band, name in enumerate(names, start=1):
            file.set_band_description(band, name)
    return path


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """A scan of six lines and four samples with a place on Earth; its labels are to be written."""
    scan = geotiff(tmp_path / "scan.tif", np.ones((3, *SHAPE), np.float32))
    codes = CodeSet(((1, 30),)), CodeSet(((255, 255),))
    labels = tmp_path / "shares.tif"
    return Scene("A", "H", scan, "", labels, "shares", "line,sample,band", "none", 1.0, None, *codes)


def dirichlet() -> np.ndarray:
    """Shares of three classes that sum to 1, float32 [line, sample, class]; the first pixel has none."""
    shares = np.random.default_rng(3).dirichlet(np.ones(3), SHAPE).astype(np.float32)
    shares[0, 0] = np.nan
    return shares


def read(scene: Scene) -> tuple[np.ndarray, np.ndarray]:
    """Shares of all pixels, and their labels."""
    with open_scene(scene) as cube, open_shares(scene.label_sources[0], scene, cube, CLASSES) as found:
        assert found.codes == CLASSES.codes
        return found.read_lines(0, LINES), read_scene_labels(scene, cube, CLASSES)


def as_table(path: Path, shares: np.ndarray) -> Path:
    """Write a table with a row for each pixel that has shares, the last class by its code."""
    rows = ["\t".join(map(str, ("A", *at, *shares[at]))) for at in np.ndindex(SHAPE) if np.isfinite(shares[at]).all()]
    path.write_text("\n".join(["scene\tline\tsample\ttalc\tcalcite\t5", *rows, "B\t0\t0\t1\t0\t0"]), encoding="utf-8")
    return path


@pytest.mark.parametrize("kind", ["bands", "unnamed", "table"])
def test_every_kind_has_the_same_shares(scene: Scene, tmp_path: Path, kind: str) -> None:
    """Bands named in another order, bands without names, and a table; the label is the dominant class."""
    shares = dirichlet()
    if kind == "bands":
        geotiff(scene.labels, shares.transpose(2, 0, 1)[[2, 0, 1]], ("mica", "talc", "2"))
    elif kind == "unnamed":
        np.save(tmp_path / "shares.npy", shares)
        scene = replace(scene, labels=tmp_path / "shares.npy")
    else:
        scene = replace(scene, labels=as_table(tmp_path / "shares.tsv", shares))
    found, labels = read(scene)
    np.testing.assert_allclose(found, shares, rtol=1e-5)
    dominant = np.asarray(CLASSES.codes)[np.nan_to_num(shares).argmax(axis=2)]
    np.testing.assert_array_equal(labels, np.where(np.nan_to_num(shares).max(axis=2) >= 0.5, dominant, 0))


def test_blocks_of_lines_change_nothing(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read line by line, labels and the shares of some pixels are those of the whole."""
    shares = dirichlet()
    geotiff(scene.labels, shares.transpose(2, 0, 1), CLASSES.names)
    whole = read(scene)[1]
    monkeypatch.setattr(share_files, "BLOCK_BYTES", 1)
    np.testing.assert_array_equal(read(scene)[1], whole)
    with open_scene(scene) as cube, open_shares(scene.label_sources[0], scene, cube, CLASSES) as found:
        np.testing.assert_allclose(
            found.at(np.array([5, 0, 2]), np.array([1, 0, 3])), shares[[5, 0, 2], [1, 0, 3]], 1e-5
        )


def test_the_least_share_decides_what_is_a_label(scene: Scene) -> None:
    """With 0 every pixel that has shares is labelled, with 1 those of one class alone."""
    shares = dirichlet()
    shares[1, 1] = [0, 1, 0]
    geotiff(scene.labels, shares.transpose(2, 0, 1), CLASSES.names)
    assert np.count_nonzero(read(replace(scene, labels_key="shares:0"))[1]) == LINES * SAMPLES - 1
    assert np.argwhere(read(replace(scene, labels_key="shares:1"))[1]).tolist() == [[1, 1]]


def test_the_rest_goes_to_classes_without_a_band(scene: Scene) -> None:
    """What the bands leave of 1 is shared by the classes that have none; with a band for each, shares are divided by
    their sum. Later files lie over the shares."""
    geotiff(scene.labels, np.full((2, *SHAPE), 0.4, np.float32), ("talc", "mica"))
    np.testing.assert_allclose(read(scene)[0], np.broadcast_to([0.4, 0.2, 0.4], (*SHAPE, 3)), rtol=1e-6)
    geotiff(scene.labels, np.full((3, *SHAPE), 0.2, np.float32), CLASSES.names)
    np.testing.assert_allclose(read(scene)[0], np.full((*SHAPE, 3), 1 / 3), rtol=1e-6)
    np.save(scene.labels.with_name("over.npy"), np.eye(LINES, SAMPLES, dtype=np.uint8) * 5)
    over = (LabelSource(scene.labels.with_name("over.npy")),)
    labels = read(replace(scene, labels_over=over, labels_key="shares:0.3"))[1]
    np.testing.assert_array_equal(labels, np.where(np.eye(LINES, SAMPLES), 5, 1))


@pytest.mark.parametrize("located", [True, False])
def test_finer_pixels_are_counted(scene: Scene, tmp_path: Path, located: bool) -> None:
    """Each pixel has the shares of the classes among its 25 finer ones, whose codes are counted here by brute force."""
    codes = np.random.default_rng(5).choice([1, 2, 5, 0, 77], (LINES * 5, SAMPLES * 5)).astype(np.uint8)
    codes[:5, :5] = 0
    if located:
        geotiff(scene.labels, codes[None], transform=PLACE @ Affine.scale(0.2))
    else:
        np.save(tmp_path / "finer.npy", codes)
        scene = replace(scene, labels=tmp_path / "finer.npy")
    found, _ = read(scene)
    for line, sample in np.ndindex(SHAPE):
        inside = codes[line * 5 : line * 5 + 5, sample * 5 : sample * 5 + 5]
        counts = np.array([(inside == code).sum() for code in CLASSES.codes])
        expected = counts / counts.sum() if counts.sum() >= 12.5 else np.full(3, np.nan)
        np.testing.assert_allclose(found[line, sample], expected, rtol=1e-6)


def test_finer_pixels_may_cover_a_part_in_another_system(scene: Scene) -> None:
    """A map of two lines and two samples in geographic coordinates labels these four pixels."""
    west, south, east, north = transform_bounds("EPSG:32633", "EPSG:4326", 500_002, 5_999_994, 500_006, 5_999_998)
    transform = Affine((east - west) / 40, 0, west, 0, (south - north) / 40, north)
    codes = np.kron(np.array([[1, 2], [5, 1]], np.uint8), np.ones((20, 20), np.uint8))
    geotiff(scene.labels, codes[None], transform=transform, crs="EPSG:4326")
    labels = read(replace(scene, labels_key="shares:0.8"))[1]
    np.testing.assert_array_equal(labels[1:3, 1:3], [[1, 2], [5, 1]])
    assert np.count_nonzero(labels) == 4


def bands(change: Callable[[np.ndarray], None]) -> np.ndarray:
    """Equal shares, changed by a function, [band, line, sample]."""
    shares = np.full((3, *SHAPE), 0.3, np.float32)
    change(shares)
    return shares


def put(value: float) -> Callable[[np.ndarray], None]:
    """A function that puts a value into line 2, sample 1 of the second band."""
    return lambda shares: shares.__setitem__((1, 2, 1), value)


@pytest.mark.parametrize(
    ("values", "names", "more", "said"),
    [
        (bands(put(1.5)), CLASSES.names, {}, "shares.tif, line 2, sample 1, band 2: a share from 0 to 1"),
        (bands(put(-0.1)), CLASSES.names, {}, "line 2, sample 1, band 2: a share from 0 to 1 is needed, got -0.1"),
        (bands(put(np.nan)), CLASSES.names, {}, "line 2, sample 1, band 2: a share from 0 to 1 is needed, got nan"),
        (bands(put(0.9)), CLASSES.names, {}, "line 2, sample 1: the shares of a pixel sum to at most 1, got 1.5"),
        (bands(put(30)), CLASSES.names, {}, "divide percent by 100"),
        (bands(put(0)), ("talc", "calcite", "muscovite"), {}, "band 3: 'muscovite' is no class of classes.tsv"),
        (bands(put(0)), ("talc", "calcite", "2"), {}, "these are of one class: calcite, 2"),
        (
            bands(put(0))[:2],
            (),
            {},
            "one for each class of classes.tsv that A uses, in the order of the codes: 3, got 2",
        ),
        (bands(put(0))[:, :5], CLASSES.names, {}, "must have the lines and samples of the data"),
        (bands(put(0)), CLASSES.names, {"crs": "EPSG:32634"}, "must lie on the pixels of the scan"),
        (bands(put(0)), CLASSES.names, {"transform": PLACE @ Affine.translation(1, 0)}, "a corner 1 pixels away"),
        (np.ones((1, *SHAPE), np.uint8), (), {"transform": PLACE @ Affine.scale(3)}, "3 times as long"),
        (np.full((1, *SHAPE), 9, np.uint8), (), {}, "needs some of a class on the scan"),
    ],
)
def test_bad_rasters_are_refused_by_name(
    scene: Scene, values: np.ndarray, names: tuple[str, ...], more: dict[str, object], said: str
) -> None:
    """The error names the file and the place, and says what is needed."""
    geotiff(scene.labels, values, names, **more)  # type: ignore[arg-type]  # a table of arguments
    with pytest.raises(SemispectralError) as caught:
        read(scene)
    assert said in str(caught.value)
    assert str(scene.labels) in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("A\t0\t1\t0.5\t0.6\n", "row 2: the shares of a pixel sum to more than 0 and at most 1, got 1.1"),
        ("A\t0\t1\t0.5\t-0.2\n", "row 2, column 'mica': a share from 0 to 1 is needed, such as 0.25, got '-0.2'"),
        (
            "A\t0\t1\t50\t20\n",
            "row 2, column 'talc': a share from 0 to 1 is needed, such as 0.25, got '50'; divide percent by 100",
        ),
        ("A\t0\t1\tnan\t0\n", "row 2, column 'talc'"),
        ("A\t0\t1\t0,5\t0\n", "such as 0.25, got '0,5'"),
        ("A\t9\t1\t1\t0\n", "row 2, column 'line': a line of A is needed, a whole number from 0 to 5, got '9'"),
        ("A\t0\t1\t1\t0\nA\t0\t1\t0\t1\n", "rows 2 and 3: line 0, sample 1 of A has shares twice"),
        ("A\t0\t1\t1\n", "row 2: 5 cells are needed"),
    ],
)
def test_bad_rows_are_refused_by_number(scene: Scene, tmp_path: Path, text: str, said: str) -> None:
    """The error names the file, the row and the column."""
    table = tmp_path / "shares.tsv"
    table.write_text("scene\tline\tsample\ttalc\tmica\n" + text, encoding="utf-8")
    with pytest.raises(SemispectralError) as caught:
        read(replace(scene, labels=table))
    assert said in str(caught.value)
    assert str(table) in str(caught.value)


def test_columns_and_scenes_that_nobody_knows_are_refused(scene: Scene, tmp_path: Path) -> None:
    """A column that is no class, a table without a class, and a row of a scene that does not read it."""
    table = tmp_path / "shares.tsv"
    here = replace(scene, labels=table)
    for header, said in (("talc\tbiotite", "column 'biotite'"), ("talc\ttalc", "talc"), ("", "a class")):
        cells = "".join("\t0.1" for _ in header.split())
        table.write_text(f"scene\tline\tsample\t{header}".rstrip() + f"\nA\t0\t0{cells}\n", encoding="utf-8")
        with pytest.raises(SemispectralError, match=said):
            read(here)
    table.write_text("scene\tline\tsample\ttalc\nB\t0\t0\t1\n", encoding="utf-8")
    with pytest.raises(SemispectralError, match="row 2: 'B' is no scene"):
        require_rows_of_scenes([here])


def test_a_least_share_that_is_none_is_refused(tmp_path: Path) -> None:
    """In the table of scenes, by its row and column."""
    for text in ("shares:2", "shares:half", "shares:-1"):
        path = write_scenes(tmp_path / "scenes.tsv", {**GOOD, "labels": "a.tif", "labels_key": text})
        with pytest.raises(SemispectralError, match="row 2, column 'labels_key': 'shares:' is followed by the share"):
            read_scenes(path, data_root=tmp_path, allow_outside=True)
