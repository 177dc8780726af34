"""Labels on a page, in a real browser: tools, keys, undo, what is kept, and files that come back as they were drawn."""

import asyncio
import base64
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from PIL import Image

from browser import IN_A_BROWSER, Tab, browse
from semispectral.errors import DataError
from semispectral.features.feature_files import SceneFeatures
from semispectral.features.feature_settings import Window
from semispectral.page.content import Labelling
from semispectral.page.layers import Overlay
from semispectral.page.unmapped import write_unmapped_page
from semispectral.scans.labels.label_files import read_scene_labels
from semispectral.scans.readers import open_scene
from semispectral.spectra.cleaning_settings import CleanConfig
from semispectral.study.classes import ClassMap, CodeSet
from semispectral.study.scene import Scene

pytestmark = IN_A_BROWSER

LINES, SAMPLES, BANDS = 40, 30, 8
CLASSES = ClassMap((3, 7, 200), ("talc", "calcite, pure", "tray"), ("#ff0000", "#00ff00", "#0000ff"))
READY = "document.body && document.body.dataset.ready === 'yes'"
KEYS = {"Enter": 13, "Escape": 27, "ArrowDown": 40, "ArrowRight": 39}
CONTROL, SHIFT = 2, 8


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """A scan whose spectra differ from pixel to pixel."""
    path = tmp_path_factory.mktemp("scan") / "core.npy"
    np.save(path, np.random.default_rng(1).uniform(0.1, 0.9, (LINES, SAMPLES, BANDS)).astype(np.float32))
    codes = CodeSet(((1, 99),)), CodeSet(((4, 4), (255, 255)))
    return Scene("A_1", "H1", path, "", path, "", "line,sample,band", "none", 1.0, None, *codes)


@pytest.fixture(scope="module")
def clusters() -> np.ndarray:
    """Three clusters in bands of ten samples; the first one is cut in two at line 20."""
    place = np.repeat(np.repeat([[1, 2, 3]], LINES, axis=0), 10, axis=1)
    place[20, :10] = 2
    return place


@pytest.fixture(scope="module")
def page(scene: Scene, clusters: np.ndarray, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of that scan, without a model."""
    path = tmp_path_factory.mktemp("page") / "page.html"
    overlay = Overlay("clusters", clusters, ("group 1", "group 2", "group 3"), ("#111111", "#222222", "#333333"))
    write_unmapped_page(path, scene, CleanConfig(), labelling=Labelling.of(scene, CLASSES), overlays=(overlay,))
    return path


def test_absorption_features_are_on_a_page_without_a_model(scene: Scene, tmp_path: Path) -> None:
    """They are layers beside the others, and the values of the stored pixels, though nobody has labelled one."""
    values = np.random.default_rng(2).uniform(2190, 2220, (2, LINES, SAMPLES)).astype(np.float32)
    features = SceneFeatures(("clay_position_nm", "clay_depth"), values, (Window("clay", 2120, 2245),))
    labelling = Labelling.of(scene, CLASSES)
    write_unmapped_page(tmp_path / "with.html", scene, CleanConfig(), labelling=labelling, features=features)
    write_unmapped_page(tmp_path / "without.html", scene, CleanConfig(), labelling=labelling)
    said, bare = ((tmp_path / name).read_text(encoding="utf-8") for name in ("with.html", "without.html"))
    assert said.count("clay_position_nm") >= 2  # a layer to show, and a value of a click
    assert "clay_depth" not in bare


async def press(tab: Tab, key: str, modifiers: int = 0) -> None:
    """Press a key of the keyboard."""
    code = KEYS.get(key, ord(key.upper()[0]))
    of_key = {"key": key, "windowsVirtualKeyCode": code, "modifiers": modifiers}
    await tab.call("Input.dispatchKeyEvent", type="keyDown", **of_key)
    await tab.call("Input.dispatchKeyEvent", type="keyUp", **of_key)


async def at(tab: Tab, line: int, sample: int) -> tuple[float, float]:
    """The point of the window over a pixel."""
    x, y = await tab.value(f"semispectral.view.windowAt({line}, {sample})")
    return x, y


async def drag(tab: Tab, *pixels: tuple[int, int]) -> None:
    """Press the mouse at the first pixel, move it over the others, and release it at the last one."""
    points = [await at(tab, *pixel) for pixel in pixels]
    for kind, (x, y) in zip(
        ("mousePressed", *("mouseMoved" for _ in points[1:-1]), "mouseReleased"), points, strict=True
    ):
        button = {"button": "left", "buttons": 1, "clickCount": 1}
        await tab.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, **button)


async def labels_of(tab: Tab) -> np.ndarray:
    """The place of each pixel's class in the list, from 1; 0 without a label."""
    return np.array(await tab.value("Array.from(semispectral.labels.at)"), int).reshape(LINES, SAMPLES)


async def saved(tab: Tab, folder: Path, button: str, name: str) -> Path:
    """Click a button that downloads a file, and wait for it."""
    await tab.call("Page.setDownloadBehavior", behavior="allow", downloadPath=str(folder))
    await tab.value(f"document.getElementById('{button}').click()")
    for _ in range(600):
        if (folder / name).is_file() and (folder / name).stat().st_size:
            return folder / name
        await asyncio.sleep(0.05)
    raise TimeoutError(name)


def read(scene: Scene, path: Path, classes: ClassMap = CLASSES) -> np.ndarray:
    """The codes that a file gives the scan."""
    scene = replace(scene, labels=path)
    with open_scene(scene) as cube:
        return read_scene_labels(scene, cube, classes)


def test_the_list_has_the_classes_that_the_scene_uses(page: Path) -> None:
    """A class whose code the scene does not use cannot be given; the page is small and needs nothing else."""
    text = page.read_text(encoding="utf-8")
    content = json.loads(text.split('id="content">')[1].split("</script>")[0])
    assert [each["name"] for each in content["classes"]] == ["talc", "calcite, pure"]
    assert content["taken"] == [3, 4, 7, 200, 255]
    assert page.stat().st_size < 2_500_000


def test_tools_keys_and_files(page: Path, scene: Scene, clusters: np.ndarray, tmp_path: Path) -> None:
    """Pixel, patch, brush and polygon give the chosen class; both downloads read back as what the page shows."""

    async def story(tab: Tab) -> dict[str, Any]:
        await tab.until(READY)
        await press(tab, "p")
        await tab.click(*await at(tab, 2, 25))
        await press(tab, "2")
        await press(tab, "c")
        await tab.click(*await at(tab, 5, 5))
        after_patch = await labels_of(tab)
        await press(tab, "ArrowDown")  # the last class stays chosen
        await press(tab, "b")
        await tab.value("semispectral.view.brush = 1.2")
        await drag(tab, (30, 22), (30, 24), (30, 28))
        await press(tab, "1")
        await press(tab, "g")
        for corner in ((22, 12), (22, 17), (27, 17)):
            await tab.click(*await at(tab, *corner))
        await press(tab, "Enter")
        drawn = await labels_of(tab)
        await saved(tab, tmp_path, "geojson", "A_1_labels.geojson")
        await saved(tab, tmp_path, "png", "A_1_labels.png")
        means = "Bokeh.documents[0].get_model_by_name('means').data.colour"
        await tab.until(f"{means}.length === 2")
        return {"patch": after_patch, "drawn": drawn, "errors": tab.errors(), "means": await tab.value(means)}

    seen = browse(page, story)
    assert seen["errors"] == []
    patch = np.zeros((LINES, SAMPLES), int)
    patch[:20, :10], patch[2, 25] = 2, 1
    np.testing.assert_array_equal(seen["patch"], patch)
    drawn = seen["drawn"]
    assert (drawn[30, 22:29] == 2).all()
    assert (drawn[[28, 32]] != 2).all()
    lines, samples = np.mgrid[:LINES, :SAMPLES] + 0.5
    triangle = shapely.Polygon(
        [(12.5, 22.5), (17.5, 22.5), (17.5, 27.5)]
    )  # the centres of the pixels that were clicked
    assert (drawn == 1)[shapely.contains_xy(triangle.buffer(-0.3), samples, lines)].all()
    assert (drawn == 1).sum() == 1 + (drawn == 1)[shapely.contains_xy(triangle.buffer(0.3), samples, lines)].sum()
    codes = np.array([0, 3, 7])[drawn]
    np.testing.assert_array_equal(read(scene, tmp_path / "A_1_labels.geojson"), codes)
    np.testing.assert_array_equal(read(scene, tmp_path / "A_1_labels.png"), codes)
    assert sorted(seen["means"]) == ["#00ff00", "#ff0000"]


def test_undo_redo_and_marks_by_keyboard(page: Path) -> None:
    """A stroke is undone at once; the marked pixel moves with shift and arrows, and Enter labels it."""

    async def story(tab: Tab) -> list[np.ndarray]:
        await tab.until(READY)
        await press(tab, "b")
        await drag(tab, (3, 3), (3, 8), (3, 20))
        stroke = await labels_of(tab)
        await press(tab, "z", CONTROL)
        undone = await labels_of(tab)
        await press(tab, "y", CONTROL)
        redone = await labels_of(tab)
        await tab.value("semispectral.labels.give(Array.from(semispectral.labels.at.keys()), 0)")
        await press(tab, "p")
        await tab.value("semispectral.show(10, 10)")
        await press(tab, "ArrowDown", SHIFT)
        await press(tab, "ArrowRight", SHIFT)
        await press(tab, "Enter")
        return [stroke, undone, redone, await labels_of(tab)]

    stroke, undone, redone, marked = browse(page, story)
    assert stroke[3, 3:21].all()
    assert not undone.any()
    np.testing.assert_array_equal(redone, stroke)
    assert np.argwhere(marked).tolist() == [[11, 11]]


def test_new_classes_are_kept_and_written_out(page: Path, scene: Scene, tmp_path: Path) -> None:
    """A new class gets a free code, which classes.tsv says; a page that is opened again has it, and its labels."""

    async def story(tab: Tab) -> dict[str, Any]:
        await tab.until(READY)
        said = await tab.value(
            "[semispectral.labels.add('Talc ', '#123456'), semispectral.labels.add('=1+1', '#123456'),"
            " semispectral.labels.add('  gypsum ', '#123456')]"
        )
        await tab.value("semispectral.labels.give([0, 31], 3)")
        await tab.until("document.body.dataset.kept === '2'")
        await saved(tab, tmp_path, "table", "classes.tsv")
        await saved(tab, tmp_path, "geojson", "A_1_labels.geojson")
        await tab.value("window.before = true")
        await tab.call("Page.reload")
        await tab.until("!window.before")
        await tab.until(READY)
        rows = await tab.value("Array.from(document.querySelectorAll('#classes b'), (row) => row.textContent)")
        return {"said": said, "labels": await labels_of(tab), "rows": rows, "errors": tab.errors()}

    seen = browse(page, story)
    assert seen["errors"] == []
    assert [bool(words) for words in seen["said"]] == [True, True, False]
    assert np.argwhere(seen["labels"] == 3).tolist() == [[0, 0], [1, 1]]
    assert seen["rows"][1:] == ["talc", "calcite, pure", "gypsum"]
    table = (tmp_path / "classes.tsv").read_text(encoding="utf-8").splitlines()
    assert table == ["code\tname\tcolour", "3\ttalc\t#ff0000", "7\tcalcite, pure\t#00ff00", "8\tgypsum\t#123456"]
    with pytest.raises(DataError, match=r"feature 1: 'gypsum' is no class.*'8, gypsum, #123456'"):
        read(scene, tmp_path / "A_1_labels.geojson")
    codes = read(scene, tmp_path / "A_1_labels.geojson", ClassMap.read(tmp_path / "classes.tsv"))
    assert np.argwhere(codes == 8).tolist() == [[0, 0], [1, 1]]


def test_each_new_class_is_offered_a_colour_of_its_own(page: Path) -> None:
    """Two classes that are added with the colours that the form offers can be told apart on the map."""

    async def story(tab: Tab) -> list[str]:
        await tab.until(READY)
        for name in ("gypsum", "halite"):
            await tab.value(f"document.getElementById('new-name').value = '{name}'")
            await tab.value("document.getElementById('add').requestSubmit()")
        assert tab.errors() == []
        found: list[str] = await tab.value("semispectral.labels.added.map((each) => each.colour)")
        return found

    colours = browse(page, story)
    assert len(set(colours)) == len(colours) == 2


def test_a_page_without_classes_says_what_to_do_first(scene: Scene, tmp_path: Path) -> None:
    """A study may have no table of classes yet: a class is added first, then something is labelled, then it is kept."""
    write_unmapped_page(tmp_path / "page.html", scene, CleanConfig(), labelling=Labelling())

    async def story(tab: Tab) -> list[str]:
        await tab.until(READY)
        steps = ("0", "semispectral.labels.add('talc', '#ff0000')", "semispectral.labels.give([0], 1)")
        said = []
        for step, words in zip(steps, ("no class yet", "Nothing is labelled", "1 pixels labelled"), strict=True):
            await tab.value(step)
            await tab.until(f"document.getElementById('said').textContent.includes('{words}')")
            said.append(words)
        return said

    assert len(browse(tmp_path / "page.html", story)) == 3


def test_any_labels_survive_their_file(page: Path, scene: Scene, tmp_path: Path) -> None:
    """Random labels, with holes and pixels that touch at corners, are the same once saved and loaded."""
    random = np.random.default_rng(5)
    drawn = random.choice([0, 1, 2], p=[0.3, 0.5, 0.2], size=(LINES, SAMPLES))
    drawn[10:20, 10:20], drawn[12:18, 12:18], drawn[14:16, 14:16] = 1, 0, 2

    async def story(tab: Tab) -> dict[str, Any]:
        await tab.until(READY)
        everything = "Array.from(semispectral.labels.at.keys())"
        await tab.value(f"semispectral.labels.give({everything}, {drawn.ravel().tolist()})")
        text = await tab.value("semispectral.asGeoJson(semispectral.labels)")
        await tab.value(f"semispectral.labels.give({everything}, 0)")
        said = await tab.value(f"semispectral.takeGeoJson(semispectral.labels, {json.dumps(text)})")
        other = await tab.value(
            f"semispectral.takeGeoJson(semispectral.labels, {json.dumps(text.replace('content', 'kontent', 1))})"
        )
        return {"text": text, "said": [said, other], "labels": await labels_of(tab)}

    seen = browse(page, story)
    assert seen["said"] == ["", "This is no file of labels from a page."]
    np.testing.assert_array_equal(seen["labels"], drawn)
    path = tmp_path / "A_1_labels.geojson"
    path.write_text(seen["text"], encoding="utf-8")
    np.testing.assert_array_equal(read(scene, path), np.array([0, 3, 7])[drawn])


def test_labels_of_another_scan_are_not_loaded(page: Path) -> None:
    """The page says whose labels they are, and keeps its own."""
    member = {"scene": "B_2", "lines": 9, "samples": 9, "content": "00"}
    text = json.dumps({"type": "FeatureCollection", "semispectral_labels": member, "features": []})

    async def story(tab: Tab) -> str:
        await tab.until(READY)
        said: str = await tab.value(f"semispectral.takeGeoJson(semispectral.labels, {json.dumps(text)})")
        return said

    assert "another scan, B_2 (9 lines, 9 samples)" in browse(page, story)


def test_the_page_shows_the_picture_the_clusters_and_the_labels(page: Path) -> None:
    """Every pixel of the canvas is a pixel of the scan; a labelled one has the colour of its class."""

    async def story(tab: Tab) -> tuple[Any, Any]:
        await tab.until(READY)
        await tab.value("semispectral.labels.give([5 * 30 + 6], 1)")
        await tab.value("semispectral.view.layers[0].opacity = 1; semispectral.view.paint(); semispectral.view.draw()")
        picture = await tab.value("document.getElementById('view').toDataURL().split(',')[1]")
        places = await tab.value(
            "[[5, 6], [5, 25]].map(([line, sample]) => semispectral.view.canvasAt([sample + 0.5, line + 0.5]))"
        )
        return picture, places

    picture, places = browse(page, story)
    path = page.with_name("canvas.png")
    path.write_bytes(base64.b64decode(picture))
    canvas = Image.open(path).convert("RGB")
    labelled, bare = (canvas.getpixel((int(x), int(y))) for x, y in places)
    assert bare == (0x33, 0x33, 0x33)
    assert labelled[0] > 180
    assert max(labelled[1:]) < 40


def test_a_second_finger_zooms_and_paints_nothing(page: Path) -> None:
    """What the first finger had painted is taken back, and the picture is larger."""

    async def story(tab: Tab) -> tuple[np.ndarray, float, float]:
        await tab.until(READY)
        await press(tab, "b")
        before = await tab.value("semispectral.view.scale")
        first, second = await at(tab, 10, 10), await at(tab, 20, 20)
        fingers = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate((first, second))]
        await tab.call("Input.dispatchTouchEvent", type="touchStart", touchPoints=fingers[:1])
        assert (await labels_of(tab)).any()
        await tab.call("Input.dispatchTouchEvent", type="touchStart", touchPoints=fingers)
        apart = [fingers[0], fingers[1] | {"x": second[0] + 60, "y": second[1] + 60}]
        await tab.call("Input.dispatchTouchEvent", type="touchMove", touchPoints=apart)
        await tab.call("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
        return await labels_of(tab), before, await tab.value("semispectral.view.scale")

    labels, before, after = browse(page, story)
    assert not labels.any()
    assert after > before
