"""Several views as one M1: the joined model is the product of its parts."""

import itertools
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from scipy.linalg import block_diag

from semispectral.inference.m1_inference import M1Inference
from semispectral.inference.views import Saved, join
from semispectral.maps.pipeline import m1_scores
from semispectral.models.fit_settings import NetConfig
from semispectral.models.settings_m1 import M1Config
from semispectral.storage.model_files import load_model, save_model

LATENTS, HIDDEN = 3, 5


def part(columns: int, *, seed: int, likelihood: str, live: list[int], hidden: tuple[int, ...] = (HIDDEN,)) -> Saved:
    """An M1 of random weights on so many columns."""
    random = np.random.default_rng(seed)
    layers = {"q_z": (columns, {"mean": LATENTS, "log_variance": LATENTS}), "p_x": (LATENTS, {"output": columns})}
    arrays = {}
    for net, (inputs, heads) in layers.items():
        widths = [inputs, *hidden]
        for number, (rows, width) in enumerate(itertools.pairwise(widths)):
            arrays |= {f"{net}_hidden_{number}/kernel_0": (rows, width), f"{net}_hidden_{number}/bias": (width,)}
        for head, width in heads.items():
            arrays |= {f"{net}_{head}/kernel_0": (widths[-1], width), f"{net}_{head}/bias": (width,)}
    if likelihood != "bernoulli":
        arrays["likelihood/log_sigma"] = (columns,)
    made = {name: 0.4 * random.standard_normal(shape).astype(np.float32) for name, shape in arrays.items()}
    settings = asdict(M1Config(latents=LATENTS, likelihood=likelihood, net=NetConfig(hidden=hidden)))
    facts = {"kind": "m1", "bands": columns, "settings": settings, "live": live, "best_score": -1.0}
    return made, facts | {"restarts": 0, "latent_std": [1.0] * LATENTS, "error": [0.5] * columns, "best_epoch": seed}


@pytest.mark.parametrize("likelihood", ["gaussian", "student_t", "bernoulli"])
@pytest.mark.parametrize("hidden", [(), (HIDDEN,), (HIDDEN, 4)])
def test_joined_model_is_the_product(likelihood: str, hidden: tuple[int, ...]) -> None:
    """q(z|x) of each view beside that of the other, E[x|z] likewise, and log p(x|z) and the map's score add up."""
    shape = {"likelihood": likelihood, "hidden": hidden}
    parts = [part(6, seed=1, live=[0, 2], **shape), part(4, seed=2, live=[1], **shape)]
    whole, views = M1Inference(*join(parts)), [M1Inference(*each) for each in parts]
    x = np.random.default_rng(3).random((7, 10), np.float32)
    seen = np.split(x, [6], axis=1)
    mean, log_variance = whole.encode(x)
    apart = [view.encode(each) for view, each in zip(views, seen, strict=True)]
    np.testing.assert_allclose(mean, np.concatenate([m for m, _ in apart], axis=1), atol=1e-6)
    np.testing.assert_allclose(log_variance, np.concatenate([v for _, v in apart], axis=1), atol=1e-6)
    again = [view.decode(m) for view, (m, _) in zip(views, apart, strict=True)]
    np.testing.assert_allclose(whole.decode(mean), np.concatenate(again, axis=1), atol=1e-5)
    z = np.random.default_rng(4).standard_normal((7, 2 * LATENTS)).astype(np.float32)
    log_p = [view.log_p_x(each, half) for view, each, half in zip(views, seen, np.split(z, 2, axis=1), strict=True)]
    np.testing.assert_allclose(whole.log_p_x(x, z), sum(log_p), rtol=1e-4)
    scores = [m1_scores(view, each)[1] for view, each in zip(views, seen, strict=True)]
    np.testing.assert_allclose(m1_scores(whole, x)[1], sum(scores), rtol=1e-4)


@pytest.mark.parametrize("likelihood", ["gaussian", "student_t", "bernoulli"])
@pytest.mark.parametrize("hidden", [(), (HIDDEN,), (HIDDEN, 4)])
def test_networks_side_by_side_are_one_of_blocks_on_the_diagonal(likelihood: str, hidden: tuple[int, ...]) -> None:
    """The oracle is one dense M1 whose kernels are 0 between the views."""
    shape = {"likelihood": likelihood, "hidden": hidden}
    parts = [part(6, seed=1, live=[0, 2], **shape), part(4, seed=2, live=[1], **shape)]
    arrays, said = join(parts)
    blocks = {name: [each[name] for each, _ in parts] for name in parts[0][0]}
    dense = {n: block_diag(*each) if each[0].ndim == 2 else np.concatenate(each) for n, each in blocks.items()}
    whole, oracle = M1Inference(arrays, said), M1Inference(dense, said)
    x = np.random.default_rng(3).random((7, 10), np.float32)
    z = whole.encode(x)[0]
    for found, expected in zip(whole.all_latents(x), oracle.all_latents(x), strict=True):
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(whole.decode(z), oracle.decode(z), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(whole.draw(z, seed=1), oracle.draw(z, seed=1), rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(whole.bound(x, seed=1), oracle.bound(x, seed=1), rtol=1e-4)
    assert sum(array.size for array in arrays.values()) == sum(a.size for each, _ in parts for a in each.values())


def test_a_joined_model_reads_back(tmp_path: Path) -> None:
    """Bit for bit."""
    shape = {"likelihood": "gaussian"}
    saved = join([part(6, seed=1, live=[0, 2], **shape), part(4, seed=2, live=[1], **shape)])
    save_model(tmp_path / "m1", *saved)
    x = np.random.default_rng(3).random((7, 10), np.float32)
    for found, expected in zip(
        M1Inference(*load_model(tmp_path / "m1")).encode(x), M1Inference(*saved).encode(x), strict=True
    ):
        np.testing.assert_array_equal(found, expected)


def test_what_is_said_of_the_joined_model() -> None:
    """Its description has the widths of all views, and the live latents by their place among all."""
    shape = {"likelihood": "gaussian"}
    _, said = join([part(6, seed=1, live=[0, 2], **shape), part(4, seed=2, live=[1], **shape)])
    assert said["views"] == [6, 4]
    assert said["bands"] == 10
    assert said["live"] == [0, 2, 4]
    assert said["settings"]["latents"] == 2 * LATENTS
    assert said["settings"]["net"]["hidden"] == [2 * HIDDEN]
    assert len(said["latent_std"]) == 2 * LATENTS
    assert len(said["error"]) == 10
    assert said["best_epoch"] == 1


def test_one_view_is_itself() -> None:
    """Nothing changes where there is one."""
    alone = part(6, seed=1, live=[0, 2], likelihood="gaussian")
    assert join([alone]) is alone


@pytest.mark.parametrize("likelihood", ["gaussian", "student_t", "bernoulli"])
def test_a_view_that_a_pixel_lacks_is_left_out(likelihood: str) -> None:
    """The limit: latents, bound and score are those of an M1 that has the other view alone; the lacking one's prior."""
    parts = [part(6, seed=1, live=[0, 2], likelihood=likelihood), part(4, seed=2, live=[1], likelihood=likelihood)]
    whole, first = M1Inference(*join(parts)), M1Inference(*parts[0])
    x = np.random.default_rng(3).random((7, 10), np.float32)
    lacking = x.copy()
    lacking[2:5, 6:] = np.nan
    mean, log_variance = whole.encode(lacking)
    there = np.array([0, 1, 5, 6])
    np.testing.assert_allclose(mean[there], whole.encode(x)[0][there], atol=1e-6)
    np.testing.assert_allclose(mean[2:5, :2], first.encode(x[2:5, :6])[0], atol=1e-6)
    np.testing.assert_allclose(whole.means(lacking), mean, rtol=1e-6, atol=1e-6)
    assert (mean[2:5, 2] == 0).all()
    assert (log_variance[2:5, 2] == 0).all()
    assert mean.dtype == log_variance.dtype == np.float32
    noise = [np.random.default_rng(4).standard_normal((7, 2 * LATENTS)).astype(np.float32)]
    np.testing.assert_allclose(
        whole._bound(lacking, noise)[2:5], first._bound(x[:, :6], [noise[0][:, :LATENTS]])[2:5], rtol=1e-4, atol=1e-4
    )
    np.testing.assert_allclose(m1_scores(whole, lacking)[1][2:5], m1_scores(first, x[2:5, :6])[1], rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(m1_scores(whole, lacking)[1][there], m1_scores(whole, x)[1][there], rtol=1e-4, atol=1e-4)
