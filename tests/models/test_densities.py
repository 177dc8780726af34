"""What is asked of TensorFlow Probability gives what SciPy gives, stands in one module, and says which versions fit."""

import re
import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from scipy import stats

from semispectral.errors import VersionsError
from semispectral.models import versions
from semispectral.models.densities import bernoulli, kl_divergence, normal, student_t

ROOT = Path(__file__).resolve().parents[2]
X = np.array([-1.5, 0.0, 0.25, 2.0], np.float32)


def test_the_installed_versions_are_known_to_work_together() -> None:
    """The first thing to fail where a newer TensorFlow, TensorFlow Probability or tf_keras is installed."""
    found = versions.installed()
    assert versions.missing(found) == ""
    assert versions.unknown(found) == ""


def test_densities_are_those_of_scipy() -> None:
    """Each density by its logarithm; a Bernoulli of values between 0 and 1 is the cross-entropy."""
    np.testing.assert_allclose(normal(0.5, 2.0).log_prob(X), stats.norm(0.5, 2.0).logpdf(X), rtol=1e-5)
    location, scale = np.float32(0.5), np.float32(2.0)
    np.testing.assert_allclose(student_t(4.0, location, scale).log_prob(X), stats.t(4.0, 0.5, 2.0).logpdf(X), rtol=1e-5)
    logits, grey = np.array([-2.0, 0.5], np.float32), np.array([0.3, 0.9], np.float32)
    share = 1 / (1 + np.exp(-logits))
    expected = grey * np.log(share) + (1 - grey) * np.log(1 - share)
    np.testing.assert_allclose(bernoulli(tf.constant(logits)).log_prob(grey), expected, rtol=1e-5)


def test_the_divergence_of_two_normals_is_closed() -> None:
    """KL(N(m, s) || N(n, t)) = log(t / s) + (s^2 + (m - n)^2) / (2 t^2) - 1/2."""
    found = kl_divergence(normal(1.0, 0.5), normal(-1.0, 2.0))
    np.testing.assert_allclose(found, np.log(4.0) + (0.25 + 4.0) / 8.0 - 0.5, rtol=1e-6)


def test_one_module_imports_tensorflow_probability() -> None:
    """A way out of it is written in one place."""
    imports = re.compile(r"^\s*(?:from|import) (?:tensorflow_probability|tf_keras)", re.MULTILINE)
    found = [path.name for path in (ROOT / "src").rglob("*.py") if imports.search(path.read_text(encoding="utf-8"))]
    assert found == ["densities.py"]


def test_a_combination_that_fails_is_said_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A TensorFlow Probability that refuses to be imported is named, with what is installed, known, and to do."""
    (tmp_path / "tensorflow_probability").mkdir()
    refusal = "raise ImportError('This version requires TensorFlow version >= 3.1;\\n Detected 2.21')"
    (tmp_path / "tensorflow_probability/__init__.py").write_text(refusal, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "tensorflow_probability")
    monkeypatch.delitem(sys.modules, "semispectral.models.densities")
    with pytest.raises(VersionsError) as caught:
        import_module("semispectral.models.densities")
    assert re.fullmatch(
        r"TensorFlow Probability cannot be imported \(This version .*Detected 2\.21\): installed are .*; known to work "
        r"together are tensorflow 2\.21.*: pip install 'semispectral\[train\]'",
        str(caught.value),
    )
