"""Normalisation: fitted once, the same for every file and block, and checked against scikit-learn."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.linalg import eigh
from scipy.stats import multivariate_normal, norm
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from semispectral.errors import ConfigError, DataError, ShapeError
from semispectral.scans.cube import Pixels
from semispectral.scans.sensor_bands import SensorBands
from semispectral.spectra.hull_windows import hull_quotients
from semispectral.spectra.normalisations.columns import BLOCK_PIXELS
from semispectral.spectra.normalisations.known_normalisations import NORMALISATIONS, QUOTIENT, STORED
from semispectral.spectra.normalisations.snv import snv
from semispectral.spectra.scaling import (
    Scaler,
    fit_scaler,
    normalise,
    read_scaler,
    without_gaps,
)
from semispectral.storage.model_files import load_model, save_model
from semispectral.study.keys_in_use import WITH_NOISE

WINDOWS = {"wavelengths_nm": np.linspace(2000, 2300, 7), "windows": [(2000, 2210), (2100, 2300)], "noise": np.eye(7)}
TRAIN = np.random.default_rng(2).integers(100, 60_000, (500, 7)).astype(np.uint16)


def test_max_is_that_of_2017() -> None:
    """x / (max + 1), with one maximum for all."""
    scaler = fit_scaler(TRAIN, method="max")
    np.testing.assert_allclose(scaler.transform(TRAIN), TRAIN / (float(TRAIN.max()) + 1), rtol=1e-6)


def test_one_scale_for_labelled_and_unlabelled() -> None:
    """The same spectrum gives the same values in any subset; in 2017 each subset was scaled by its own maximum."""
    scaler = fit_scaler(TRAIN, method="max")
    dark = TRAIN[TRAIN.max(axis=1) < 50_000]
    np.testing.assert_array_equal(scaler.transform(dark), scaler.transform(TRAIN)[TRAIN.max(axis=1) < 50_000])
    assert scaler.transform(dark).max() < 0.9


@pytest.mark.parametrize(("method", "oracle"), [("standardise", StandardScaler), ("minmax", MinMaxScaler)])
def test_per_band_methods_agree_with_scikit_learn(method: str, oracle: type) -> None:
    """Also on pixels that were not fitted."""
    other = np.random.default_rng(3).integers(0, 65_535, (50, 7)).astype(np.uint16)
    expected = oracle().fit(TRAIN.astype(float)).transform(other.astype(float))
    np.testing.assert_allclose(fit_scaler(TRAIN, method=method).transform(other), expected, atol=2e-5)


def test_snv_is_the_standard_score_of_each_spectrum() -> None:
    """Against StandardScaler on the transposed array."""
    expected = StandardScaler().fit_transform(TRAIN.T.astype(float)).T
    np.testing.assert_allclose(fit_scaler(TRAIN, method="snv").transform(TRAIN), expected, atol=1e-5)


@settings(max_examples=50, deadline=None)
@given(gain=st.floats(0.1, 10), offset=st.floats(-100, 100))
def test_snv_ignores_gain_and_offset(gain: float, offset: float) -> None:
    """A brighter or shifted copy of a spectrum gives the same SNV."""
    x = TRAIN[:20].astype(np.float32)
    np.testing.assert_allclose(snv((gain * x + offset).astype(np.float32)), snv(x), atol=1e-3)


def test_snv_of_a_faint_contrast_is_exact() -> None:
    """A contrast of 1/2000 of the level keeps five digits: neither level nor contrast is rounded on the way."""
    x = (1e4 + np.random.default_rng(5).normal(0, 5, (300, 268))).astype(np.float32)
    expected = StandardScaler().fit_transform(x.T.astype(float)).T
    np.testing.assert_allclose(snv(x), expected, atol=1e-5)


def test_snv_standardise_is_both_in_turn() -> None:
    """SNV of each pixel, then each band to mean 0 and deviation 1."""
    expected = StandardScaler().fit_transform(snv(TRAIN.astype(np.float32)).astype(float))
    np.testing.assert_allclose(fit_scaler(TRAIN, method="snv_standardise").transform(TRAIN), expected, atol=1e-5)


def test_snv_level_keeps_brightness() -> None:
    """SNV is blind to gain; the two columns beside it are the standardised logs of mean and standard deviation."""
    scaler = fit_scaler(TRAIN, method="snv_level")
    found = scaler.transform(TRAIN)
    assert found.shape == (500, 9)
    plain = fit_scaler(TRAIN, method="snv_standardise").transform(TRAIN)
    np.testing.assert_allclose(found[:, :7], plain, atol=1e-5)
    logs = np.log(np.stack([TRAIN.mean(axis=1), TRAIN.std(axis=1)], axis=1))
    np.testing.assert_allclose(found[:, 7:], StandardScaler().fit_transform(logs), atol=1e-4)
    darker = scaler.transform(TRAIN // 2)
    np.testing.assert_allclose(darker[:, :7], found[:, :7], atol=1e-2)
    assert (darker[:, 7] < found[:, 7]).all()


def test_views_are_snv_level_and_the_bands_standardised() -> None:
    """2 bands + 2 columns, against NumPy by hand: SNV, log level and log contrast, the bands; each standardised."""
    x = TRAIN.astype(np.float64)
    level, contrast = x.mean(axis=1, keepdims=True), x.std(axis=1, keepdims=True)
    columns = np.concatenate([(x - level) / contrast, np.log(level), np.log(contrast), x], axis=1)
    expected = (columns - columns.mean(axis=0)) / columns.std(axis=0)
    found = fit_scaler(TRAIN, method="views").transform(TRAIN)
    assert found.shape == (500, 16)
    np.testing.assert_allclose(found, expected, atol=1e-4)
    np.testing.assert_array_equal(found[:, :9], fit_scaler(TRAIN, method="snv_level").transform(TRAIN))
    np.testing.assert_array_equal(found[:, 9:], fit_scaler(TRAIN, method="standardise").transform(TRAIN))


@pytest.mark.parametrize("method", ["snv_level", "views"])
def test_undone_columns_begin_with_the_spectrum(method: str) -> None:
    """The first columns, undone, are the SNV of each band; what else a method adds stands behind them."""
    scaler = fit_scaler(TRAIN, method=method)
    undone = scaler.undo_columns(scaler.transform(TRAIN))
    np.testing.assert_allclose(undone[:, :7], snv(TRAIN.astype(np.float32)), atol=1e-5)
    np.testing.assert_allclose(np.exp(undone[:, 7]), TRAIN.mean(axis=1), rtol=1e-4)
    np.testing.assert_allclose(undone[:, 9:], TRAIN[:, : scaler.columns - 9], rtol=1e-3)


@pytest.mark.parametrize("method", NORMALISATIONS)
def test_blocks_do_not_matter(method: str) -> None:
    """Each pixel is normalised for itself: cut anywhere, the bits are the same; those of a matrix product nearly."""
    x = np.tile(TRAIN, (BLOCK_PIXELS // 500 + 2, 1))
    scaler = fit_scaler(TRAIN, method=method, **WINDOWS)
    whole = scaler.transform(x)
    pieces = [scaler.transform(piece) for piece in np.split(x, [1, 700, BLOCK_PIXELS + 1])]
    rounding = 1e-6 * np.abs(whole).max() if NORMALISATIONS[method].noise else 0
    np.testing.assert_allclose(np.concatenate(pieces), whole, rtol=0, atol=rounding)
    assert whole.dtype == np.float32


SPECTRA = arrays(np.float32, (6, 7), elements=st.floats(-1000, 60_000, width=32))


@settings(max_examples=50, deadline=None)
@given(train=SPECTRA, other=SPECTRA, method=st.sampled_from(sorted(NORMALISATIONS)))
def test_nothing_becomes_nan(train: np.ndarray, other: np.ndarray, method: str) -> None:
    """Constant bands, flat, dark or negative spectra stay finite, in training and after."""
    train[:, 2] = 5
    train[1] = 7
    other[0] = 0
    scaler = fit_scaler(train, method=method, **WINDOWS)
    assert np.isfinite(scaler.transform(train)).all()
    assert np.isfinite(scaler.transform(other)).all()


def test_a_constant_band_is_zero() -> None:
    """A band that never changes in training carries nothing, and a flat spectrum's SNV is 0, at any level."""
    x = np.random.default_rng(1).random((50, 3), np.float32)
    x[:, 1] = 0.1
    assert not fit_scaler(x, method="standardise").transform(x)[:, 1].any()
    assert not snv(np.full((2, 268), 0.1, np.float32)).any()


def test_a_few_flat_pixels_do_not_rule_the_level() -> None:
    """A dead pixel is an outlier of bounded size in the level and contrast columns, so the others keep their spread."""
    train = np.concatenate([TRAIN, np.zeros((5, 7), np.uint16)])
    assert fit_scaler(train, method="snv_level").transform(TRAIN)[:, 8].std() > 0.3


@pytest.mark.parametrize("method", NORMALISATIONS)
def test_a_scaler_comes_back_from_disk(method: str, tmp_path: Path) -> None:
    """Saved as safetensors and JSON and read again, it gives the same bits."""
    scaler = fit_scaler(TRAIN, method=method, **WINDOWS)
    save_model(tmp_path / "scaler", *scaler.to_saved())
    again = Scaler.from_saved(*load_model(tmp_path / "scaler"))
    np.testing.assert_array_equal(again.transform(TRAIN), scaler.transform(TRAIN))
    assert (again.method, again.columns) == (method, scaler.columns)


def test_normalised_pixels_keep_their_table() -> None:
    """Places, labels and parts travel along; wavelengths too, unless the columns are not bands only."""
    columns = {"scene": "s", "hole": "h", "line": range(500), "sample": 0, "code": 0, "label": -1, "part": "train"}
    pixels = Pixels(TRAIN, pd.DataFrame(columns), np.linspace(900, 2500, 7))
    for method, has_wavelengths in (("snv", True), ("snv_level", False), ("views", False)):
        found = normalise(pixels, fit_scaler(TRAIN, method=method))
        pd.testing.assert_frame_equal(found.table, pixels.table)
        assert (found.wavelengths_nm is not None) == has_wavelengths


def test_other_bands_are_refused() -> None:
    """A scene of another sensor does not pass through the scaler."""
    with pytest.raises(ShapeError, match=r"\[pixel, 7\]"):
        fit_scaler(TRAIN, method="snv").transform(TRAIN[:, :5])


def test_nothing_to_fit_on_is_refused() -> None:
    """An unknown method, no pixel, or values that are not finite are refused."""
    with pytest.raises(ConfigError, match="none, max, minmax"):
        fit_scaler(TRAIN, method="robust")
    with pytest.raises(DataError, match="needs training pixels"):
        fit_scaler(TRAIN[:0], method="max")
    with pytest.raises(DataError, match="finite"):
        fit_scaler(np.array([[1.0, np.nan]]), method="max")


def test_another_kind_of_model_is_refused() -> None:
    """A directory that holds another model is not a scaler."""
    with pytest.raises(DataError, match="'svm'"):
        Scaler.from_saved({}, {"kind": "svm"})


@pytest.mark.parametrize("method", NORMALISATIONS)
def test_a_method_says_what_its_columns_cannot_give_back(method: str) -> None:
    """Undone column by column, bands come back as they were, as SNV or as that of hull quotients."""
    scaler = fit_scaler(TRAIN, method=method, **WINDOWS)
    shown = scaler.undo_columns(scaler.transform(TRAIN))[:, : len(scaler.shown)]
    nm = WINDOWS["wavelengths_nm"]
    quotient = hull_quotients(TRAIN, nm, [np.arange(5), np.arange(2, 7)])
    expected = {STORED: TRAIN, QUOTIENT: snv(quotient)}.get(scaler.value_label, snv(TRAIN.astype(np.float32)))
    np.testing.assert_allclose(shown, expected, rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(scaler.restored(scaler.transform(TRAIN), TRAIN), TRAIN, rtol=1e-3, atol=1e-3)


def test_hull_quotients_see_their_windows_alone() -> None:
    """The SNV of the quotient in the windows; a change outside them, or of the level, changes nothing."""
    nm = np.linspace(1700, 2300, 7)
    scaler = fit_scaler(TRAIN, method="hull", wavelengths_nm=nm, windows=[(1890, 2300)])
    found = scaler.transform(TRAIN)
    assert scaler.shown.tolist() == [2, 3, 4, 5, 6]
    np.testing.assert_allclose(found, snv(hull_quotients(TRAIN, nm, [np.arange(2, 7)])), atol=1e-5)
    other = 3.0 * TRAIN
    other[:, :2] = 7
    np.testing.assert_allclose(scaler.transform(other), found, atol=1e-4)


def test_hull_quotients_of_deeper_absorptions_are_the_same() -> None:
    """The depth of an absorption goes, its shape stays."""
    nm = np.linspace(2080, 2400, 60)
    depth = np.exp(-(((nm - 2206) / 20) ** 2)) + 0.5 * np.exp(-(((nm - 2340) / 20) ** 2))
    x = np.stack([1 - 0.1 * depth, 1 - 0.4 * depth])
    shallow, deep = fit_scaler(x, method="hull", wavelengths_nm=nm, windows=[(2080, 2400)]).transform(x)
    np.testing.assert_allclose(shallow, deep, atol=0.05)


def test_three_views_stand_side_by_side() -> None:
    """The columns of views, then those of the hull quotients."""
    found = fit_scaler(TRAIN, method="views_hull", **WINDOWS)
    columns = found.transform(TRAIN)
    assert found.views == (9, 7, 10)
    np.testing.assert_array_equal(columns[:, :16], fit_scaler(TRAIN, method="views").transform(TRAIN))
    np.testing.assert_array_equal(columns[:, 16:], fit_scaler(TRAIN, method="hull", **WINDOWS).transform(TRAIN))


def test_windows_need_wavelengths_and_bands() -> None:
    """Without wavelengths, without a window, or beyond the sensor, one sentence says so."""
    nm = WINDOWS["wavelengths_nm"]
    for wavelengths_nm, windows, words in (
        (None, [(2000, 2300)], "normalise.windows: windows in nm need the wavelengths"),
        (nm, [(2000, 2400)], "the window 2000 to 2400 nm needs 5 bands or more inside the range"),
        (nm, [(2000, 2100)], "the window 2000 to 2100 nm needs 5 bands"),
    ):
        with pytest.raises(DataError, match=words):
            fit_scaler(TRAIN, method="hull", wavelengths_nm=wavelengths_nm, windows=windows)
    with pytest.raises(ConfigError, match="needs a window in nm"):
        fit_scaler(TRAIN, method="hull", wavelengths_nm=nm)


def test_optional_windows_are_those_that_the_sensor_sees() -> None:
    """Of two windows the one that it sees; of none no column, which can be kept, read and applied."""
    nm = WINDOWS["wavelengths_nm"]
    one = fit_scaler(TRAIN, method="hull", wavelengths_nm=nm, windows=[(2000, 2300)])
    both = {"method": "hull", "windows": [(2000, 2300), (9000, 9900)], "optional_windows": True}
    found = fit_scaler(TRAIN, wavelengths_nm=nm, **both)
    np.testing.assert_array_equal(found.transform(TRAIN), one.transform(TRAIN))
    for wavelengths_nm, windows in ((None, [(2000, 2300)]), (nm, [(9000, 9900)])):
        given = both | {"windows": windows}
        none = Scaler.from_saved(*fit_scaler(TRAIN, wavelengths_nm=wavelengths_nm, **given).to_saved())
        assert none.columns == 0
        assert none.transform(TRAIN).shape == (len(TRAIN), 0)


def test_mnf_is_the_generalised_eigenproblem_of_signal_and_noise() -> None:
    """Against SciPy: noise has variance 1 in every component, none is correlated, the largest variance comes first."""
    random = np.random.default_rng(11)
    mixing = random.normal(size=(6, 6))
    noise = mixing @ mixing.T / 50
    signal = random.normal(size=(4000, 2)) @ random.normal(size=(2, 6)) * 5
    x = (signal + random.multivariate_normal(np.zeros(6), noise, 4000)).astype(np.float32)
    scaler = fit_scaler(x, method="mnf", noise=noise, mnf_components=4)
    axes = scaler.arrays["axes"].astype(np.float64)
    np.testing.assert_allclose(axes.T @ noise @ axes, np.eye(4), atol=1e-5)
    scores = scaler.transform(x)
    values = eigh(np.cov(x.T, bias=True), noise, eigvals_only=True)[::-1]
    np.testing.assert_allclose(np.cov(scores.T, bias=True), np.diag(values[:4]), rtol=1e-3, atol=values[0] * 1e-4)
    assert values[1] > 20  # both directions of the signal come before the noise
    np.testing.assert_allclose(values[2:4], 1, atol=0.2)


def test_mnf_gives_back_the_spectra_without_noise() -> None:
    """With all components the spectra come back; with those of the signal, its noise is less."""
    random = np.random.default_rng(12)
    signal = random.normal(size=(2000, 1)) @ random.normal(size=(1, 8)) + 3
    x = (signal + random.normal(scale=0.1, size=signal.shape)).astype(np.float32)
    whole, one = (fit_scaler(x, method="mnf", noise=0.01 * np.eye(8), mnf_components=n) for n in (30, 1))
    assert (whole.columns, one.columns) == (8, 1)
    np.testing.assert_allclose(whole.restored(whole.transform(x), x), x, atol=1e-4)
    assert np.abs(one.restored(one.transform(x), x) - signal).mean() < 0.5 * np.abs(x - signal).mean()


def test_mnf_without_the_noise_is_an_error_in_words() -> None:
    """It cannot be fitted on spectra alone."""
    with pytest.raises(ConfigError, match="mnf needs the noise covariance of the bands"):
        fit_scaler(TRAIN, method="mnf")


def test_what_needs_the_noise_is_known_to_the_rules() -> None:
    """Rules import no normalisation: their list of those that need the noise is that of the table."""
    assert {name for name, row in NORMALISATIONS.items() if row.noise} == set(WITH_NOISE)


SENSORS = (SensorBands("vnir", 7), SensorBands("swir", 9))
OF_BOTH = np.concatenate([np.linspace(500, 1100, 7), np.linspace(1000, 2500, 9)])


@pytest.mark.parametrize("method", NORMALISATIONS)
def test_each_sensor_is_normalised_by_itself(method: str, tmp_path: Path) -> None:
    """The columns of a sensor are those of a scaler of its bands alone, fitted on the pixels that it has data of."""
    x = np.random.default_rng(8).uniform(0.2, 0.9, (40, 16)).astype(np.float32)
    x[:9, 7:] = np.nan
    windows = ((1000.0, 2500.0),)
    noise = np.diag(np.linspace(0.01, 0.02, 16))
    found = fit_scaler(x, method=method, wavelengths_nm=OF_BOTH, sensors=SENSORS, windows=windows, noise=noise)
    swir = fit_scaler(x[9:, 7:], method=method, wavelengths_nm=OF_BOTH[7:], windows=windows, noise=noise[7:, 7:])
    columns = found.transform(x)
    np.testing.assert_array_equal(columns[9:, -swir.columns :], swir.transform(x[9:, 7:]))
    assert np.isnan(columns[:9, -swir.columns :]).all()
    assert np.isfinite(columns[:, : -swir.columns]).all()
    assert found.columns == sum(found.views) == columns.shape[1]
    assert len(found.views) >= len(swir.views)
    assert np.isfinite(without_gaps(columns)).all()
    shown = found.undo_columns(columns)[:, : len(found.shown)]
    of_swir = swir.undo_columns(columns[9:, -swir.columns :])[:, : len(swir.shown)]
    np.testing.assert_allclose(shown[9:, -len(swir.shown) :], of_swir, rtol=1e-6)
    np.testing.assert_allclose(found.restored(columns[9:], x[9:]), x[9:], atol=1e-4)
    save_model(tmp_path / "scaler", *found.to_saved())
    np.testing.assert_array_equal(read_scaler(tmp_path / "scaler").transform(x), columns)


def test_a_window_that_no_sensor_sees_is_refused() -> None:
    """A window must lie in the range of one of the sensors."""
    x = np.random.default_rng(8).uniform(0.2, 0.9, (40, 16)).astype(np.float32)
    with pytest.raises(DataError, match="of every sensor: the window 3000 to 4000 nm"):
        fit_scaler(x, method="hull", wavelengths_nm=OF_BOTH, windows=((3000.0, 4000.0),), sensors=SENSORS)


def test_an_optional_window_that_no_sensor_sees_has_no_column() -> None:
    """Of several sensors likewise."""
    x = np.random.default_rng(8).uniform(0.2, 0.9, (40, 16)).astype(np.float32)
    given = {"wavelengths_nm": OF_BOTH, "windows": ((3000.0, 4000.0),), "sensors": SENSORS}
    found = fit_scaler(x, method="hull", optional_windows=True, **given)
    assert found.columns == 0
    assert found.transform(x).shape == (len(x), 0)


def test_a_sensor_that_no_pixel_has_is_refused() -> None:
    """Nothing can be fitted to a sensor without a training pixel."""
    x = np.random.default_rng(8).uniform(0.2, 0.9, (40, 16)).astype(np.float32)
    x[:, :7] = np.nan
    with pytest.raises(DataError, match="none has data of vnir"):
        fit_scaler(x, method="snv_level", wavelengths_nm=OF_BOTH, sensors=SENSORS)


def test_the_noise_view_is_the_same_density_on_whitened_columns() -> None:
    """Noise is white in the third view, and one sigma a column there is the covariance D S D of the bands, by SciPy."""
    random = np.random.default_rng(13)
    mixing = random.normal(size=(5, 5))
    noise = mixing @ mixing.T / 20 + 0.01 * np.eye(5)
    x = (random.normal(size=(300, 5)) + 6).astype(np.float32)
    scaler = fit_scaler(x, method="views_noise", noise=noise)
    assert scaler.views == (7, 5, 5)
    whitening = scaler.arrays["whitening"].astype(np.float64)
    np.testing.assert_allclose(whitening.T @ noise @ whitening, np.eye(5), atol=1e-4)
    plain = fit_scaler(x, method="views").transform(x)
    np.testing.assert_allclose(scaler.transform(x)[:, :12], plain, atol=1e-5)

    view, scale, mean = scaler.transform(x)[:, 12:], scaler.arrays["scale"][12:], scaler.arrays["mean"][12:]
    sigma, middle = random.uniform(0.2, 1, 5), random.normal(size=5)
    ours = norm(middle, sigma).logpdf(view).sum(axis=1) - np.log(scale).sum() + np.linalg.slogdet(whitening)[1]
    back = np.linalg.inv(whitening)
    centre = (mean + middle * scale) @ back + scaler.arrays["centre"]
    covariance = back.T @ np.diag((sigma * scale) ** 2) @ back
    np.testing.assert_allclose(ours, multivariate_normal(centre, covariance).logpdf(x), rtol=1e-3)
