"""A step in pieces is the whole step."""

import numpy as np
import pytest
import tensorflow as tf

from semispectral.models.fit_settings import NetConfig
from semispectral.models.m1 import M1
from semispectral.models.settings_m1 import M1Config
from semispectral.models.settings_m2 import M2Config
from semispectral.training import batch_pieces as pieces
from semispectral.training.batch_pieces import piece, pieces_of
from semispectral.training.compiled import Programme
from semispectral.training.m1_task import M1Objective
from semispectral.training.m2_objectives import M2Objective, QyObjective
from semispectral.training.task import Model, Objective
from semispectral.training.train_m2 import m2_of

pytestmark = pytest.mark.slow

INPUTS, CLASSES, LATENTS, WIDTH = 5, 4, 3, 8
LABELLED, UNLABELLED = 6, 18
NET = NetConfig(hidden=(WIDTH,))
WEIGHTS = {"kl": 0.7, "unlabelled": 0.4}


def normal(*shape: int) -> tf.Tensor:
    """Draws with a seed that is the shape."""
    return tf.constant(np.random.default_rng(shape).standard_normal(shape, np.float32))


def batches() -> dict[str, dict[str, tf.Tensor]]:
    """A batch of each objective."""
    y = tf.one_hot(np.arange(LABELLED) % CLASSES, CLASSES)
    labelled = {"labelled": normal(LABELLED, INPUTS), "y": y}
    unlabelled = {
        "labelled_noise": normal(LABELLED, LATENTS),
        "unlabelled": normal(UNLABELLED, INPUTS),
        "unlabelled_weight": tf.abs(normal(UNLABELLED, 1)),
        "unlabelled_noise": normal(CLASSES, UNLABELLED, LATENTS),
    }
    x = {"x": normal(UNLABELLED, INPUTS), "noise": normal(UNLABELLED, LATENTS)}
    return {"m1": x, "m2": labelled | unlabelled, "qy": labelled}


def models(auxiliary: int = 0) -> dict[str, tuple[Model, Objective]]:
    """A model and what it is trained for."""
    m2 = M2Config(latents=LATENTS - auxiliary, auxiliary=auxiliary, net=NET, classifier=NET)
    m1 = M1(INPUTS, M1Config(latents=LATENTS, net=NET), seed=1)
    classifier = m2_of(INPUTS, CLASSES, m2, seed=1)
    return {"m1": (m1, M1Objective()), "m2": (classifier, M2Objective(0.3)), "qy": (classifier, QyObjective())}


def found(name: str, *, auxiliary: int = 0) -> list[np.ndarray]:
    """Gradients and terms."""
    model, objective = models(auxiliary)[name]
    programme = Programme(model, objective, "adam", 10.0)
    gradients, terms = programme.gradients(batches()[name], {key: tf.constant(w) for key, w in WEIGHTS.items()})
    return [np.asarray(value) for value in [*gradients, terms]]


@pytest.mark.parametrize(("name", "auxiliary"), [("m1", 0), ("m2", 0), ("m2", 1), ("qy", 0)])
def test_a_step_in_pieces_has_the_gradients_of_the_whole(
    name: str, auxiliary: int, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """Also the values of its terms. Those of M1 are compiled, as all are in training."""
    if name != "m1":
        request.getfixturevalue("uncompiled")
    whole = found(name, auxiliary=auxiliary)
    monkeypatch.setattr(pieces, "MOST_FLOATS", 1)
    assert pieces_of(batches()[name], widest=WIDTH) > 1
    for one, other in zip(found(name, auxiliary=auxiliary), whole, strict=True):
        np.testing.assert_allclose(one, other, rtol=2e-5, atol=2e-6)


@pytest.mark.parametrize(("most", "expected"), [(CLASSES * UNLABELLED * WIDTH, 1), (400, 2), (200, 3), (1, 6)])
def test_as_few_pieces_as_keep_a_layer_small(most: int, expected: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """4 classes of 18 pixels are 72 rows of 8; 6 labelled pixels can be cut in 1, 2, 3 or 6."""
    monkeypatch.setattr(pieces, "MOST_FLOATS", most)
    assert pieces_of(batches()["m2"], widest=WIDTH) == expected


def test_every_pixel_is_in_one_piece() -> None:
    """With its noise of every class."""
    batch = batches()["m2"]
    parts = [piece(batch, tf.constant(place), pieces=3) for place in range(3)]
    for name, x in batch.items():
        np.testing.assert_array_equal(np.concatenate([part[name] for part in parts], axis=-2), x)


def test_pixels_that_do_not_divide_stay_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """7 and 5 pixels have no common piece."""
    monkeypatch.setattr(pieces, "MOST_FLOATS", 1)
    assert pieces_of({"labelled": normal(5, 2), "unlabelled": normal(7, 2)}, widest=WIDTH) == 1
