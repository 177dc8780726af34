"""Clusters of latents: against blobs that are known, brute force and closed forms."""

import subprocess
import sys

import numpy as np
import pytest
from scipy.stats import multivariate_normal
from tiny_latents import BLOBS, tiny_latents

from semispectral.errors import DataError
from semispectral.explore import clusters as module
from semispectral.explore.clusters import Clusters, by_likeness, fit_centres, fit_clusters, latent_scale, medoids
from semispectral.explore.explore_settings import number_of_clusters
from semispectral.storage.model_files import load_model, save_model


@pytest.mark.parametrize("method", ["kmeans", "mixture"])
def test_blobs_are_found(method: str) -> None:
    """Each cluster holds one blob and each blob is in one cluster."""
    latents, blob = tiny_latents(seed=1)
    found = fit_clusters(latents, method=method, clusters=BLOBS, seed=1)
    pairs = set(zip(found.of(latents.mean).tolist(), blob.tolist(), strict=True))
    assert len(found) == len(pairs) == BLOBS


def test_latents_that_say_nothing_do_not_count() -> None:
    """A latent that varies less than M1 is uncertain about it has the factor 0; the others get variance 1."""
    latents, _ = tiny_latents(seed=1)
    scale = latent_scale(latents)
    assert (scale[2:] == 0).all()
    np.testing.assert_allclose((latents.mean * scale)[:, :2].var(axis=0), 1, rtol=1e-4)


def test_a_mixture_takes_the_most_probable_component() -> None:
    """The cluster of a pixel maximises weight x density, by SciPy's normal distribution."""
    random = np.random.default_rng(3)
    centres, variances = random.normal(0, 1, (4, 3)), random.uniform(0.2, 2, (4, 3))
    weights = np.array([0.1, 0.2, 0.3, 0.4])
    found = Clusters(np.ones(3, np.float32), centres, 1 / variances, np.log(weights))
    z = random.normal(0, 2, (200, 3)).astype(np.float32)
    density = [
        weight * multivariate_normal(centre, np.diag(variance)).pdf(z)
        for weight, centre, variance in zip(weights, centres, variances, strict=True)
    ]
    np.testing.assert_array_equal(found.of(z), np.argmax(density, axis=0))


def test_k_means_takes_the_nearest_centre() -> None:
    """The cluster of a pixel is that of the nearest centre, by brute force; a medoid is nearest to its centre."""
    latents, _ = tiny_latents(seed=2)
    found = fit_clusters(latents, method="kmeans", clusters=7, seed=1)
    distance = np.linalg.norm(found.scaled(latents.mean)[:, None] - found.centres, axis=2)
    cluster = found.of(latents.mean)
    np.testing.assert_array_equal(cluster, distance.argmin(axis=1))
    for number, row in enumerate(medoids(found, latents.mean, cluster)):
        mine = np.flatnonzero(cluster == number)
        assert row == mine[distance[mine, number].argmin()]


def test_the_same_seed_gives_the_same_clusters() -> None:
    """Two fits are equal bit by bit, and clusters read back are those that were written."""
    latents, _ = tiny_latents(seed=1)
    first, second = (fit_clusters(latents, method="kmeans", clusters=4, seed=7) for _ in range(2))
    np.testing.assert_array_equal(first.centres, second.centres)


def test_clusters_are_read_as_they_were_written(tmp_path) -> None:  # type: ignore[no-untyped-def]
    """Nothing is lost on disk; another model is refused by its kind."""
    latents, _ = tiny_latents(seed=1)
    found = fit_clusters(latents, method="mixture", clusters=3, seed=7)
    save_model(tmp_path / "clusters", *found.to_saved())
    again = Clusters.from_saved(*load_model(tmp_path / "clusters"))
    np.testing.assert_array_equal(again.of(latents.mean), found.of(latents.mean))
    with pytest.raises(DataError, match="clusters of latents"):
        Clusters.from_saved({}, {"kind": "m1"})


def test_more_clusters_than_pixels_are_refused() -> None:
    """The error names the key, both numbers and a remedy."""
    latents, _ = tiny_latents(seed=1)
    with pytest.raises(DataError, match=r"explore\.clusters: 400 clusters need .* got 300; lower"):
        fit_clusters(latents, method="kmeans", clusters=400, seed=1)


def test_neighbours_are_alike() -> None:
    """On a line, the order of likeness is that of the line, from either end."""
    place = np.array([5.0, 1.0, 4.0, 2.0, 3.0])
    order = by_likeness(np.stack([place, np.zeros(5)], axis=1))
    assert place[order].tolist() in ([1, 2, 3, 4, 5], [5, 4, 3, 2, 1])


def test_the_rule_for_the_number_of_clusters() -> None:
    """Twice the cube root, from 8 to 80, and never more than there are pixels; a number stays as it is."""
    assert [number_of_clusters("auto", pixels=n) for n in (3, 27, 1000, 10**9)] == [3, 8, 20, 80]
    assert number_of_clusters(200, pixels=10) == 200


def test_large_samples_are_clustered_by_mini_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the limit another algorithm runs, and finds the same blobs."""
    latents, blob = tiny_latents(seed=1)
    z = latents.mean[:, :2]
    monkeypatch.setattr(module, "LARGE", 100)
    _, cluster = fit_centres(z, BLOBS, seed=1)
    assert len(set(zip(cluster.tolist(), blob.tolist(), strict=True))) == BLOBS


def test_named_clusters_vote_for_their_class() -> None:
    """Where each cluster is named by its blob, every pixel gets its own; with a mixture, by the probabilities."""
    latents, blob = tiny_latents(seed=1)
    for method in ("kmeans", "mixture"):
        found = fit_clusters(latents, method=method, clusters=2 * BLOBS, seed=1)
        named = blob[medoids(found, latents.mean, found.of(latents.mean))]
        np.testing.assert_array_equal(found.vote(latents.mean, named), blob)


def test_a_map_of_groups_imports_nothing_that_fits_them() -> None:
    """It is one job for each scene, and scikit-learn would be a third of its start."""
    command = "import sys, semispectral.explore.stages.stage_cluster_map; sys.exit('sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", command], check=False).returncode == 0
