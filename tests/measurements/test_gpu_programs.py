"""The programs of measurements/gpu, in small and on whatever device there is."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

sys.path.append(str(Path(__file__).parents[2] / "measurements/gpu"))

import fits
import measure
import products
import seeds
import steps

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _precision() -> object:
    """TF32 is left as it was."""
    before = tf.config.experimental.tensor_float_32_execution_enabled()
    yield
    tf.config.experimental.enable_tensor_float_32_execution(before)


@pytest.fixture
def arrays() -> dict[str, np.ndarray]:
    """What demo_arrays.py writes, of a few random pixels."""
    random = np.random.default_rng(1)

    def part(pixels: int, label: np.ndarray) -> dict[str, np.ndarray]:
        mean = random.standard_normal((pixels, 4), np.float32)
        return {"mean": mean, "std": np.full_like(mean, 0.1), "label": label.astype(np.int16)}

    parts = {
        "labelled": part(6, np.arange(6) % 3),
        "unlabelled": part(40, np.full(40, -1)),
        "valid": part(6, np.arange(6) % 3),
    }
    x = random.standard_normal((60, 8), np.float32)
    named = {f"m2_{name}_{kind}": array for name, kinds in parts.items() for kind, array in kinds.items()}
    return {"m1_train": x, "m1_valid": x[:20], "views": np.asarray([8]), **named}


def test_a_step_and_a_product_take_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each timer gives a positive rate, and a step names what it needs."""
    monkeypatch.setattr(products, "LEAST_S", 0.0)
    monkeypatch.setattr(seeds, "LEAST_S", 0.0)
    monkeypatch.setattr(steps, "LEAST_S", 0.0)
    assert products.rate((8, 8, 8), "float32") > 0
    assert seeds.timed(2) > 0
    found = steps.timed("m1", 128, "tf32")
    assert found["ms"] > 0
    assert found["mpixels_s"] > 0


def test_a_seed_of_several_has_the_gradient_that_it_has_alone() -> None:
    """The loss is a sum over the seeds of what each has: a seed's gradient does not depend on its neighbours."""
    settings = seeds.M1Config()
    both = seeds.weights_of(2, settings)
    alone = [tf.Variable(weights[:1]) for weights in both]
    x = tf.random.stateless_normal([2, 5, seeds.BANDS], [1, 2])
    noise = tf.random.stateless_normal([2, 5, settings.latents], [3, 4])

    def gradient(weights: list[tf.Variable], many: int) -> list[np.ndarray]:
        with tf.GradientTape() as tape:
            loss = seeds.loss_of(weights, x[:many], noise[:many])
        return [found.numpy()[0] for found in tape.gradient(loss, weights)]

    for one, of_two in zip(gradient(alone, 1), gradient(both, 2), strict=True):
        np.testing.assert_allclose(one, of_two, rtol=1e-4, atol=1e-6)


@pytest.mark.usefixtures("uncompiled")
def test_predictions_on_the_device_are_numpys(
    arrays: dict[str, np.ndarray], capsys: pytest.CaptureFixture[str]
) -> None:
    """In float32 every pixel has the class that NumPy gives it."""
    fits.predictions(arrays, small=True)
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    assert [row["precision"] for row in rows] == ["float32", "tf32", "bfloat16"]
    assert rows[0]["same_class"] == 1.0
    assert rows[0]["largest_difference"] < 1e-4


def test_a_table_keeps_rows_of_other_columns_apart() -> None:
    """Lines with the same columns stand together."""
    lines = list(measure.table("title", [{"a": 1}, {"b": 2}, {"a": 3}]))
    assert lines.count("| a |") == 1
    assert lines.index("| 3 |") == lines.index("| 1 |") + 1
