"""The map of a scan: the same as its pipeline pixel by pixel, sound scores, bands matched or refused."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import entropy, norm

import tiny_models as tiny
from semispectral.errors import ConfigError, DataError, ShapeError
from semispectral.inference.m1_inference import M1Inference
from semispectral.inference.m2_inference import M2Inference
from semispectral.inference.nets import bounded_log_variance
from semispectral.maps.bundle import read_bundle
from semispectral.maps.bundle_build import threshold_of
from semispectral.maps.classify import Known, draw_map, known_of, smoothing_effect
from semispectral.maps.pipeline import m1_scores, m2_scores
from semispectral.maps.scene_map import SceneMap
from semispectral.maps.smoothing import SmoothConfig
from semispectral.maps.stream import stream
from semispectral.spectra.band_matching import match_bands
from semispectral.study.classes import IGNORED, UNLABELLED, CodeSet
from semispectral.study.scene import Scene

PLAIN = SmoothConfig(smoothing="none")


def _scene() -> Scene:
    codes = CodeSet.parse("1-99", where="test"), CodeSet.parse("255", where="test")
    return Scene("A", "H1", Path("a"), "", Path("a"), "", "line,sample,band", "", 1.0, None, *codes)


@pytest.mark.parametrize("method", ["m2", "qy"])
@pytest.mark.parametrize("features", ["bands", "latents"])
@pytest.mark.parametrize("scaling_m1", ["", "views"])
def test_streamed_map_is_that_of_all_pixels_at_once(
    tmp_path: Path, method: str, features: str, scaling_m1: str
) -> None:
    """Blocks and threads change nothing, whatever the classifier and M1 see."""
    options = {"method": method, "features": features, "scaling_m1": scaling_m1}
    pipeline = tiny.tiny_bundle(tmp_path / "model", seed=3, **options).pipeline
    counts = tiny.tiny_counts(seed=4)
    given = {"classes": tiny.CLASSES, "wanted": None, "prepare": None, "threads": 2}
    streamed = stream(tiny.tiny_cube(counts), pipeline, **given, block_bytes=700)
    probability, log_p, guide = pipeline.scores(counts.reshape(-1, tiny.BANDS))
    np.testing.assert_allclose(streamed.probability.reshape(probability.shape), probability, atol=1e-6)
    np.testing.assert_allclose(streamed.log_p.ravel(), log_p, rtol=1e-5, atol=1e-4)
    np.testing.assert_allclose(streamed.guide.reshape(guide.shape), guide, rtol=1e-4, atol=1e-4)


def test_tray_that_the_model_knows_is_no_data(tmp_path: Path) -> None:
    """It is left out of a scan of which nothing says what is tray, and of no other."""
    tiny.tiny_bundle(tmp_path / "model", seed=3)
    bundle = read_bundle(tmp_path / "model")
    dark = np.random.default_rng(5).integers(80, 120, (10, tiny.SAMPLES, tiny.BANDS)).astype(np.uint16)
    scan = np.concatenate([dark, tiny.tiny_counts(seed=6)])
    told, marked = (
        draw_map(tiny.tiny_cube(scan), bundle, known=Known(parted=parted), smooth=PLAIN, threads=2).map.valid
        for parted in (False, True)
    )
    assert not told[:10].any()
    assert told[10:].mean() > 0.97
    assert marked.all()


def test_pixels_without_interest_or_data_are_left_out(tmp_path: Path) -> None:
    """Ignored pixels and spectra of nodata have no class, no score and no colour but nodata."""
    bundle = tiny.tiny_bundle(tmp_path / "model", seed=3)
    counts, wanted = tiny.tiny_counts(seed=4), np.ones((tiny.LINES, tiny.SAMPLES), bool)
    counts[2, 3], wanted[5] = 0, False
    cube = tiny.tiny_cube(counts, nodata=0)
    found = draw_map(cube, bundle, known=Known(wanted), smooth=PLAIN, threads=1).map
    out = ~wanted
    out[2, 3] = True
    assert np.array_equal(found.valid, ~out)
    assert (found.raster[out] == 0).all()
    assert (found.label[out] == IGNORED).all()
    assert np.isnan(found.log_p[out]).all()


def test_wanted_of_another_shape_is_refused(tmp_path: Path) -> None:
    """A raster of labels of another scan is an error that names the scan."""
    bundle = tiny.tiny_bundle(tmp_path / "model", seed=3)
    with pytest.raises(ShapeError, match=r"tiny\.npy"):
        draw_map(
            tiny.tiny_cube(tiny.tiny_counts(seed=4)),
            bundle,
            known=Known(np.ones((2, 2), bool)),
            smooth=PLAIN,
            threads=1,
        )


def test_log_p_of_m1_is_its_bound_at_the_posterior_mean() -> None:
    """The score agrees with scipy's normal densities and the closed KL term."""
    m1 = M1Inference(*tiny.tiny_m1(seed=5))
    x = np.random.default_rng(6).normal(size=(7, tiny.BANDS)).astype(np.float32)
    latents, log_p = m1_scores(m1, x)
    mean, raw = m1.encoder.heads(("mean", "log_variance"), x)
    variance = np.exp(bounded_log_variance(raw))
    sigma = np.sqrt(0.02**2 + np.exp(2 * m1.arrays["likelihood/log_sigma"]))
    log_likelihood = norm.logpdf(x, m1.decoder("output", mean), sigma).sum(axis=1)
    kl = 0.5 * (mean**2 + variance - 1 - np.log(variance)).sum(axis=1)
    np.testing.assert_allclose(log_p, log_likelihood - kl, rtol=1e-4)
    np.testing.assert_allclose(latents, m1.encode(x)[0], rtol=1e-6)


def test_log_p_of_m2_is_that_of_its_most_probable_class() -> None:
    """The score agrees with scipy's normal densities, the closed KL term and log p(y)."""
    m2 = M2Inference(*tiny.tiny_m2(5, seed=5))
    x = np.random.default_rng(6).normal(size=(7, 5)).astype(np.float32)
    probability = m2.predict_proba(x)
    best = probability.argmax(axis=1)
    y = np.eye(tiny.CLASSES, dtype=np.float32)[best]
    mean, raw = m2.encoder.heads(("mean", "log_variance"), x, y)
    variance = np.exp(bounded_log_variance(raw))
    sigma = np.sqrt(0.1**2 + np.exp(2 * m2.arrays["likelihood/log_sigma"]))
    expected = norm.logpdf(x, m2.decoder("output", mean, y), sigma).sum(axis=1) + np.log([0.5, 0.3, 0.2])[best]
    expected -= 0.5 * (mean**2 + variance - 1 - np.log(variance)).sum(axis=1)
    np.testing.assert_allclose(m2_scores(m2, x, probability), expected, rtol=1e-4)


@pytest.mark.parametrize("share", [0.01, 0.1, 0.5])
def test_threshold_keeps_its_false_alarm_rate(tmp_path: Path, share: float) -> None:
    """On the pixels it was set on, the stated share lies below the threshold."""
    pipeline = tiny.tiny_bundle(tmp_path / "model", seed=3).pipeline
    pixels = tiny.tiny_pixels(seed=8)
    threshold = threshold_of(pipeline, pixels, false_alarm=share)
    below = (pipeline.scores(pixels.x).log_p < threshold).mean()
    assert abs(below - share) <= 1.5 / len(pixels)


def test_without_a_model_of_spectra_nothing_is_novel(tmp_path: Path) -> None:
    """q(y|x) on bands cannot tell what is unknown, and does not pretend to."""
    bundle = tiny.tiny_bundle(tmp_path / "model", seed=3, method="qy", features="bands")
    found = draw_map(tiny.tiny_cube(tiny.tiny_counts(seed=4)), bundle, known=Known(), smooth=PLAIN, threads=1).map
    assert bundle.threshold == -np.inf
    assert not found.novel.any()
    assert found.place.max() <= tiny.CLASSES


def test_a_spectrum_like_none_is_called_so(tmp_path: Path) -> None:
    """Pixels several times brighter than any in training lie beyond the threshold; few others do."""
    bundle = tiny.tiny_bundle(tmp_path / "model", seed=3, scaling="standardise")
    counts = tiny.tiny_counts(seed=4)
    counts[7] = 60_000
    found = draw_map(tiny.tiny_cube(counts), bundle, known=Known(), smooth=PLAIN, threads=1).map
    assert found.novel[7].all()
    assert (found.raster[7] == 255).all()
    assert (found.novelty[7] > 0).all()
    assert found.novel[np.arange(tiny.LINES) != 7].mean() < 0.5


def test_entropy_is_that_of_scipy() -> None:
    """In nats, 0 for a certain pixel, NaN where there is none."""
    probability = np.random.default_rng(2).dirichlet(np.ones(3), (4, 5)).astype(np.float32)
    probability[0, 0] = [1, 0, 0]
    probability[1, 1] = np.nan
    found = SceneMap(probability, np.zeros((4, 5), np.float32), -np.inf, tiny.NAMES)
    np.testing.assert_allclose(found.entropy, entropy(probability, axis=2), atol=1e-5)


def test_map_of_wrong_shape_is_refused() -> None:
    """As many probabilities as classes, and a score for each pixel."""
    with pytest.raises(ShapeError, match="probability"):
        SceneMap(np.zeros((2, 2, 4), np.float32), np.zeros((2, 2), np.float32), 0.0, tiny.NAMES)
    with pytest.raises(ShapeError, match="log_p"):
        SceneMap(np.zeros((2, 2, 3), np.float32), np.zeros((2, 3), np.float32), 0.0, tiny.NAMES)


def test_counts_of_another_scale_give_the_same_map(tmp_path: Path) -> None:
    """Half the counts at twice the scale are the same reflectance, also where the scaler does not forgive."""
    bundle = tiny.tiny_bundle(tmp_path / "model", seed=3, scaling="standardise")
    counts = tiny.tiny_counts(seed=4) // 2 * 2
    drawn = [
        draw_map(tiny.tiny_cube(values), bundle, known=Known(), smooth=PLAIN, threads=1, scale=scale).map
        for values, scale in ((counts, 1), (counts // 2, 2))
    ]
    np.testing.assert_allclose(drawn[0].probability, drawn[1].probability, atol=1e-5)


def test_known_pixels_follow_codes_and_parts() -> None:
    """Ignored codes are of no interest, labelled pixels of the test part are tested among all of it."""
    codes = np.array([[1, 255, 0], [9, 4, 100]])
    parts = np.array([[3, 0, 3], [1, 3, 3]], np.uint8)
    known = known_of(_scene(), codes, parts, tiny.NAMES)
    assert known.wanted is not None
    assert known.wanted.tolist() == [[True, False, True], [True, True, True]]
    assert known.label is not None
    assert known.label.tolist() == [[0, IGNORED, UNLABELLED], [2, 1, UNLABELLED]]
    assert known.tested is not None
    assert known.tested.tolist() == [[True, False, True], [False, True, True]]


def test_effect_of_smoothing_is_reported_on_test_pixels(tmp_path: Path) -> None:
    """With labels to test on, the map says its macro-F1 with and without smoothing; several scenes are pooled."""
    bundle = tiny.tiny_bundle(tmp_path / "model", seed=3)
    label = np.random.default_rng(1).integers(0, 3, (tiny.LINES, tiny.SAMPLES)).astype(np.int16)
    known = Known(None, label, label >= 1)
    drawn = draw_map(tiny.tiny_cube(tiny.tiny_counts(seed=4)), bundle, known=known, smooth=PLAIN, threads=1)
    effect = smoothing_effect([drawn.confusion, drawn.confusion])
    assert effect["none"]["pixels"] == effect["guided"]["pixels"] == 2 * (label >= 1).sum()
    truth, found = label[label >= 1], drawn.map.label[label >= 1]
    assert effect["none"]["oa"] == pytest.approx((truth == found).mean())


def test_no_pixel_of_another_part_lends_its_probability(tmp_path: Path) -> None:
    """With other spectra next to the test part, smoothing has the same effect on it; the map itself is another one."""
    bundle = tiny.tiny_bundle(tmp_path / "model", seed=3)
    label = np.random.default_rng(1).integers(-1, 3, (tiny.LINES, tiny.SAMPLES)).astype(np.int16)
    tested = np.zeros(label.shape, bool)
    tested[:, : tiny.SAMPLES // 2] = True
    counts = tiny.tiny_counts(seed=4)
    others = np.where(tested[:, :, None], counts, tiny.tiny_counts(seed=5))
    smooth = SmoothConfig(smoothing="guided", radius=3)
    first, second = (
        draw_map(tiny.tiny_cube(values), bundle, known=Known(None, label, tested), smooth=smooth, threads=1)
        for values in (counts, others)
    )
    np.testing.assert_array_equal(first.confusion["guided"], second.confusion["guided"])
    assert first.confusion["guided"].sum() == (tested & (label >= 0)).sum()
    assert not np.allclose(first.map.probability[tested], second.map.probability[tested])


def test_equal_bands_are_left_alone() -> None:
    """The same wavelengths, or ones a tenth of a band off, need no work."""
    shape = {"scan_bands": tiny.BANDS, "model_bands": tiny.BANDS, "where": "scan"}
    assert match_bands(tiny.WAVELENGTHS_NM, tiny.WAVELENGTHS_NM, **shape) is None
    assert match_bands(tiny.WAVELENGTHS_NM + 1, tiny.WAVELENGTHS_NM, **shape) is None
    assert match_bands(None, None, **shape) is None


def test_bands_are_picked_or_interpolated() -> None:
    """A longer scan in reverse order is picked from; a shifted one is interpolated, exactly for a straight line."""
    model = np.arange(1000.0, 1100.0, 10)
    scan = np.arange(1200.0, 900.0, -10)
    pick = match_bands(scan, model, scan_bands=30, model_bands=10, where="scan")
    assert pick is not None
    np.testing.assert_array_equal(pick(scan[None]), model[None])
    shifted = scan + 4
    interpolate = match_bands(shifted, model, scan_bands=30, model_bands=10, where="scan")
    assert interpolate is not None
    np.testing.assert_allclose(interpolate(shifted[None].astype(np.uint16)), model[None], rtol=1e-6)


@pytest.mark.parametrize("shift", [0, 4])
def test_bands_without_a_wavelength_and_doubles_are_not_picked(shift: int) -> None:
    """A new scan's bands of no wavelength (NaN) take no part, and of two bands at one wavelength one does."""
    model = np.arange(1000.0, 1100.0, 10)
    whole = np.arange(990.0, 1120.0, 10) + shift
    scan = np.concatenate([[np.nan], whole, whole[3:5], [np.nan]])
    values = np.where(np.isfinite(scan), scan, 1e9)[None]
    bring = match_bands(scan, model, scan_bands=len(scan), model_bands=10, where="scan")
    assert bring is not None
    np.testing.assert_allclose(bring(values), model[None], rtol=1e-6)


@pytest.mark.parametrize(
    ("scan", "words"),
    [
        (np.arange(1020.0, 1300.0, 10), "do not cover"),
        (np.arange(900.0, 1300.0, 33), "too coarse"),
        (None, "has no wavelengths"),
    ],
)
def test_bands_that_cannot_be_matched_are_refused(scan: np.ndarray | None, words: str) -> None:
    """The message names the scan and says why."""
    model = np.arange(1000.0, 1100.0, 10)
    bands = 10 if scan is None else len(scan)
    with pytest.raises(DataError, match=rf"new\.h5.*{words}"):
        match_bands(scan, model, scan_bands=bands, model_bands=10, where="new.h5")


def test_a_model_of_bands_without_a_wavelength_takes_only_its_own() -> None:
    """Where a model knows no wavelength of some bands, only a scan of the very same bands can be mapped."""
    model = np.array([np.nan, 1000.0, 1010.0])
    assert match_bands(model.copy(), model, scan_bands=3, model_bands=3, where="scan") is None
    with pytest.raises(DataError, match=r"scan: .*1 of the 3 bands.*had no wavelength"):
        match_bands(model + 1, model, scan_bands=3, model_bands=3, where="scan")


def test_latents_need_m1(tmp_path: Path) -> None:
    """A classifier of latents without M1 is refused before anything is read."""
    pipeline = tiny.tiny_bundle(tmp_path / "model", seed=3).pipeline
    with pytest.raises(ConfigError, match="needs M1"):
        replace(pipeline, m1=None)
