"""The noise covariance is that which was put in, also across boundaries; neighbours are those of brute force."""

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from semispectral.errors import DataError
from semispectral.noise.covariance import BANDS, NEIGHBOURS, estimate_noise, neighbours, read_noise
from semispectral.noise.stage_estimate_noise import run_estimate_noise
from semispectral.scans.cube import Pixels
from semispectral.spectra.shards import write_shard
from semispectral.storage.model_files import save_model

LINES, SAMPLES, N_BANDS = 60, 50, 12
# Common to all bands, as a gain is; common to neighbouring bands; and of each band alone.
COVARIANCE = 1e-4 * (
    1.0
    + 2 * np.exp(-np.abs(np.subtract.outer(np.arange(N_BANDS), np.arange(N_BANDS))) / 2)
    + np.diag(np.linspace(0.5, 3, N_BANDS))
)


def pixels_of(x: np.ndarray, *, hole: str = "A", scene: str = "A_1", keep: slice = slice(None)) -> Pixels:
    """Pixels of a scene [line, sample, band], all in the training part."""
    line, sample = (place.ravel() for place in np.indices(x.shape[:2]))
    table = pd.DataFrame({"scene": scene, "hole": hole, "line": line, "sample": sample, "code": 0, "part": "train"})
    return Pixels(x.reshape(-1, x.shape[2])[keep], table[keep].reset_index(drop=True))


def scene(*, seed: int, rocks: int) -> np.ndarray:
    """Stripes of different rock, 10 samples wide, with noise of the known covariance, float64 [line, sample, band]."""
    random = np.random.default_rng(seed)
    spectra = random.uniform(0.2, 0.8, (rocks, N_BANDS))
    rock = (np.arange(SAMPLES) // 10) % rocks
    noise = random.multivariate_normal(np.zeros(N_BANDS), COVARIANCE, (LINES, SAMPLES))
    return np.asarray(spectra[rock] + noise)


@pytest.mark.parametrize(("rocks", "error"), [(4, 0.06), (1, 0.35)])
def test_the_noise_is_that_which_was_put_in(rocks: int, error: float) -> None:
    """Band by band and between bands, whatever lies across boundaries; of a single rock the loudest tenth is lost."""
    found = estimate_noise(pixels_of(scene(seed=3, rocks=rocks)))
    assert found.source == NEIGHBOURS
    assert np.linalg.norm(found.covariance - COVARIANCE) < error * np.linalg.norm(COVARIANCE)


def test_noise_is_white_after_whitening() -> None:
    """The covariance that was put in becomes the identity, but for what the estimate is off."""
    whitening = estimate_noise(pixels_of(scene(seed=3, rocks=4))).whitening
    np.testing.assert_allclose(np.linalg.eigvalsh(whitening @ COVARIANCE @ whitening), 1, atol=0.25)


def test_each_hole_is_trimmed_by_itself_and_counts_by_its_pairs() -> None:
    """Of a hole with four times the variance and as many pairs, the mean covariance is that of both."""
    calm, loud = scene(seed=4, rocks=4), 2 * scene(seed=5, rocks=4)
    found = estimate_noise(Pixels.concat([pixels_of(calm), pixels_of(loud, hole="B", scene="B_1")]))
    assert found.pairs == {"A": 5890, "B": 5890}
    assert np.trace(found.covariance) == pytest.approx(2.5 * np.trace(COVARIANCE), rel=0.06)


def test_without_neighbours_each_band_is_foretold_by_the_others() -> None:
    """The noise is then diagonal: what the others leave of a band, in closed form for bands that share a signal."""
    random = np.random.default_rng(6)
    own = np.linspace(0.01, 0.05, N_BANDS)
    weight = random.uniform(1, 2, N_BANDS)
    x = random.normal(size=(4000, 1)) * weight + random.normal(size=(4000, N_BANDS)) * own
    left = 1 / np.diag(np.linalg.inv(np.outer(weight, weight) + np.diag(own**2)))
    apart = pixels_of(x.reshape(4000, 1, N_BANDS))
    apart.table["line"] *= 2
    found = estimate_noise(apart)
    assert found.source == BANDS
    assert found.pairs == {"A": 0}
    np.testing.assert_array_equal(found.covariance, np.diag(np.diag(found.covariance)))
    np.testing.assert_allclose(np.diag(found.covariance), left, rtol=0.1)


def test_a_band_that_never_changes_has_a_finite_whitening() -> None:
    """A dead band and a copied band leave the covariance positive definite."""
    x = scene(seed=7, rocks=2)
    x[:, :, 3] = 0.5
    x[:, :, 5] = x[:, :, 6]
    assert np.isfinite(estimate_noise(pixels_of(x)).whitening).all()


def test_neighbours_are_those_of_brute_force() -> None:
    """Side by side or one below the other, in one scene, not around the end of a line; a doubled pixel counts once."""
    random = np.random.default_rng(8)
    places = random.permutation([(s, i, j) for s in "ab" for i in range(5) for j in range(4)])[:26]
    table = pd.DataFrame(places, columns=["scene", "line", "sample"]).astype({"line": int, "sample": int})
    table = pd.concat([table, table.head(3)], ignore_index=True)
    rows = list(table.head(26).itertuples())
    expected = {
        (one.Index, other.Index)
        for one, other in itertools.product(rows, rows)
        if one.scene == other.scene and (other.line - one.line, other.sample - one.sample) in {(0, 1), (1, 0)}
    }
    assert {tuple(pair) for pair in neighbours(table).tolist()} == expected


def test_one_pixel_has_no_noise() -> None:
    """An error in words."""
    with pytest.raises(DataError, match="two training pixels or more, got 1"):
        estimate_noise(pixels_of(scene(seed=1, rocks=1), keep=slice(1)))


def test_the_stage_sees_the_training_part_alone(tmp_path: Path) -> None:
    """The rule's file has the noise of the training pixels, and the validation pixels change nothing."""
    pixels = pixels_of(scene(seed=9, rocks=2))
    pixels.table["part"] = np.where(pixels.table["line"] < 40, "train", "valid")
    write_shard(tmp_path / "A_1.parquet", pixels)
    run_estimate_noise(tmp_path / "noise", samples=[tmp_path / "A_1.parquet"])
    found = read_noise(tmp_path / "noise")
    train = estimate_noise(pixels.where((pixels.table["part"] == "train").to_numpy()))
    np.testing.assert_array_equal(found.covariance, train.covariance)
    assert (found.source, found.pairs) == (NEIGHBOURS, {"A": 40 * 49 + 39 * 50})


def test_another_model_is_refused(tmp_path: Path) -> None:
    """A directory that holds a scale is not taken for noise."""
    save_model(tmp_path / "scale", {"covariance": np.eye(2)}, {"kind": "scaler"})
    with pytest.raises(DataError, match="says kind 'scaler'"):
        read_noise(tmp_path / "scale")
