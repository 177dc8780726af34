"""What a study left out is told from core: by other pixels, in the unseen half, and not at all where it cannot be."""

import numpy as np
import pytest
from scipy.special import logsumexp
from scipy.stats import multivariate_normal

from semispectral.tray.learn import FALSE_ALARM, learn_tray
from semispectral.tray.tray_model import MIXTURES, TrayModel, described, log_density

BANDS = 24
RAMP = np.linspace(-1, 1, BANDS)


def spectra(pixels: int, *, level: float, slope: float, seed: int) -> np.ndarray:
    """Spectra of one kind: a level, which varies, and a slope over the bands."""
    random = np.random.default_rng(seed)
    shape = 1 + slope * RAMP + random.normal(0, 0.02, (pixels, BANDS))
    return (level * random.uniform(0.7, 1.3, (pixels, 1)) * shape).astype(np.float32)


def core(pixels: int, *, seed: int) -> np.ndarray:
    """Two rocks, one of them as dark as tray."""
    bright = spectra(pixels // 2, level=8000, slope=0.3, seed=seed)
    dark = spectra(pixels - pixels // 2, level=1500, slope=0.1, seed=seed + 100)
    return np.random.default_rng(seed).permutation(np.concatenate([bright, dark]))


def tray(pixels: int, *, seed: int) -> np.ndarray:
    """Plastic and shadow."""
    plastic = spectra(pixels // 2, level=1500, slope=-0.2, seed=seed)
    shadow = spectra(pixels - pixels // 2, level=60, slope=0.0, seed=seed + 100)
    return np.random.default_rng(seed).permutation(np.concatenate([plastic, shadow]))


@pytest.fixture(scope="module")
def learnt() -> TrayModel:
    """What is learnt from 800 pixels of each."""
    return learn_tray(tray(800, seed=1), core(800, seed=2), seed=0)


def test_other_tray_and_other_core_are_told(learnt: TrayModel) -> None:
    """Plastic as dark as a rock is told by its shape, shadow by its brightness; rock is kept."""
    assert learnt.facts["used"]
    assert learnt.is_tray(tray(400, seed=11)).mean() > 0.98
    assert learnt.is_tray(core(400, seed=12)).mean() < 4 * FALSE_ALARM


def test_density_is_that_of_the_mixture(learnt: TrayModel) -> None:
    """Equal, up to one constant, to a sum of normal densities."""
    seen = described(core(5, seed=3), learnt.arrays)
    for name in MIXTURES:
        parts = zip(*(learnt.arrays[f"{name}/{key}"] for key in ("weight", "mean", "root")), strict=True)
        wanted = [
            np.log(weight) + multivariate_normal(mean, np.linalg.inv(root @ root.T)).logpdf(seen)
            for weight, mean, root in parts
        ]
        constant = seen.shape[1] / 2 * np.log(2 * np.pi)
        found = log_density(seen, learnt.arrays, name) - constant
        np.testing.assert_allclose(found, logsumexp(wanted, axis=0), rtol=1e-6)


def test_what_is_like_core_is_not_told() -> None:
    """Where rock was left out, whatever it was, nothing is: core comes first."""
    found = learn_tray(core(800, seed=1), core(800, seed=2), seed=0)
    assert not found.facts["used"]
    assert not found.is_tray(core(400, seed=3)).any()


@pytest.mark.parametrize(("left", "kept"), [(0, 800), (800, 0), (20, 800)])
def test_too_few_pixels_tell_nothing(left: int, kept: int) -> None:
    """A study that left out a corner, or nothing."""
    found = learn_tray(tray(left, seed=1), core(kept, seed=2), seed=0)
    assert not found.is_tray(tray(50, seed=3)).any()


def test_a_sensor_without_data_leaves_an_answer(learnt: TrayModel) -> None:
    """Spectra with half of their bands have odds."""
    half = core(200, seed=5)
    half[:, : BANDS // 2] = np.nan
    assert np.isfinite(learnt.odds(half)).all()
