"""The interactive page: small, self-contained, true to the scan, and alive in a real browser."""

import base64
import io
import json
import re
import shutil
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import tiny_models as tiny
from browser import Tab, browse, in_a_browser
from semispectral.errors import IntegrityError
from semispectral.features.absorption import measure, plan_for
from semispectral.features.feature_files import NO_FEATURES, SceneFeatures
from semispectral.features.feature_settings import FeaturesConfig, Formula, Window
from semispectral.figures import samples as draws
from semispectral.maps.bundle import Bundle
from semispectral.maps.classify import Drawn, Known, draw_map
from semispectral.maps.smoothing import SmoothConfig
from semispectral.page import feature_layers, tiles
from semispectral.page.content import Labelling, _picture, bytes_for_spectra
from semispectral.page.feature_layers import COLOURS, overlays
from semispectral.page.layers import Overlay, jpeg
from semispectral.page.mapped import Beside, write_page
from semispectral.page.pixel_files import read_held, read_index, require_tiles
from semispectral.page.pixels import Quantised, on_stride, stride_for
from semispectral.page.tiles import Facts, on_grid, write_pixels
from semispectral.page.tiles import stride_for as grid_for
from semispectral.scans.identity import Identity
from semispectral.spectra.normalisations.known_normalisations import NORMALISATIONS
from semispectral.spectra.scaling import fit_scaler

SCALE = 2.5e-5
LINE, SAMPLE = 17, 6
SCAN = Identity("A", tiny.LINES, tiny.SAMPLES, "0123456789abcdef")
READY = "document.body && document.body.dataset.ready === 'yes'"


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> tuple[np.ndarray, Drawn, Bundle]:
    """A scan, its map and the model that made it; its first lines are not of interest."""
    bundle = tiny.tiny_bundle(tmp_path_factory.mktemp("models") / "model", seed=3)
    counts, wanted = tiny.tiny_counts(seed=4), np.ones((tiny.LINES, tiny.SAMPLES), bool)
    wanted[:2] = False
    drawn = draw_map(tiny.tiny_cube(counts), bundle, known=Known(wanted), smooth=SmoothConfig(), threads=1)
    return counts, drawn, bundle


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


def page_of(folder: Path, scene: tuple[np.ndarray, Drawn, Bundle], *, held: int, page_mb: float = 50.0) -> Path:
    """The page of that scan, which holds spectra of so many bytes; the others are beside it."""
    counts, drawn, bundle = scene
    given = np.zeros(drawn.map.shape, np.int32)
    given[LINE, SAMPLE] = 4
    depth_m = np.broadcast_to(300 + np.arange(tiny.LINES)[:, np.newaxis] / 100, drawn.map.shape)
    features = features_of(counts)
    beside = Beside(Labelling(tiny.NAMES, given=given), depth_m, "../../report/index.html", features)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tiles, "SPECTRA_BYTES", held)
        patch.setattr(tiles, "BLOCK_BYTES", 1)
        cube = tiny.tiny_cube(counts, chunk_lines=5)
        facts = Facts(SCAN, SCALE, page_mb=page_mb, features=features)
        write_pixels(folder / "pixels", cube, drawn.map, bundle, facts)
    write_page(folder / "page.html", drawn, folder / "pixels", beside=beside)
    return folder / "page.html"


@pytest.fixture(scope="module", params=["holds all", "tiles beside it"])
def page(
    scene: tuple[np.ndarray, Drawn, Bundle], request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The page of that scan, which holds all spectra or few."""
    held = 10**7 if request.param == "holds all" else 2000
    return page_of(tmp_path_factory.mktemp("page"), scene, held=held)


def tile_of(page: Path, name: str) -> bytes:
    """The content of a tile."""
    script = (page.parent / f"pixels/{name}.js").read_text(encoding="ascii")
    return zlib.decompress(base64.b64decode(script.split('"')[3]))


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


def test_large_scenes_are_thinned() -> None:
    """The least stride that fits, and 1 where all fits."""
    valid = np.ones((300, 200), bool)
    stride = stride_for(valid, bytes_per_pixel=100, most_bytes=50_000)
    assert valid[::stride, ::stride].sum() * 100 <= 50_000
    assert valid[:: stride - 1, :: stride - 1].sum() * 100 > 50_000
    assert stride_for(valid, bytes_per_pixel=1, most_bytes=60_000) == 1


def test_tiles_keep_a_grid_of_spectra() -> None:
    """The spectra of the grid have about the size that is asked for; of a small scene all are kept."""
    valid = np.ones((300, 200), bool)
    stride = grid_for(valid, bytes_per_pixel=100, page_mb=0.05)
    assert stride == 11
    assert on_grid(valid.shape, stride).sum() * 100 <= 1.1 * 50_000
    assert grid_for(valid, bytes_per_pixel=1, page_mb=0.06) == 1
    assert on_grid((4, 4), 1).all()
    assert np.argwhere(on_grid((7, 5), 3)).tolist() == [[1, 1], [1, 4], [4, 1], [4, 4]]


@pytest.mark.parametrize("method", NORMALISATIONS)
def test_normalised_spectra_come_back(method: str) -> None:
    """Undoing each normalisation gives the spectra of the scan."""
    raw = tiny.tiny_pixels(seed=1).x.astype(np.float32)
    windows = ((1000.0, 1110.0),)  # of hull quotients, all bands: what lies in none does not come back
    given = {"wavelengths_nm": tiny.WAVELENGTHS_NM, "windows": windows, "noise": np.eye(tiny.BANDS)}
    scaler = fit_scaler(raw, method=method, **given)
    np.testing.assert_allclose(scaler.restored(scaler.transform(raw), raw), raw, rtol=1e-3)


def test_reconstructions_are_those_of_m1_on_its_own_scale(tmp_path: Path) -> None:
    """Where M1 sees two views, the page shows what it makes of the first, in the units of the scan."""
    options = {"features": "bands", "scaling_m1": "views"}
    bundle = tiny.tiny_bundle(tmp_path / "model", seed=3, **options)
    counts = tiny.tiny_counts(seed=4)
    found = draw_map(tiny.tiny_cube(counts), bundle, known=Known(), smooth=SmoothConfig(), threads=1).map
    write_pixels(tmp_path / "pixels", tiny.tiny_cube(counts), found, bundle, Facts(SCAN, SCALE))
    raw = counts[LINE, SAMPLE][np.newaxis].astype(np.float32)
    scaler = fit_scaler(tiny.tiny_pixels(seed=3).x, method="views")
    rebuilt = scaler.undo_columns(draws.reconstructed(bundle.pipeline.m1, scaler.transform(raw)))[:, : tiny.BANDS]
    expected = (rebuilt * raw.std() + raw.mean()) * SCALE
    row = LINE * tiny.SAMPLES + SAMPLE
    held = read_held(tmp_path / "pixels", read_index(tmp_path / "pixels"))["reconstruction"]
    np.testing.assert_allclose(held.values()[row], expected[0], atol=held.step[row])


def test_held_pixels_are_those_of_the_scan(scene: tuple[np.ndarray, Drawn, Bundle], tmp_path: Path) -> None:
    """The row of a place holds its spectrum; pixels of no interest have no row."""
    counts, drawn, _ = scene
    folder = page_of(tmp_path, scene, held=10**7).parent / "pixels"
    index = read_index(folder)
    kept, place = on_stride(drawn.map.valid, index["stride"])
    row = place[LINE, SAMPLE]
    np.testing.assert_allclose(
        read_held(folder, index)["spectrum"].values()[row], counts[LINE, SAMPLE] * SCALE, atol=2e-3
    )
    assert kept.ravel().nonzero()[0][row] == LINE * tiny.SAMPLES + SAMPLE
    assert (place[:2] == -1).all()
    assert (index["stride"], index["tiles"]) == (1, {})


@pytest.mark.parametrize("page_mb", [50.0, 0.004])
def test_tiles_hold_every_pixel(scene: tuple[np.ndarray, Drawn, Bundle], tmp_path: Path, page_mb: float) -> None:
    """Score and probabilities of each classified pixel, read in the order of the page's script, and their spectra."""
    counts, drawn, _ = scene
    page = page_of(tmp_path, scene, held=2000, page_mb=page_mb)
    index = read_index(page.parent / "pixels")
    assert index["tops"][:3] == [0, 5, 10]
    assert (index["grid"] == 1) == (page_mb == 50)
    top = max(top for top in index["tops"] if top <= LINE)
    content, size = tile_of(page, f"{index['tops'].index(top)}-0"), 5 * tiny.SAMPLES
    mask = np.frombuffer(content, np.uint8, size).reshape(5, -1)
    np.testing.assert_array_equal(mask, drawn.map.valid[top : top + 5])
    rows, row = int(mask.sum()), int(mask.ravel()[: (LINE - top) * tiny.SAMPLES + SAMPLE].sum())
    assert np.frombuffer(content, "<f4", rows, size)[row] == drawn.map.novelty[LINE, SAMPLE]
    shares = np.frombuffer(content, np.uint8, rows * tiny.CLASSES, size + 4 * rows).reshape(rows, -1)
    np.testing.assert_allclose(shares[row] / 255, drawn.map.probability[LINE, SAMPLE], atol=2e-3)
    kept = int((mask.astype(bool) & on_grid(mask.shape, index["grid"])).sum())
    shown = features_of(counts)
    measured = 4  # position, depth and width of the window, and the formula
    first = size + (4 + tiny.CLASSES) * rows
    values = np.frombuffer(content, "<f4", rows * measured, first).reshape(rows, -1)
    depth = shown.values[shown.names.index("mine_depth"), LINE, SAMPLE]
    assert depth in values[row]
    begin = first + 4 * measured * rows
    assert len(content) == begin + 2 * kept * (8 + tiny.BANDS)
    if index["grid"] == 1:
        low, step = (np.frombuffer(content, "<f4", kept, begin + 4 * kept * each)[row] for each in (0, 1))
        differences = np.frombuffer(content, np.uint8, kept * tiny.BANDS, begin + 8 * kept).reshape(kept, -1)
        spectrum = low + step * np.cumsum(differences[row], dtype=np.uint8)
        np.testing.assert_allclose(spectrum, counts[LINE, SAMPLE] * SCALE, atol=2e-3)


def test_a_damaged_tile_is_seen(scene: tuple[np.ndarray, Drawn, Bundle], tmp_path: Path) -> None:
    """The message names the tile."""
    folder = page_of(tmp_path, scene, held=2000).parent / "pixels"
    require_tiles(folder, read_index(folder))
    (folder / "1-0.js").write_text("semispectral.tile()", encoding="utf-8")
    with pytest.raises(IntegrityError, match=r"1-0\.js is absent, or its checksum is another"):
        require_tiles(folder, read_index(folder))


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


@in_a_browser
def test_curves_of_several_sensors_have_gaps_between_them(page: Path) -> None:
    """Where wavelengths go back another sensor begins; of one sensor, rising or falling, a curve is whole."""

    async def story(tab: Tab) -> list[Any]:
        await tab.until(READY)
        curve = "semispectral.curveWithGaps({0}, semispectral.turnsOf({0}), [7, 7, 7, 7, 7]).y.map(Number.isFinite)"
        axes = ("[1, 2, 3, 2.5, 3.5]", "[1, 2, 3, 4, 5]", "[5, 4, 3, 2, 1]")
        return [await tab.value(curve.format(axis)) for axis in axes]

    broken, rising, falling = browse(page, story)
    assert broken == [True, True, True, False, True, True]
    assert rising == falling == [True] * 5


@in_a_browser
def test_a_click_shows_the_pixel(page: Path, scene: tuple[np.ndarray, Drawn, Bundle]) -> None:
    """In a browser, without errors or requests: a mouse click on the map shows that pixel's spectrum and class."""
    counts, drawn, _ = scene
    found = drawn.map

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


@in_a_browser
def test_the_address_opens_a_pixel_and_the_slider_fades_the_map(
    page: Path, scene: tuple[np.ndarray, Drawn, Bundle]
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
    content = json.loads(re.search(r'id="content">(.*?)</script>', page.read_text(encoding="utf-8"), re.DOTALL)[1])  # type: ignore[index]
    drawn = np.asarray(Image.open(io.BytesIO(base64.b64decode(content["picture"]["jpeg"]))))[LINE, SAMPLE + 1]
    bare = as_colour(seen["bare"])
    assert np.abs(drawn.astype(int) - [int(bare[at : at + 2], 16) for at in (1, 3, 5)]).max() <= 3
    assert "not classified" in seen["text"]
    of_map = scene[1].map.colours[scene[1].map.place[LINE, SAMPLE + 1]]
    assert as_colour(seen["covered"]) == of_map
    assert as_colour(seen["bare"]) != of_map


@in_a_browser
def test_a_click_shows_hull_and_parabola(page: Path, scene: tuple[np.ndarray, Drawn, Bundle]) -> None:
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


def test_layers_of_a_large_scan_have_every_second_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """And every second sample; their steps are those of all pixels."""
    values = np.random.default_rng(7).uniform(2190, 2215, (1, 21, 15)).astype(np.float32)
    features = SceneFeatures(("al_position_nm",), values, (Window("al", 2100, 2300),))
    (whole,) = overlays(features)
    monkeypatch.setattr(feature_layers, "MOST_OF_LAYER", 100)
    (layer,) = overlays(features)
    assert (whole.thin, layer.thin) == (1, 2)
    np.testing.assert_array_equal(layer.place, whole.place[::2, ::2])
    assert layer.names == whole.names


@in_a_browser
def test_a_thinned_layer_lies_over_every_pixel(
    scene: tuple[np.ndarray, Drawn, Bundle], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each pixel has the step of the pixel that stands for its square, though squares at the edges are not whole."""
    monkeypatch.setattr(feature_layers, "MOST_OF_LAYER", tiny.LINES * tiny.SAMPLES // 8)
    (layer, *_) = overlays(features_of(scene[0]))
    assert layer.thin == 3
    page = page_of(tmp_path, scene, held=10**7)

    async def story(tab: Tab) -> list[int]:
        await tab.until(READY)
        choice = "document.getElementById('overlay')"
        await tab.value(f"{choice}.value = 1; {choice}.dispatchEvent(new Event('change'))")
        found: list[int] = await tab.value("Array.from(semispectral.view.layers[0].at)")
        return found

    line, sample = np.indices((tiny.LINES, tiny.SAMPLES)) // layer.thin
    assert browse(page, story) == layer.place[line, sample].ravel().tolist()


def test_the_picture_of_a_page_is_close_to_what_was_drawn() -> None:
    """It is a JPEG, whose colours are off by some levels of 255."""
    line, sample = np.indices((40, 30))
    picture = np.stack([3 * line, 5 * sample, 2 * (line + sample)], axis=-1).astype(np.uint8)
    read = np.asarray(Image.open(io.BytesIO(base64.b64decode(jpeg(picture)))))
    assert np.abs(read.astype(int) - picture).max() < 12


def test_the_picture_of_a_long_scan_is_no_longer_than_browsers_take() -> None:
    """A line scan of 40 000 lines is thinned, though it has few pixels."""
    picture, thin = _picture(np.zeros((40_000, 3, 3), np.float32))
    assert thin == 3
    assert len(picture) <= 16_000


@in_a_browser
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


@in_a_browser
def test_without_its_folder_a_page_shows_the_nearest_that_it_holds(
    scene: tuple[np.ndarray, Drawn, Bundle], tmp_path: Path
) -> None:
    """It says what is missing; each pixel is still shown on the map."""
    page = page_of(tmp_path, scene, held=2000)
    shutil.rmtree(page.parent / "pixels")

    async def story(tab: Tab) -> str:
        await tab.until(READY)
        await tab.value("window.location.hash = '#click=17,7'")
        await tab.until("document.getElementById('pixel').textContent.includes('folder')")
        return str(await tab.value("document.getElementById('pixel').textContent"))

    said = browse(page, story)
    assert "The folder pixels is not beside this page" in said
    assert re.match(r"line \d+, sample \d+: ", said)


@in_a_browser
def test_what_is_labelled_shows_its_mean(page: Path, scene: tuple[np.ndarray, Drawn, Bundle]) -> None:
    """Of pixels that the page does not hold the spectra come from the tiles."""
    pixels = [(LINE, 5), (LINE, 7)]
    places = [line * tiny.SAMPLES + sample for line, sample in pixels]

    async def story(tab: Tab) -> list[float]:
        await tab.until(READY)
        await tab.value(f"semispectral.labels.give({places}, 1)")
        selected = "Bokeh.documents[0].get_model_by_name('selected').data.y"
        await tab.until(f"{selected}.length > 1 && Number.isFinite({selected}[0])")
        mean: list[float] = await tab.value(f"Array.from({selected})")
        return mean

    expected = np.mean([scene[0][pixel] for pixel in pixels], axis=0) * SCALE
    np.testing.assert_allclose(browse(page, story), expected, atol=2e-3)
