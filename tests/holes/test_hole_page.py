"""The page of a hole: its pictures, its data, and what a browser makes of it."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import tiny_models as tiny
from browser import Tab, browse, in_a_browser
from semispectral.downhole.composites import composite, even_intervals, runs_of_core
from semispectral.downhole.core_strips import palette_of, strips_of_hole
from semispectral.downhole.log import DownholeConfig
from semispectral.features.feature_files import NO_FEATURES
from semispectral.holes.hole_page import HoleContent, hole_shares, write_hole_page
from semispectral.holes.hole_spectra import spectra_facts
from semispectral.holes.strip_images import write_strips
from semispectral.maps.classify import Drawn
from semispectral.maps.scene_map import SceneMap
from semispectral.page.pixel_files import HELD, INDEX, write_held
from semispectral.page.pixels import Quantised
from semispectral.scans.identity import Identity
from semispectral.storage.seal import write_json
from semispectral.study.classes import CodeSet
from semispectral.study.scene import Scene

LINES, SAMPLES, BANDS = 150, 20, 6


def scenes() -> list[Scene]:
    """Two boxes of one hole."""
    none = CodeSet(())
    return [
        Scene(name, "H", Path(name), "", Path(name), "", "", "", 1.0, None, none, none, None, top, top + 3.0)
        for name, top in (("<box> 1", 10.0), ("box_2", 13.0))
    ]


def drawn(*, seed: int) -> Drawn:
    """A map with two runs of core beside each other."""
    random = np.random.default_rng(seed)
    probability = random.dirichlet(np.ones(3), (LINES, SAMPLES)).astype(np.float32)
    probability[:, [0, 9, 10, 11, 19]] = np.nan
    found = SceneMap(probability, np.zeros((LINES, SAMPLES), np.float32), -1.0, tiny.NAMES)
    return Drawn(found, random.random((LINES, SAMPLES, 3)).astype(np.float32), None, {})


def held_pixels(folder: Path, found: SceneMap) -> np.ndarray:
    """The pixels of a small scan, whose page holds all spectra; the spectra, float32 [pixel, band]."""
    spectra = np.random.default_rng(5).random((int(found.valid.sum()), BANDS)).astype(np.float32)
    folder.mkdir(parents=True)
    scan = Identity("A", LINES, SAMPLES, "")
    write_held(folder / HELD, {"spectrum": Quantised.of(spectra)}, scan)
    described: dict[str, Any] = {"tiles": {}, "side": 64, "tops": [], "grid": 1, "stride": 1, "bands": BANDS}
    described |= {"curves": ["spectrum"], "means": [[0.5] * BANDS] * 3, "wavelengths_nm": list(range(1000, 1600, 100))}
    write_json(folder / INDEX, described)
    return spectra


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, np.ndarray]:
    """A page of two boxes, and the spectra of each."""
    results = tmp_path_factory.mktemp("results")
    folder, boxes, maps = results / "holes/H", scenes(), [drawn(seed=1), drawn(seed=2)]
    for scene, each in zip(boxes, maps, strict=True):
        pixels = results / "maps" / scene.name / "pixels"
        spectra = held_pixels(pixels, each.map)
        own, folders = folder / "spectra" / scene.name, ("none", f"spectra/{scene.name}")
        facts = spectra_facts(pixels, each.map, NO_FEATURES, own=own, folders=folders)
        (folder / f"spectra/{scene.name}.js").write_text(f"semispectral.scene({json.dumps(facts)});", encoding="utf-8")
    strips = write_strips(folder / "strips", strips_of_hole(boxes, maps, run_share=0.3), palette_of(tiny.NAMES))
    pairs = zip(boxes, maps, strict=True)
    runs = [run for scene, each in pairs for run in runs_of_core(scene, each.map, below_m=0, run_share=0.3)[0]]
    table = composite("H", runs, even_intervals(runs, 0.5), tiny.NAMES, DownholeConfig())
    addresses = {scene.name: f"../../maps/{scene.name}/page.html" for scene in boxes}
    write_hole_page(folder / "index.html", HoleContent("H", strips, table, tiny.NAMES, addresses, 0.1))
    return folder / "index.html", spectra


def test_pictures_are_the_runs_of_core(page: tuple[Path, np.ndarray]) -> None:
    """The map is exact: the place of each pixel among the values, transparent beside the core."""
    strips = page[0].parent / "strips"
    with Image.open(strips / "1-map.png") as image:
        found, alpha = np.asarray(image), np.asarray(image.convert("RGBA"))[:, :, 3]
    expected = drawn(seed=1).map.place[:, 12:19]
    np.testing.assert_array_equal(found, expected)
    assert (alpha > 0).all()
    assert len(list(strips.glob("*-core.jpg"))) == 4


def test_data_and_names_are_safe_in_the_page(page: tuple[Path, np.ndarray]) -> None:
    """Names of scenes and classes are data and text, never markup; strips lie by depth."""
    text = page[0].read_text(encoding="utf-8")
    assert "<box>" not in text
    assert "&lt;calcite&gt; &amp; co" in text
    (data,) = re.findall(r"const HOLE = (.*?);\n", text)
    content = json.loads(data)
    assert [strip["top"] for strip in content["strips"]] == [10, 11.5, 13, 14.5]
    assert sum(content["intervals"]["shares"]["share_"][place][0] for place in range(3)) == pytest.approx(1, abs=1e-4)


def test_shares_of_a_hole_are_by_length_of_core() -> None:
    """The largest class comes first, unknown pixels last."""
    run = runs_of_core(scenes()[0], drawn(seed=1).map, below_m=0, run_share=0.3)[0]
    table = composite("H", run, even_intervals(run, 0.4), tiny.NAMES, DownholeConfig())
    shares = hole_shares(table, tiny.NAMES)
    assert sum(row["share"] for row in shares[:-1]) == pytest.approx(1)
    assert shares[0]["share"] >= shares[1]["share"] >= shares[2]["share"]


@in_a_browser
def test_a_click_shows_the_spectrum_of_the_pixel(page: tuple[Path, np.ndarray]) -> None:
    """In a browser, from a disk: the pixel under the pointer, its spectrum from the tiles, a link to its page."""
    path, spectra = page

    async def story(tab: Tab) -> tuple[str, list[float], str, list[str]]:
        await tab.until("window.semispectral && semispectral.drawing.frames > 0")
        await tab.value("semispectral.goTo(13.5)")
        await asyncio.sleep(0.2)
        await tab.value(
            "semispectral.show({scene: 'box_2', depth: 13.71, across: 0.5, line: 71, sample: 4});"
            "semispectral.spectra.pixel({scene: 'box_2', line: 71, sample: 4}).then("
            "(found) => { window.found = found.curves.spectrum; })"
        )
        await tab.until("window.found")
        said = await tab.value("document.getElementById('said').textContent")
        link = await tab.value("document.querySelector('#said a').getAttribute('href')")
        box = await tab.value("[...document.querySelectorAll('#boxes a')].pop().textContent")
        return said, await tab.value("Array.from(window.found)"), f"{box} {link}", tab.errors()

    said, found, links, errors = browse(path, story)
    row = int(drawn(seed=2).map.valid.ravel()[: 71 * SAMPLES + 4].sum())
    np.testing.assert_allclose(found, spectra[row], atol=0.01)
    assert said.startswith("box_2, line 71, sample 4, 13.710 m")
    assert links == "box_2 ../../maps/box_2/page.html#click=71,4"
    assert errors == []
