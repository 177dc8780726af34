"""New groups: a class without a label is found, alone and whole, and so is what no training has seen."""

import numpy as np
from tiny_latents import BLOBS, tiny_latents

from semispectral.explore.clusters import Clusters, fit_clusters
from semispectral.explore.new_groups import NO_GROUP, middles, new_groups


def study(*labelled: int) -> tuple[Clusters, np.ndarray, np.ndarray, np.ndarray]:
    """Clusters of a small study, its latents, its labelled pixels, and the blob of each pixel."""
    latents, blob = tiny_latents(seed=1, labelled=labelled)
    clusters = fit_clusters(latents, method="kmeans", clusters=2 * BLOBS, seed=1)
    return clusters, latents.mean, np.flatnonzero(latents.label >= 0), blob


def test_a_class_without_labels_is_one_group() -> None:
    """Of five blobs four have labels: the group is the fifth, though that is of several clusters."""
    clusters, mean, labelled, blob = study(0, 1, 2, 3)
    group = new_groups(clusters, mean, labelled, np.zeros(len(mean), bool), seed=1)
    assert len(np.unique(clusters.of(mean)[blob == 4])) > 1
    np.testing.assert_array_equal(group, np.where(blob == 4, 0, NO_GROUP))


def test_where_all_is_labelled_nothing_is_new() -> None:
    """No group, and no pixel that stands for one."""
    clusters, mean, labelled, _ = study(*range(BLOBS))
    group = new_groups(clusters, mean, labelled, np.zeros(len(mean), bool), seed=1)
    assert (group == NO_GROUP).all()
    assert middles(clusters.scaled(mean), group).size == 0


def test_two_classes_without_labels_are_two_groups() -> None:
    """Blobs that lie on two sides of labelled ones do not join."""
    clusters, mean, labelled, blob = study(0, 2, 3)
    group = new_groups(clusters, mean, labelled, np.zeros(len(mean), bool), seed=1)
    assert {frozenset(np.unique(blob[group == number]).tolist()) for number in (0, 1)} == {
        frozenset([1]),
        frozenset([4]),
    }
    assert group.max() == 1


def test_what_no_training_has_seen_is_a_group() -> None:
    """Pixels below the threshold form a group if they lie together; a lone one forms none."""
    clusters, mean, labelled, _ = study(*range(BLOBS))
    far = np.random.default_rng(1).normal(0, 0.05, (40, mean.shape[1])) + np.array([0.5, 0.5, 0, 0])
    alone = np.full((1, mean.shape[1]), 9.0)
    everything = np.concatenate([mean, far, alone]).astype(np.float32)
    unlike = np.arange(len(everything)) >= len(mean)
    group = new_groups(clusters, everything, labelled, unlike, seed=1)
    assert (group[len(mean) : -1] == 0).mean() > 0.8
    assert group[-1] == NO_GROUP
    assert (group[: len(mean)] == NO_GROUP).all()


def test_the_pixel_that_stands_for_a_group_is_in_its_middle() -> None:
    """It is nearest to the median, by brute force."""
    clusters, mean, labelled, _ = study(0, 1)
    z = clusters.scaled(mean)
    group = new_groups(clusters, mean, labelled, np.zeros(len(mean), bool), seed=1)
    for number, row in enumerate(middles(z, group)):
        away = np.linalg.norm(z - np.median(z[group == number], axis=0), axis=1)
        assert row == np.where(group == number, away, np.inf).argmin()
