"""Noise-whitened scores beside latents: their scale, their deviation, and what stays as it was."""

from dataclasses import replace

import numpy as np
import pandas as pd

from semispectral.scans.cube import Latents
from semispectral.scans.sensor_bands import SensorBands
from semispectral.spectra.noise_scores import scaled_scores, with_scores
from semispectral.spectra.scaling import Scaler, fit_scaler

BANDS, LATENTS = 8, 3
MIXING = np.random.default_rng(3).normal(size=(BANDS, BANDS))
NOISE = MIXING @ MIXING.T / 50


def spectra(*, seed: int, count: int = 3000) -> np.ndarray:
    """Spectra of two materials, float32 [pixel, band]."""
    random = np.random.default_rng(seed)
    signal = random.normal(size=(count, 2)) @ np.random.default_rng(4).normal(size=(2, BANDS)) * 4
    return (signal + random.multivariate_normal(np.zeros(BANDS), NOISE, count)).astype(np.float32)


def latents(count: int) -> Latents:
    """Latents of as many pixels."""
    random = np.random.default_rng(5)
    table = pd.DataFrame({"scene": "A", "line": 0, "sample": np.arange(count), "code": 0})
    mean, log_variance = random.normal(size=(2, count, LATENTS)).astype(np.float32)
    return Latents(mean, log_variance, table)


def mnf(**options: object) -> Scaler:
    """The components of these spectra."""
    return fit_scaler(spectra(seed=6), method="mnf", noise=NOISE, mnf_components=5, **options)  # type: ignore[arg-type]


def test_one_scale_serves_all_scores() -> None:
    """Their mean square is 1 on the training pixels, and they keep their sizes against each other."""
    scaler, x = mnf(), spectra(seed=6)
    scaled, scores = scaled_scores(scaler, x), scaler.transform(x)
    np.testing.assert_allclose(np.square(scaled).mean(), 1, rtol=1e-4)
    np.testing.assert_allclose(scaled.std(axis=0) / scaled.std(), scores.std(axis=0) / scores.std(), rtol=1e-5)


def test_a_score_is_as_uncertain_as_its_noise() -> None:
    """Against a draw: the same spectrum measured again and again scatters by the deviation that the score has."""
    scaler = mnf()
    noise = np.random.default_rng(7).multivariate_normal(np.zeros(BANDS), NOISE, 20_000)
    x = (spectra(seed=8, count=1) + noise).astype(np.float32)
    found = with_scores(latents(len(x)), scaler, x)
    deviation = np.exp(0.5 * found.log_variance[0, LATENTS:])
    np.testing.assert_allclose(found.mean[:, LATENTS:].std(axis=0), deviation, rtol=0.03)


def test_latents_stay_as_they_are() -> None:
    """They come first, with their own deviation; without any score nothing else is there."""
    scaler, x = mnf(), spectra(seed=9, count=20)
    before = latents(len(x))
    after = with_scores(before, scaler, x)
    assert after.mean.shape == after.log_variance.shape == (20, LATENTS + 5)
    for name in ("mean", "log_variance"):
        np.testing.assert_array_equal(getattr(after, name)[:, :LATENTS], getattr(before, name))
    none = {key: scaler.arrays[key][..., :0] for key in ("axes",)} | {"back": scaler.arrays["back"][:0]}
    alone = with_scores(before, replace(scaler, arrays={**scaler.arrays, **none}), x)
    np.testing.assert_array_equal(alone.mean, before.mean)
    np.testing.assert_array_equal(alone.log_variance, before.log_variance)


def test_each_sensor_has_a_scale_of_its_own() -> None:
    """A sensor in other units counts as much; where it has no data, its scores are 0."""
    x = np.concatenate([spectra(seed=6), 1000 * spectra(seed=10)], axis=1)
    noise = np.block([[NOISE, np.zeros_like(NOISE)], [np.zeros_like(NOISE), 1e6 * NOISE]])
    sensors = (SensorBands("swir", BANDS), SensorBands("tir", BANDS))
    scaler = fit_scaler(x, method="mnf", noise=noise, mnf_components=4, sensors=sensors)
    scaled = scaled_scores(scaler, x)
    np.testing.assert_allclose([np.square(part).mean() for part in (scaled[:, :4], scaled[:, 4:])], 1, rtol=1e-4)
    x[:5, BANDS:] = np.nan
    assert (scaled_scores(scaler, x)[:5, 4:] == 0).all()
