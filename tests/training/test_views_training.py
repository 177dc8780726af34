"""M1 of several views: each is trained as if it were alone, and their history adds up."""

import numpy as np
import pytest

from semispectral.errors import DataError
from semispectral.inference.m1_inference import M1Inference
from semispectral.models.fit_settings import FitConfig, NetConfig
from semispectral.models.settings_m1 import M1Config
from semispectral.training.run import Run
from semispectral.training.train_m1 import train_m1

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("uncompiled")]

FIT = FitConfig(learning_rate=1e-2, batch=32, epochs=4, evaluate_every=2, least_steps=2)
SETTINGS = M1Config(latents=3, dead_std=0.0, net=NetConfig(hidden=(8,)), fit=FIT)


def spectra(pixels: int, *, seed: int) -> np.ndarray:
    """Two latent factors in 10 columns."""
    random = np.random.default_rng(seed)
    mixing = np.random.default_rng(0).standard_normal((2, 10))
    return (random.standard_normal((pixels, 2)) @ mixing).astype(np.float32)


def test_each_view_is_trained_as_if_alone() -> None:
    """Bit for bit; and the bound and the live latents of the whole are sums."""
    x, valid, run = spectra(96, seed=1), spectra(32, seed=2), Run(5, None)
    whole = train_m1(x, valid, settings=SETTINGS, run=run, views=(6, 4))
    parts = [train_m1(x[:, c], valid[:, c], settings=SETTINGS, run=run) for c in (slice(0, 6), slice(6, 10))]
    seen = M1Inference(whole.arrays, whole.description).encode(x)[0]
    apart = [
        M1Inference(part.arrays, part.description).encode(x[:, c])[0]
        for part, c in zip(parts, (slice(0, 6), slice(6, 10)), strict=True)
    ]
    np.testing.assert_allclose(seen, np.concatenate(apart, axis=1), atol=1e-6)
    for name in ("bound", "bound_valid", "live"):
        np.testing.assert_allclose(whole.history[name], sum(part.history[name] for part in parts), rtol=1e-6)
    assert whole.history["epoch"].tolist() == [1, 2, 3, 4]
    assert whole.description["views"] == [6, 4]


def test_a_view_is_trained_on_the_pixels_that_have_it() -> None:
    """The limit: pixels that lack a view change nothing of it, bit for bit, and train the other one."""
    x, valid, run = spectra(96, seed=1), spectra(32, seed=2), Run(5, None)
    x[:40, 6:], valid[:10, 6:] = np.nan, np.nan
    whole = train_m1(x, valid, settings=SETTINGS, run=run, views=(6, 4))
    alone = train_m1(x[40:, 6:].copy(), valid[10:, 6:].copy(), settings=SETTINGS, run=run)
    for name in ("q_z_mean/bias", "p_x_output/bias"):
        np.testing.assert_array_equal(whole.arrays[f"view1/{name}"], alone.arrays[name])
    mean, _ = M1Inference(whole.arrays, whole.description).encode(x)
    assert np.isfinite(mean).all()
    assert (mean[:40, 3:] == 0).all()


def test_pictures_show_the_whole_m1() -> None:
    """While a view is trained, what is shown has the columns of all."""
    shown = []

    def picture(arrays: dict[str, np.ndarray], description: dict[str, object], epoch: int) -> None:
        model = M1Inference(arrays, description)
        shown.append((model.decode(model.encode(spectra(3, seed=3))[0]).shape, epoch))

    train_m1(
        spectra(96, seed=1), spectra(32, seed=2), settings=SETTINGS, run=Run(5, None, picture=picture), views=(6, 4)
    )
    assert shown == [((3, 10), 2), ((3, 10), 4)] * 2


def test_only_if_every_latent_of_every_view_died_it_is_an_error() -> None:
    """A view of noise may have no live latent."""
    settings = M1Config(latents=2, dead_std=0.9, net=NetConfig(hidden=(8,)), fit=FIT)
    with pytest.raises(DataError, match="every latent of M1 died"):
        train_m1(1e-3 * spectra(96, seed=1), spectra(32, seed=2), settings=settings, run=Run(5, None), views=(6, 4))
