"""The interactive page: small, self-contained, true to the scan, and alive in a real browser."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tiny_models as tiny
from browser import CHROMIUM, Tab, browse
from semispectral.features.absorption import measure, plan_for
from semispectral.features.feature_files import NO_FEATURES, SceneFeatures
from semispectral.features.feature_settings import FeaturesConfig, Formula, Window
from semispectral.figures import samples as draws
from semispectral.maps.bundle import Bundle
from semispectral.maps.classify import Known, draw_map
from semispectral.maps.scene_map import SceneMap
from semispectral.maps.smoothing import SmoothConfig
from semispectral.page import write_page
from semispectral.page.content import Labelling, Overlay, bytes_for_spectra
from semispectral.page.feature_layers import COLOURS, overlays
from semispectral.page.mapped import Beside, curves_of
from semispectral.page.pixels import PagePixels, Quantised, collect, stride_for
from semispectral.scans.cube import Cube
from semispectral.scans.identity import Identity
from semispectral.spectra.scaling import METHODS, fit_scaler

SCALE = 2.5e-5
LINE, SAMPLE = 17, 6
SCAN = Identity("A", tiny.LINES, tiny.SAMPLES, "0123456789abcdef")
READY = "document.body && document.body.dataset.ready === 'yes'"
needs_chromium = pytest.mark.skipif(not CHROMIUM, reason="no chromium on this machine: the page was not opened")


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> tuple[np.ndarray, SceneMap, Bundle]:
    """A scan, its map and the model that made it; its first lines are not of interest."""
    bundle = tiny.tiny_bundle(tmp_path_factory.mktemp("models") / "model", seed=3)
    counts, wanted = tiny.tiny_counts(seed=4), np.ones((tiny.LINES, tiny.SAMPLES), bool)
    wanted[:2] = False
    found = draw_map(tiny.tiny_cube(counts), bundle, known=Known(wanted), smooth=SmoothConfig(), threads=1).map
    return counts, found, bundle


def features_of(counts: np.ndarray) -> SceneFeatures:
    """The features of a scan in a window of the tiny sensor, and a formula; none in its last line."""
    first, last = tiny.WAVELENGTHS_NM[1], tiny.WAVELENGTHS_NM[-2]
    settings = FeaturesConfig(
        windows=(Window("mine", float(first), float(last)),),
        formulas=(Formula("twice", "2 * mine_depth"),),
        least_depth=0.0,
    )
    plan = plan_for(settings, tiny.WAVELENGTHS_NM, where="test")
    values = measure(counts.reshape(-1, counts.shape[2]), plan).T.reshape(-1, *counts.shape[:2])
    values[:, -1] = np.nan
    return SceneFeatures(plan.names, values, plan.windows)


@pytest.fixture(scope="module")
def page(scene: tuple[np.ndarray, SceneMap, Bundle], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The page of that scan."""
    counts, found, bundle = scene
    path = tmp_path_factory.mktemp("page") / "page.html"
    given = np.zeros(found.shape, np.int32)
    given[LINE, SAMPLE] = 4
    depth_m = np.broadcast_to(300 + np.arange(tiny.LINES)[:, np.newaxis] / 100, found.shape)
    beside = Beside(Labelling(tiny.NAMES, given=given), depth_m, "../../report/index.html", features_of(counts))
    write_page(path, tiny.tiny_cube(counts), found, bundle, scan=SCAN, scale=SCALE, beside=beside)
    return path


def stored(cube: Cube, found: SceneMap, bundle: Bundle) -> PagePixels:
    """All pixels of a mapped scan, as its page stores them."""
    curves = curves_of(cube, bundle, scale=SCALE)
    return collect(cube, found.valid, curves, bytes_per_pixel=1, budget=10**6)


def as_colour(pixel: int) -> str:
    """A pixel of a canvas, opaque in its highest byte, as a colour."""
    return "#" + "".join(f"{pixel >> shift & 255:02x}" for shift in (0, 8, 16))


def test_quantised_values_are_off_by_half_a_step_at_most() -> None:
    """One byte per value, low and step per row; a constant row stays."""
    values = np.random.default_rng(1).normal(3, 2, (20, 50)).astype(np.float32)
    values[4] = 7
    kept = Quantised.of(values)
    assert (np.abs(kept.values() - values) <= 0.501 * kept.step[:, None]).all()
    np.testing.assert_array_equal(kept.values()[4], 7)


def test_large_scenes_are_thinned_into_the_budget() -> None:
    """The least stride that fits, and 1 where all fits."""
    valid = np.ones((300, 200), bool)
    stride = stride_for(valid, bytes_per_pixel=100, budget=50_000)
    assert valid[::stride, ::stride].sum() * 100 <= 50_000
    assert valid[:: stride - 1, :: stride - 1].sum() * 100 > 50_000
    assert stride_for(valid, bytes_per_pixel=1, budget=60_000) == 1


@pytest.mark.parametrize("method", METHODS)
def test_normalised_spectra_come_back(method: str) -> None:
    """Undoing each normalisation gives the spectra of the scan."""
    raw = tiny.tiny_pixels(seed=1).x.astype(np.float32)
    windows = ((1000.0, 1110.0),)  # of hull quotients, all bands: what lies in none does not come back
    scaler = fit_scaler(raw, method=method, wavelengths_nm=tiny.WAVELENGTHS_NM, windows=windows)
    np.testing.assert_allclose(scaler.restored(scaler.transform(raw), raw), raw, rtol=1e-3)


def test_reconstructions_are_those_of_m1_on_its_own_scale(tmp_path: Path) -> None:
    """Where M1 sees two views, the page shows what it makes of the first, in the units of the scan."""
    options = {"features": "bands", "scaling_m1": "views"}
    bundle = tiny.tiny_bundle(tmp_path / "model", seed=3, **options)
    counts = tiny.tiny_counts(seed=4)
    found = draw_map(tiny.tiny_cube(counts), bundle, known=Known(), smooth=SmoothConfig(), threads=1).map
    kept = stored(tiny.tiny_cube(counts), found, bundle)
    raw = counts[LINE, SAMPLE][np.newaxis].astype(np.float32)
    scaler = fit_scaler(tiny.tiny_pixels(seed=3).x, method="views")
    rebuilt = scaler.undo_columns(draws.reconstructed(bundle.pipeline.m1, scaler.transform(raw)))[:, : tiny.BANDS]
    expected = (rebuilt * raw.std() + raw.mean()) * SCALE
    row = kept.place[LINE, SAMPLE]
    found_curve = kept.curves["reconstruction"]
    np.testing.assert_allclose(found_curve.values()[row], expected[0], atol=found_curve.step[row])


def test_kept_pixels_are_those_of_the_scan(scene: tuple[np.ndarray, SceneMap, Bundle]) -> None:
    """The row of a place holds its spectrum; pixels of no interest have no row."""
    counts, found, bundle = scene
    kept = stored(tiny.tiny_cube(counts, chunk_lines=5), found, bundle)
    row = kept.place[LINE, SAMPLE]
    np.testing.assert_allclose(kept.curves["spectrum"].values()[row], counts[LINE, SAMPLE] * SCALE, atol=2e-3)
    assert kept.kept.ravel().nonzero()[0][row] == LINE * tiny.SAMPLES + SAMPLE
    assert (kept.place[:2] == -1).all()


def test_page_needs_nothing_else(page: Path) -> None:
    """No script, style, image or font is loaded from anywhere, and class names cannot break out of the page."""
    content = page.read_text(encoding="utf-8")
    markup = re.sub(r"(<script[^>]*>).*?</script>", r"\1", content, flags=re.DOTALL)
    assert not re.search(r"""<(script|link|img|iframe)[^>]*\s(src|href)=""", markup)
    assert "default-src 'none'" in markup
    assert "<calcite>" not in markup
    assert "&lt;calcite&gt;" in content
    assert page.stat().st_size < 3_000_000


def test_payload_reads_back(page: Path) -> None:
    """The pixels are valid JSON in the page."""
    content = page.read_text(encoding="utf-8")
    match = re.search(r'id="content">(.*?)</script>', content, re.DOTALL)
    assert match is not None
    assert [each["name"] for each in json.loads(match[1])["model"]] == list(tiny.NAMES.names)


@needs_chromium
def test_a_click_shows_the_pixel(page: Path, scene: tuple[np.ndarray, SceneMap, Bundle]) -> None:
    """In a browser, without errors or requests: a mouse click on the map shows that pixel's spectrum and class."""
    counts, found, _ = scene

    async def story(tab: Tab) -> dict[str, Any]:
        await tab.until(READY)
        await tab.click(*await tab.value(f"semispectral.view.windowAt({LINE}, {SAMPLE})"))
        await tab.until("document.getElementById('pixel').textContent.startsWith('line')")
        spectrum = await tab.value("Array.from(Bokeh.documents[0].get_model_by_name('spectrum').data.y)")
        text = await tab.value("document.getElementById('pixel').textContent")
        address = await tab.value("window.location.hash")
        back = await tab.value("document.querySelector('a').getAttribute('href')")
        top = await tab.value("Bokeh.documents[0].get_model_by_name('spectra').y_range.end")
        seen = {"text": text, "spectrum": spectrum, "address": address, "back": back, "top": top}
        return seen | {"errors": tab.errors()}

    seen = browse(page, story)
    assert seen["errors"] == []
    best = found.classes.names[found.label[LINE, SAMPLE]]
    assert seen["text"].startswith(f"line {LINE}, sample {SAMPLE}: {best} {found.confidence[LINE, SAMPLE]:.2f}")
    nats = abs(round(float(found.novelty[LINE, SAMPLE])))
    facts = seen["text"].split("\n")[1]
    assert facts.startswith(f"label: talc, massive; depth: {300 + LINE / 100:.3f} m; ")
    assert f"{nats} nats" in facts
    assert (seen["address"], seen["back"]) == (f"#click={LINE},{SAMPLE}", "../../report/index.html")
    assert seen["top"] >= max(seen["spectrum"])
    np.testing.assert_allclose(seen["spectrum"], counts[LINE, SAMPLE] * SCALE, atol=2e-3)


@needs_chromium
def test_the_address_opens_a_pixel_and_the_slider_fades_the_map(
    page: Path, scene: tuple[np.ndarray, SceneMap, Bundle]
) -> None:
    """page.html#click=0,0 says that the tray is not classified; the slider sets the opacity of the map."""

    async def story(tab: Tab) -> dict[str, Any]:
        await tab.until(READY)
        await tab.value("window.location.hash = '#click=0,0'")
        await tab.until("document.getElementById('pixel').textContent.startsWith('line 0')")
        colour = f"semispectral.view.colours[{LINE * tiny.SAMPLES + SAMPLE + 1}]"
        slider = "document.getElementById('opacity')"
        await tab.value(f"{slider}.value = 1; {slider}.dispatchEvent(new Event('input'))")
        covered = await tab.value(colour)
        await tab.value(f"{slider}.value = 0; {slider}.dispatchEvent(new Event('input'))")
        text = await tab.value("document.getElementById('pixel').textContent")
        return {"text": text, "covered": covered, "bare": await tab.value(colour)}

    seen = browse(page, story)
    assert "not classified" in seen["text"]
    of_map = scene[1].colours[scene[1].place[LINE, SAMPLE + 1]]
    assert as_colour(seen["covered"]) == of_map
    assert as_colour(seen["bare"]) != of_map


@needs_chromium
def test_a_click_shows_hull_and_parabola(page: Path, scene: tuple[np.ndarray, SceneMap, Bundle]) -> None:
    """The features of a pixel are told; its hull lies on or above the spectrum, and the parabola meets three bands."""
    features = features_of(scene[0])
    values = dict(zip(features.names, features.values[:, LINE, SAMPLE], strict=True))

    async def story(tab: Tab) -> dict[str, Any]:
        await tab.until(READY)
        await tab.value(f"window.location.hash = '#click={LINE},{SAMPLE}'")
        await tab.until("document.getElementById('pixel').textContent.startsWith('line')")
        data = "Bokeh.documents[0].get_model_by_name('%s').data"
        curve = "((d) => Array.from(d.x).map((x, i) => [x, d.y[i]]))"
        return {
            "text": await tab.value("document.getElementById('pixel').textContent"),
            "hull": await tab.value(f"{curve}({data % 'hull'}).filter(([x]) => Number.isFinite(x))"),
            "fit": await tab.value(f"{curve}({data % 'fit'}).filter(([x]) => Number.isFinite(x))"),
            "spectrum": await tab.value(f"{curve}({data % 'spectrum'})"),
            "layers": await tab.value("Array.from(document.getElementById('overlay').options, (each) => each.text)"),
            "errors": tab.errors(),
        }

    seen = browse(page, story)
    assert seen["errors"] == []
    assert seen["layers"] == ["map", "mine_position_nm", "mine_depth", "twice"]
    assert f"mine {values['mine_position_nm']:.1f} nm (depth {values['mine_depth']:.3f}" in seen["text"]
    spectrum = dict(map(tuple, seen["spectrum"]))
    assert all(y >= spectrum[x] - 1e-9 for x, y in seen["hull"])
    assert seen["hull"][0][1] == pytest.approx(spectrum[seen["hull"][0][0]])
    for x, y in (seen["fit"][0], seen["fit"][10], seen["fit"][20]):
        assert y == pytest.approx(spectrum[min(spectrum, key=lambda at: abs(at - x))], rel=0.02)


def test_a_layer_has_steps_of_equal_size() -> None:
    """Each pixel of a layer lies in the step that its legend names, and a pixel without a value in none."""
    values = np.linspace(2190, 2215, 400, dtype=np.float32).reshape(20, 20)
    values[0, 0] = np.nan
    windows = (Window("al", 2100, 2300),)
    features = SceneFeatures(("al_position_nm", "al_width_nm"), np.stack([values, values]), windows)
    (layer,) = overlays(features)
    assert layer.name == "al_position_nm"
    assert layer.place[0, 0] == 0
    assert set(np.unique(layer.place[np.isfinite(values)])) == set(range(1, len(COLOURS) + 1))
    first, last = map(float, layer.names[4].removesuffix(" nm").split(" to "))
    inside = values[layer.place == 5]
    assert inside.min() >= first - 0.1
    assert inside.max() <= last + 0.1
    assert overlays(NO_FEATURES) == ()


@needs_chromium
def test_the_page_fits_a_phone(page: Path) -> None:
    """The page cannot be moved sideways at 390 pixels; its parts stand below each other."""

    async def story(tab: Tab) -> dict[str, Any]:
        size = {"width": 390, "height": 800, "deviceScaleFactor": 1, "mobile": True}
        await tab.call("Emulation.setDeviceMetricsOverride", **size)
        await tab.until(READY)
        spectrum = "Bokeh.documents[0].get_model_by_name('spectra')"
        return {
            "width": await tab.value("document.documentElement.scrollWidth"),
            "image": await tab.value("document.getElementById('view').getBoundingClientRect().bottom"),
            "spectra": await tab.value(f"Bokeh.index.find_one({spectrum}).el.getBoundingClientRect().top"),
        }

    seen = browse(page, story)
    assert seen["width"] <= 390
    assert seen["spectra"] >= seen["image"] - 1


def test_overlays_leave_less_room_for_spectra() -> None:
    """A page of a full-size scan with ten layers that cannot be compressed stays below 25 MB, with spectra in it."""
    random, shape = np.random.default_rng(1), (2848, 384)
    layer = Overlay("depth", random.integers(0, 256, shape), tuple(map(str, range(255))), ("#123456",) * 255)
    alone, beside = bytes_for_spectra(shape, ()), bytes_for_spectra(shape, (layer,) * 10)
    picture, rasters = 3 * shape[0] * shape[1], 10 * len(layer.packed["base64"])
    assert beside < alone < 18_000_000
    assert beside * 4 / 3 + rasters + picture * 4 / 3 < 25_000_000
    assert bytes_for_spectra(shape, (layer,) * 30) > 0
