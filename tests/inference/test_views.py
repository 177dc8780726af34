"""Several views as one M1: the joined model is the product of its parts."""

import itertools
from dataclasses import asdict

import numpy as np
import pytest

from semispectral.inference.m1 import M1Inference
from semispectral.inference.views import Saved, join
from semispectral.mapping.pipeline import m1_scores
from semispectral.models.settings import NetConfig
from semispectral.models.settings_m1 import M1Config

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
    facts = {"kind": "m1", "bands": columns, "settings": settings, "live": live, "seconds": 2.0, "best_score": -1.0}
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
    assert said["seconds"] == 4.0


def test_one_view_is_itself() -> None:
    """Nothing changes where there is one."""
    arrays, said = part(6, seed=1, live=[0, 2], likelihood="gaussian")
    joined, described = join([(arrays, said)])
    assert {key: value for key, value in described.items() if key != "views"} == {
        **said,
        "settings": said["settings"] | {"net": said["settings"]["net"] | {"hidden": [HIDDEN]}},
    }
    assert all(np.array_equal(joined[name], value) for name, value in arrays.items())
