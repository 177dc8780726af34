"""What TensorFlow reads when it is imported: set by the package that has all of it, and the same graph everywhere."""

import json
import os
import subprocess
import sys

import pytest
import tensorflow as tf

from semispectral.models import ENVIRONMENT, XLA_FLAGS

SAY = "import json, os, semispectral.models.fit_settings; print(json.dumps(dict(os.environ)))"


def environment_after_import(**given: str) -> dict[str, str]:
    """The environment of a new process that has imported a module of the package."""
    own = {name: value for name, value in os.environ.items() if name not in {*ENVIRONMENT, "XLA_FLAGS"}}
    done = subprocess.run([sys.executable, "-c", SAY], env=own | given, capture_output=True, text=True, check=True)
    found: dict[str, str] = json.loads(done.stdout)
    return found


def test_any_module_of_the_package_sets_it() -> None:
    """It is set before TensorFlow can be imported, and what the user has set stays."""
    assert ENVIRONMENT.items() <= environment_after_import().items()
    assert environment_after_import(TF_ENABLE_ONEDNN_OPTS="1")["TF_ENABLE_ONEDNN_OPTS"] == "1"


def test_flags_of_xla_are_added_to_the_users() -> None:
    """A GPU's kernels are chosen without timing, unless the user says otherwise; other flags stay too."""
    ours = [f"{name}={value}" for name, value in XLA_FLAGS.items()]
    assert environment_after_import()["XLA_FLAGS"].split() == ours
    theirs = ["--xla_gpu_autotune_level=4", "--xla_cpu_enable_fast_math=false"]
    both = environment_after_import(XLA_FLAGS=" ".join(theirs))["XLA_FLAGS"].split()
    assert both == [*theirs, "--xla_gpu_deterministic_ops=true"]


@pytest.mark.parametrize("leading", [(), (1,), (1, 1), (1, 1, 1), (3, 1)])
@pytest.mark.parametrize("activation", [tf.nn.relu, tf.tanh, tf.identity])
def test_a_graph_keeps_the_axes_of_what_is_added(leading: tuple[int, ...], activation: object) -> None:
    """x W + b has the shape that it has without a graph, on every processor: oneDNN's rewriting would lose axes."""
    x, kernel, added = tf.ones([5, 2]), tf.ones([2, 4]), tf.ones([*leading, 4])

    def layer() -> tf.Tensor:
        return activation(tf.matmul(x, kernel) + added)  # type: ignore[operator]

    assert tf.function(layer)().numpy().shape == layer().numpy().shape
