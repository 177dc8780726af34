"""Mixtures: exact coefficients against an oracle, shares of known mixtures, and errors by resampling."""

from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import nnls

from semispectral.errors import DataError
from semispectral.mixtures.endmembers import endmembers_of, read_endmembers, write_endmembers
from semispectral.mixtures.stage_mixtures import unmix_scan
from semispectral.mixtures.unmix import non_negative, shares_of, shares_with_errors, unmixed
from semispectral.scans.cube import Cube

BANDS, CLASSES = 30, 4


def toy(*, seed: int, pixels: int = 40) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Spectra with noise, class means, spread of the bands, and the true shares."""
    random = np.random.default_rng(seed)
    means = 0.2 + random.random((CLASSES, BANDS))
    spread = 0.01 + 0.02 * random.random(BANDS)
    true = random.dirichlet(np.ones(CLASSES), pixels)
    bright = random.uniform(0.5, 2, (pixels, 1))
    return bright * (true @ means) + spread * random.normal(size=(pixels, BANDS)), means, spread, true


def test_coefficients_are_those_of_scipy() -> None:
    """In units of the spread, pixel by pixel; also where some coefficients are 0."""
    x, means, spread, _ = toy(seed=1)
    x[:10] = 1.5 * means[0] - 0.4 * means[1]
    found = unmixed(x, means, np.diag(1 / spread))
    expected = np.stack([nnls((means / spread).T, row / spread)[0] for row in x])
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert (expected[:10] == 0).any()


@pytest.mark.parametrize("start", [False, True])
def test_means_that_are_nearly_alike_are_told_apart(start: bool) -> None:
    """Twelve minerals that correlate by 0.99 and more have the coefficients of SciPy, from 0 or from others."""
    random = np.random.default_rng(8)
    common, own = random.uniform(0.3, 0.6, 60), random.normal(size=(12, 60))
    means = common + 0.004 * own
    assert np.corrcoef(means).min() > 0.99
    x = random.dirichlet(np.full(12, 0.3), 200) @ means + 0.001 * random.normal(size=(200, 60))
    given = random.random((200, 12)) * (random.random((200, 12)) < 0.5) if start else None
    found = non_negative(means @ means.T, x @ means.T, start=given)
    expected = np.stack([nnls(means.T, row)[0] for row in x])
    assert (found >= 0).all()
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_two_equal_means_share_what_is_there() -> None:
    """Classes with the same mean cannot be told apart: their sum is right, and nothing is infinite."""
    means = np.array([[1.0, 2.0, 3.0], [1.0, 2.0, 3.0], [3.0, 1.0, 1.0]])
    found = unmixed(0.5 * means[:1] + 0.5 * means[2:], means, np.eye(3))
    np.testing.assert_allclose([found[0, :2].sum(), found[0, 2]], 0.5, atol=1e-6)


def test_spectra_are_whitened_by_how_members_differ() -> None:
    """Members of a class that differ by correlated errors differ, whitened, by nearly independent ones of about 1."""
    random = np.random.default_rng(9)
    code = np.repeat([1, 2], 400)
    brightness = random.normal(size=(800, 1)) * np.linspace(0.5, 1, 6)
    x = np.array([[1.0] * 6, [2.0] * 6])[code - 1] + brightness + 0.1 * random.normal(size=(800, 6))
    found = endmembers_of(x.astype(np.float32), code, resamples=0, seed=1)
    covariance = np.cov((x - found.means[0][code - 1]) @ found.whitening, rowvar=False)
    within = np.cov(x - found.means[0][code - 1], rowvar=False)
    assert abs(within[0, 1]) > 0.9 * np.sqrt(within[0, 0] * within[1, 1])
    assert np.abs(covariance - np.diag(np.diag(covariance))).max() < 0.3
    assert np.diag(covariance).max() < 1.2


def test_shares_are_those_of_the_mixture_whatever_its_brightness() -> None:
    """Without noise they are exact; they sum to 1, and a pixel without any has none."""
    _, means, spread, true = toy(seed=2)
    found = shares_of(unmixed(3.7 * true @ means, means, np.diag(1 / spread)))
    np.testing.assert_allclose(found, true, atol=1e-3)
    np.testing.assert_allclose(found.sum(axis=1), 1)
    assert np.isnan(shares_of(unmixed(-means[:1], means, np.diag(1 / spread)))).all()


def test_the_error_is_that_of_means_of_few_members() -> None:
    """The bootstrap error is about the spread of shares over fresh draws of the members: within a factor of two."""
    x, means, _, _ = toy(seed=3, pixels=30)
    code = np.repeat(np.arange(1, CLASSES + 1), 8)

    def drawn(seed: int) -> np.ndarray:
        return means[code - 1] + 0.1 * np.random.default_rng(seed).normal(size=(len(code), BANDS))

    found = endmembers_of(drawn(0), code, resamples=40, seed=1)
    shares, errors = shares_with_errors(x, found.means, found.whitening)
    others = [endmembers_of(drawn(seed), code, resamples=0, seed=1).means[0] for seed in range(1, 41)]
    fresh = [shares_of(unmixed(x, each, found.whitening)) for each in others]
    inside = shares.min(axis=1) > 0.05
    ratio = np.median(errors[inside]) / np.median(np.std(fresh, axis=0)[inside])
    assert 0.5 < ratio < 2
    assert np.isnan(shares_with_errors(x, found.means[:1], found.whitening)[1]).all()


def test_means_are_kept_and_read(tmp_path: Path) -> None:
    """By codes; a study with one class has no mixtures."""
    x, _, _, _ = toy(seed=4)
    code = np.tile([7, 3], 20)
    found = endmembers_of(x, code, resamples=3, seed=1)
    write_endmembers(tmp_path / "means.parquet", found)
    read = read_endmembers(tmp_path / "means.parquet")
    assert read.codes == (3, 7)
    np.testing.assert_array_equal(read.means, found.means)
    np.testing.assert_array_equal(read.whitening, found.whitening)
    np.testing.assert_allclose(found.means[0, 1], x[code == 7].mean(axis=0))
    with pytest.raises(DataError, match="two classes or more, got 1"):
        endmembers_of(x, np.ones(len(x), int), resamples=3, seed=1)


def test_a_scan_is_unmixed_in_blocks() -> None:
    """Every wanted pixel as by itself, the others NaN."""
    x, means, _, _ = toy(seed=5, pixels=60)
    values = x.reshape(20, 3, BANDS).astype(np.float32)
    cube = Cube(Path("scan"), values.shape, values.dtype, lambda first, last: values[first:last])
    wanted = np.ones((20, 3), bool)
    wanted[4, 1] = False
    found = endmembers_of(np.repeat(means, 5, axis=0), np.repeat(np.arange(CLASSES), 5), resamples=2, seed=1)
    result = unmix_scan(cube, found, wanted=wanted)
    assert np.isnan(result[:, 4, 1]).all()
    expected, _ = shares_with_errors(values[wanted].astype(np.float64), found.means, found.whitening)
    np.testing.assert_allclose(result[:CLASSES][:, wanted].T, expected, atol=1e-6)
