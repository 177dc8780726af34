"""Many trainings in one process: compiled once, with the weights of a process of their own."""

import gc
import json
import subprocess
import sys
import weakref
from collections import OrderedDict
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from test_refit import SETTINGS

from semispectral.models.fit_settings import FitConfig, NetConfig
from semispectral.models.m1 import M1
from semispectral.models.nets import Mlp
from semispectral.models.settings_m1 import M1Config
from semispectral.training import compiled as programmes
from semispectral.training.compiled import KEPT, Programme, lent, programme_of
from semispectral.training.m1_task import M1Task
from semispectral.training.m2_objectives import M2Objective
from semispectral.training.run import Run
from semispectral.training.train_m1 import train_m1
from semispectral.training.train_m2 import train_m2, train_qy
from tiny_training import blob_data

pytestmark = pytest.mark.slow

FIT = FitConfig(batch=32, epochs=3, least_steps=2, evaluate_every=2)
M1_SETTINGS = M1Config(latents=2, net=NetConfig(hidden=(8,)), fit=FIT, dead_std=0.0)
M2_SETTINGS = replace(SETTINGS, fit=FIT)


def weights(seed: int, *, labelled: int) -> dict[str, np.ndarray]:
    """What M1, M2 and q(y|x) come to with one seed and so many labels of each class."""
    data, x, _ = blob_data(labelled=labelled, unlabelled=20 + labelled)
    run = Run(seed, None)
    trained = {
        "m1": train_m1(data.unlabelled.mean, x, settings=M1_SETTINGS, run=run),
        "m2": train_m2(data, settings=M2_SETTINGS, run=run, classes=4),
        "qy": train_qy(data, settings=M2_SETTINGS, run=run, classes=4),
    }
    return {f"{kind}/{name}": array for kind, one in trained.items() for name, array in one.arrays.items()}


@pytest.fixture
def traced(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The networks that are put into a graph, one entry each time."""
    found: list[str] = []
    call = Mlp.__call__

    def told(mlp: Mlp, *inputs: tf.Tensor) -> dict[str, tf.Tensor]:
        if not tf.executing_eagerly():
            found.append(mlp.name)
        return call(mlp, *inputs)

    monkeypatch.setattr(Mlp, "__call__", told)
    return found


def test_a_second_training_is_that_of_a_process_of_its_own() -> None:
    """Bit for bit, after trainings with another seed and other data used the same models."""
    weights(1, labelled=4)
    second = weights(2, labelled=6)
    code = "import sys, json; sys.path[:0] = sys.argv[1:]; from test_compiled import weights\n"
    code += "print(json.dumps({name: array.tobytes().hex() for name, array in weights(2, labelled=6).items()}))"
    here = Path(__file__).parent
    alone = subprocess.run(
        [sys.executable, "-c", code, str(here), str(here.parent)], capture_output=True, text=True, check=True
    )
    assert json.loads(alone.stdout.splitlines()[-1]) == {name: a.tobytes().hex() for name, a in second.items()}


@pytest.mark.each_python
def test_compiled_steps_end_where_others_end(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """The weights of M1, M2 and q(y|x) are those of a training without XLA, but for rounding.

    Most tests of training do without XLA.
    """
    compiled = weights(1, labelled=4)
    monkeypatch.setattr(programmes, "_idle", OrderedDict())  # new models, for which nothing is compiled
    request.getfixturevalue("uncompiled")
    uncompiled = weights(1, labelled=4)
    assert compiled.keys() == uncompiled.keys()
    for name, array in compiled.items():
        np.testing.assert_allclose(array, uncompiled[name], rtol=1e-3, atol=1e-4, err_msg=name)


def test_nothing_is_put_into_a_graph_twice(traced: list[str]) -> None:
    """Another seed, more labels and more pixels need no new graph; other settings do."""
    weights(1, labelled=4)
    traced.clear()
    weights(2, labelled=6)
    assert traced == []
    data, _, _ = blob_data(labelled=4, unlabelled=20)
    train_qy(data, settings=replace(M2_SETTINGS, latents=3), run=Run(1, None), classes=4)
    assert set(traced) == {"q_y"}


@pytest.mark.usefixtures("uncompiled")  # the graph is made as always, and nothing but graphs is counted
def test_refitting_compiles_nothing(traced: list[str]) -> None:
    """M2's second training, on all labels that the run may see, runs the programme of the first."""
    data, _, _ = blob_data(labelled=4, unlabelled=20)
    settings = replace(M2_SETTINGS, latents=4)
    train_m2(data, settings=replace(settings, select="last"), run=Run(1, None), classes=4)
    once = len(traced)
    traced.clear()
    programmes._idle.clear()
    train_m2(data, settings=settings, run=Run(1, None), classes=4)
    assert len(traced) == once


def test_a_borrowed_model_is_as_if_newly_made() -> None:
    """It is the same object, with the weights of the new seed."""
    with lent(M1, 5, M1_SETTINGS, seed=1) as first:
        first.encoder.hidden[0].bias.assign_add(tf.ones(8))
    with lent(M1, 5, M1_SETTINGS, seed=2) as second:
        assert second is first
        for name, variable in M1(5, M1_SETTINGS, seed=2).arrays().items():
            np.testing.assert_array_equal(variable, second.arrays()[name])


def test_two_borrowers_never_share_a_model() -> None:
    """While one has it, the other gets a model of its own."""
    with lent(M1, 5, M1_SETTINGS, seed=1) as one, lent(M1, 5, M1_SETTINGS, seed=1) as other:
        assert one is not other


def test_models_of_other_shapes_or_settings_are_others() -> None:
    """The facts tell models apart, not only their kind."""
    with lent(M1, 5, M1_SETTINGS, seed=1) as one:
        pass
    with lent(M1, 6, M1_SETTINGS, seed=1) as wider, lent(M1, 5, replace(M1_SETTINGS, latents=3), seed=1) as deeper:
        assert len({id(model) for model in (one, wider, deeper)}) == 3


def test_objectives_tell_programmes_apart() -> None:
    """What the graph holds as a number is part of what the programme is known by."""
    model = M1(5, M1_SETTINGS, seed=1)
    same, other = (programme_of(model, M2Objective(alpha), "adam", 1.0) for alpha in (0.1, 0.2))
    assert same is programme_of(model, M2Objective(0.1), "adam", 1.0)
    assert same is not other


def test_only_the_last_models_are_kept() -> None:
    """However many shapes a process has trained, what it keeps is bounded; pixels it never keeps."""
    gone = []
    for bands in range(3, 2 * KEPT + 3):
        with lent(M1, bands, M1_SETTINGS, seed=1) as model:
            x = np.zeros((40, bands), np.float32)
            task = M1Task(model, x, x, M1_SETTINGS, seed=1)
            programme_of(model, task.objective, "adam", 1.0)
        gone += [weakref.ref(task), weakref.ref(task.x.resident["mean"])]
        del task
    gc.collect()
    assert all(reference() is None for reference in gone)
    assert len(programmes._idle) <= KEPT
    assert sum(isinstance(thing, Programme) for thing in gc.get_objects()) <= KEPT
