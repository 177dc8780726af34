"""New groups: a class without a label is found, alone and whole, and so is what no training has seen."""

import numpy as np
from tiny_latents import BLOBS, tiny_latents

from semispectral.explore.clusters import latent_scale
from semispectral.explore.new_groups import NO_GROUP, middles, new_groups


def study(*labelled: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scaled latents of a small study, its labelled pixels, and the blob of each pixel."""
    latents, blob = tiny_latents(seed=1, labelled=labelled)
    return latents.mean * latent_scale(latents), np.flatnonzero(latents.label >= 0), blob


def test_a_class_without_labels_is_one_group() -> None:
    """Of five blobs four have labels: the group is the fifth, though that is of several clusters."""
    z, labelled, blob = study(0, 1, 2, 3)
    group = new_groups(z, labelled, np.zeros(len(z), bool), seed=1)
    np.testing.assert_array_equal(group, np.where(blob == 4, 0, NO_GROUP))


def test_where_all_is_labelled_nothing_is_new() -> None:
    """No group, and no pixel that stands for one."""
    z, _, _ = study(*range(BLOBS))
    group = new_groups(z, np.arange(0, len(z), 2), np.zeros(len(z), bool), seed=1)
    assert (group == NO_GROUP).all()
    assert middles(z, group).size == 0


def test_two_classes_without_labels_are_two_groups() -> None:
    """Blobs that lie on two sides of labelled ones do not join."""
    z, labelled, blob = study(0, 2, 3)
    group = new_groups(z, labelled, np.zeros(len(z), bool), seed=1)
    assert {frozenset(np.unique(blob[group == number]).tolist()) for number in (0, 1)} == {
        frozenset([1]),
        frozenset([4]),
    }
    assert group.max() == 1


def test_the_group_that_lacks_most_labels_comes_first() -> None:
    """Of two blobs without labels the larger one lacks more; a blob that would hold less than a label is none."""
    z, labelled, blob = study(0, 2, 3)
    fewer = np.flatnonzero((blob != 1) | (np.arange(len(z)) % 3 == 0))
    group = new_groups(z[fewer], np.flatnonzero(np.isin(fewer, labelled)), np.zeros(len(fewer), bool), seed=1)
    assert [set(blob[fewer][group == number]) for number in range(group.max() + 1)] == [{4}, {1}]
    few = np.flatnonzero(np.isin(blob, [0, 2, 3]) | (np.cumsum(blob == 1) == 1))
    group = new_groups(z[few], np.flatnonzero(np.isin(few, labelled)), np.zeros(len(few), bool), seed=1)
    assert not (group[blob[few] == 1] != NO_GROUP).any()


def test_what_no_training_has_seen_is_a_group() -> None:
    """Pixels below the threshold form a group if they lie together; a lone one forms none."""
    z, labelled, _ = study(*range(BLOBS))
    far = np.random.default_rng(1).normal(0, 0.05, (40, z.shape[1])) + np.array([0.5, 0.5, 0, 0])
    alone = np.full((1, z.shape[1]), 9.0)
    everything = np.concatenate([z, far, alone]).astype(np.float32)
    unlike = np.arange(len(everything)) >= len(z)
    group = new_groups(everything, labelled, unlike, seed=1)
    assert (group[len(z) : -1] == 0).mean() > 0.8
    assert group[-1] == NO_GROUP
    assert (group[: len(z)] == NO_GROUP).all()


def test_the_pixel_that_stands_for_a_group_is_in_its_middle() -> None:
    """It is nearest to the median, by brute force."""
    z, labelled, _ = study(0, 1)
    group = new_groups(z, labelled, np.zeros(len(z), bool), seed=1)
    for number, row in enumerate(middles(z, group)):
        away = np.linalg.norm(z - np.median(z[group == number], axis=0), axis=1)
        assert row == np.where(group == number, away, np.inf).argmin()
