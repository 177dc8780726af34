"""Labels from the page of a scan: read back pixel by pixel, and refused over another scan."""

import json
from contextlib import nullcontext
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from semispectral.errors import DataError, SemispectralError
from semispectral.scans.identify import identify
from semispectral.scans.labels.label_files import read_scene_labels
from semispectral.scans.readers import open_scene
from semispectral.study.classes import ClassMap, CodeSet
from semispectral.study.scene import Scene

SHAPE = (6, 4)
CLASSES = ClassMap((1, 2), ("talc", "calcite"), ("#ff0000", "#00ff00"))


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """A scan of six lines and four samples, labelled on its page."""
    np.save(tmp_path / "a.npy", np.arange(6 * 4 * 3.0).reshape(*SHAPE, 3))
    codes = CodeSet(((1, 30),)), CodeSet(())
    files = tmp_path / "a.npy", "", tmp_path / "A_labels.geojson", ""
    return Scene("A", "H1", *files, "line,sample,band", "none", 1.0, None, *codes)


def patch(name: object, left: float, top: float, right: float, bottom: float) -> dict[str, Any]:
    ring = [[left, top], [right, top], [right, bottom], [left, bottom], [left, top]]
    geometry = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "properties": {"class": name, "colour": "#123456"}, "geometry": geometry}


def write(scene: Scene, /, *patches: dict[str, Any], **changed: object) -> None:
    """Write the file as the page does; ``changed`` are wrong facts of the scan."""
    member = asdict(identify(scene)) | changed
    content = {"type": "FeatureCollection", "semispectral_labels": member, "features": list(patches)}
    scene.labels.write_text(json.dumps(content), encoding="utf-8")


def read(scene: Scene) -> np.ndarray:
    with open_scene(scene) as cube:
        return read_scene_labels(scene, cube, CLASSES)


def test_patches_are_labels_of_the_pixels_below_them(scene: Scene) -> None:
    """Edges of patches are edges of pixels; x is the sample, y the line, downwards."""
    write(scene, patch("talc", 1, 0, 3, 2), patch("calcite", 0, 5, 4, 6), patch("talc", 0, 0, 1, 1))
    expected = np.zeros(SHAPE, int)
    expected[0:2, 1:3], expected[5], expected[0, 0] = 1, 2, 1
    np.testing.assert_array_equal(read(scene), expected)


def test_a_file_without_patches_labels_nothing(scene: Scene) -> None:
    """Somebody may have saved before anything was drawn."""
    write(scene)
    assert not read(scene).any()


def test_another_name_scale_or_format_is_the_same_scan(scene: Scene, tmp_path: Path) -> None:
    """What scenes.tsv says of a scan may change after its labels were drawn; the scan is known by its values."""
    write(scene, patch("talc", 0, 0, 1, 1))
    np.save(tmp_path / "b.npy", np.load(scene.data).astype(">f4"))
    again = replace(scene, name="B", data=tmp_path / "b.npy", scale=0.5, nodata=3.0)
    assert read(again)[0, 0] == 1


def test_labels_of_another_scan_are_refused(scene: Scene) -> None:
    """A file that was saved on another scan says so, whatever its size."""
    write(scene, patch("talc", 0, 0, 1, 1), scene="DH9_2", content="0123456789abcdef")
    with pytest.raises(DataError, match=r"A_labels\.geojson: these labels were drawn on another scan, 'DH9_2'"):
        read(scene)
    write(scene, patch("talc", 0, 0, 1, 1), lines=7)
    with pytest.raises(DataError, match=r"another scan.*7 lines.*not on A \(6 lines"):
        read(scene)
    write(scene, patch("talc", 0, 0, 1, 1), lines="many")
    with pytest.raises(DataError, match="must say the scan"):
        read(scene)


@pytest.mark.parametrize(
    ("patches", "told"),
    [
        ([patch("talk", 0, 0, 1, 1)], r"feature 1: 'talk' is no class.*'talc'.*'3, talk, #123456'"),
        ([patch("talc", 0, 0, 1, 1), patch("talc", 3, 0, 5, 1)], r"feature 2: an area inside the scan.*samples 3 to 5"),
        ([patch("talc", 0, 0, float("nan"), 1)], "feature 1: an area inside the scan"),
        ([patch("talc", 0, 0, 0, 0)], "feature 1: a polygon with an area is needed"),
        (
            [patch("talc", 0, 0, 2, 2), patch("calcite", 1, 1, 3, 3)],
            r"features 1 and 2: they give 1 pixels two classes",
        ),
        (
            [patch("talc", 0, 0, 1, 1), patch("Talc", 1.6, 1.6, 1.9, 1.9)],
            "feature 2: an area over the centre of a pixel",
        ),
        ([patch(None, 0, 0, 1, 1)], "feature 1: the name of a class"),
        ([{"type": "Feature"}], "feature 1: a polygon with the property class"),
    ],
)
def test_a_bad_patch_is_named(scene: Scene, patches: list[dict[str, Any]], told: str) -> None:
    """The message for a bad patch has the file, its number and what was needed."""
    write(scene, *patches)
    with pytest.raises(DataError, match=told):
        read(scene)


def test_a_picture_of_another_scan_is_refused(scene: Scene) -> None:
    """A PNG that a page saved says of which scan it is; one that says nothing is taken by its size."""
    path = scene.labels.with_suffix(".png")
    for content, told in (("0" * 16, "another scan"), (identify(scene).content, ""), (None, "")):
        text = PngInfo()
        if content:
            text.add_text("semispectral_labels", json.dumps(asdict(identify(scene)) | {"content": content}))
        Image.fromarray(np.ones(SHAPE, np.uint8)).save(path, pnginfo=text)
        with pytest.raises(DataError, match=told) if told else nullcontext():
            assert read(replace(scene, labels=path)).all()


def test_a_damaged_file_and_a_key_are_refused(scene: Scene) -> None:
    """Half a file is no file, and the file itself says where the classes are."""
    write(scene, patch("talc", 0, 0, 1, 1))
    with pytest.raises(SemispectralError, match="labels_key 'class'"):
        read(replace(scene, labels_key="class"))
    scene.labels.write_text(scene.labels.read_text(encoding="utf-8")[:-9], encoding="utf-8")
    with pytest.raises(SemispectralError, match=r"A_labels\.geojson"):
        read(scene)
