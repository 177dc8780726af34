"""Mixtures of labelled pixels of a real scene: windows, their shares, and how far unmixed shares are off."""

import sys
from pathlib import Path

import h5py
import numpy as np
import pytest

sys.path.append(str(Path(__file__).parents[2] / "measurements/accuracy"))

import mixtures


@pytest.fixture(scope="module")
def scene() -> tuple[np.ndarray, np.ndarray]:
    """Four fields that touch, of 30 x 30 pixels each, with spectra of their own and noise; some pixels unlabelled."""
    random = np.random.default_rng(5)
    code = np.kron([[1, 2], [3, 4]], np.ones((30, 30), int))
    x = random.uniform(0.2, 0.8, (5, 12))[code] + 0.01 * random.normal(size=(60, 60, 12))
    code[::7, ::5] = 0
    return x.astype(np.float32), code


def test_windows_have_labels_of_several_classes_and_do_not_overlap(scene: tuple[np.ndarray, np.ndarray]) -> None:
    """Each lies over a border between fields; the mean of its labelled pixels is that of a loop."""
    x, code = scene
    places = mixtures.windows_of(code, 3, seed=1)
    taken = np.zeros(code.shape, int)
    for line, sample in places:
        inside = code[line : line + 3, sample : sample + 3]
        assert len(np.unique(inside[inside > 0])) > 1
        taken[line : line + 3, sample : sample + 3] += 1
    assert len(places) > 20
    assert taken.max() == 1
    found = mixtures.mixed(x, code > 0, places, 3)
    line, sample = places[4]
    here = np.s_[line : line + 3, sample : sample + 3]
    np.testing.assert_allclose(found[4], x[here][code[here] > 0].mean(axis=0), rtol=1e-6)
    shares = mixtures.mixed(code[..., np.newaxis] == [1, 2, 3, 4], code > 0, places, 3)
    np.testing.assert_allclose(shares.sum(axis=1), 1)


def test_shares_of_a_scene_are_found(scene: tuple[np.ndarray, np.ndarray], tmp_path: Path) -> None:
    """Spectra that are far apart are unmixed nearly exactly, much better than by either control; files are read."""
    with h5py.File(tmp_path / "scene.h5", "w") as file:
        file["data"], file["labels"] = scene
    x, code = mixtures.read_scene(tmp_path / "scene.h5", tmp_path / "scene.h5", keys=("data", "labels"))
    np.testing.assert_array_equal(code, scene[1])
    (row,) = mixtures.rows_of_scene(x, code, 3, seed=1)
    off, dominant, equal, correlation = map(float, row[4:8])
    assert off < 0.05 < dominant < equal
    assert correlation > 0.95


def test_a_scene_without_borders_has_no_row(scene: tuple[np.ndarray, np.ndarray]) -> None:
    """One class, or fields that do not touch within a window, are no mixtures."""
    x, code = scene
    assert list(mixtures.rows_of_scene(x, np.ones_like(code), 3, seed=1)) == []
