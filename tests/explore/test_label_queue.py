"""The queue of pixels to label: what comes first, how it is spread, and what a model adds."""

import numpy as np
import pandas as pd
import pytest
from tiny_latents import BLOBS, tiny_latents

from semispectral.explore.label_queue import Judged, Sampled, diverse, doubtful, nearest


def sampled(*, labelled: tuple[int, ...] = ()) -> tuple[Sampled, np.ndarray]:
    """A small study and the blob of each pixel."""
    latents, blob = tiny_latents(seed=1, labelled=labelled)
    return Sampled(latents.table, latents.mean[:, :2]), blob


def test_every_blob_is_asked_for_early() -> None:
    """The first eight pixels of a longer queue hold one of each blob: each beginning is spread over all."""
    pixels, blob = sampled()
    chosen = diverse(pixels, wanted=20, least_distance=1, seed=1)
    assert set(blob[chosen["row"].to_numpy()[:8]]) == set(range(BLOBS))
    assert len(chosen) == chosen["row"].nunique() == 20


def test_a_longer_queue_begins_as_a_shorter_one() -> None:
    """Who stops earlier has labelled what comes first."""
    pixels, _ = sampled()
    short, long = (diverse(pixels, wanted=n, least_distance=1, seed=1)["row"].to_numpy() for n in (6, 18))
    np.testing.assert_array_equal(short, long[:6])


def test_blobs_without_labels_come_first() -> None:
    """Where three of five blobs have labels, the first two questions are about the others; none has a label."""
    pixels, blob = sampled(labelled=(0, 1, 2))
    rows = diverse(pixels, wanted=10, least_distance=1, seed=1)["row"].to_numpy()
    assert set(blob[rows[:2]]) == {3, 4}
    assert not pixels.labelled[rows].any()


def test_pixels_keep_their_distance_and_the_holes_their_share() -> None:
    """No two pixels of a scene are nearer than the least distance; the holes give about as many."""
    pixels, _ = sampled()
    chosen = pixels.table.iloc[diverse(pixels, wanted=12, least_distance=3, seed=1)["row"]]
    for _, rows in chosen.groupby("scene"):
        place = rows[["line", "sample"]].to_numpy()
        apart = np.abs(place[:, None] - place).max(axis=2) + 99 * np.eye(len(place))
        assert apart.min() >= 3
    counts = chosen["hole"].value_counts()
    assert counts.max() - counts.min() <= 2


def test_too_small_a_study_gives_a_shorter_queue() -> None:
    """Where the distance leaves no more pixels, the queue ends; an empty study has an empty one."""
    pixels, _ = sampled()
    assert 0 < len(diverse(pixels, wanted=300, least_distance=20, seed=1)) < 10
    none = Sampled(pixels.table[:0], pixels.z[:0])
    assert diverse(none, wanted=5, least_distance=1, seed=1).empty


def test_distances_to_labels_are_right() -> None:
    """Against brute force; infinite without a label."""
    random = np.random.default_rng(1)
    z, others = random.normal(size=(50, 3)).astype(np.float32), random.normal(size=(7, 3)).astype(np.float32)
    brute = np.linalg.norm(z[:, None] - others, axis=2).min(axis=1)
    np.testing.assert_allclose(nearest(z, others), brute, rtol=1e-3)
    assert np.isinf(nearest(z, others[:0])).all()


def judged(pixels: Sampled, blob: np.ndarray) -> Judged:
    """A model that doubts blob 0 and knows nothing like blob 4."""
    probability = np.full((len(blob), 2), (0.95, 0.05), np.float32)
    probability[blob == 0] = (0.52, 0.48)
    log_p = np.where(blob == 4, -50.0, 10.0).astype(np.float32)
    return Judged(probability, log_p, 0.0)


def test_a_model_adds_what_it_doubts_and_what_it_does_not_know() -> None:
    """Half of the queue is diverse; then come uncertain pixels, then unlike ones, each with its reason."""
    pixels, blob = sampled(labelled=(1, 2, 3))
    queue = doubtful(pixels, judged(pixels, blob), ("kaolinite", "talc"), wanted=12, least_distance=1, seed=1)
    kind = queue["why"].str.split(":").str[0].str.split(",").str[0]
    assert list(dict.fromkeys(kind)) == ["far from the labels", "uncertain", "unlike anything known"]
    rows = queue["row"].to_numpy()
    assert set(blob[rows[kind == "uncertain"]]) == {0}
    assert set(blob[rows[kind == "unlike anything known"]]) == {4}
    assert "kaolinite (0.52) or talc (0.48)" in queue["why"][kind == "uncertain"].iloc[0]
    assert "50.0 nats below" in queue["why"].iloc[-1]
    assert not pixels.labelled[rows].any()


def test_labels_do_not_shorten_the_diverse_half() -> None:
    """Clusters that hold labels give no pixel: the finer ones between them do."""
    pixels, blob = sampled(labelled=(0, 1, 2, 3, 4))
    queue = doubtful(pixels, judged(pixels, blob), ("a", "b"), wanted=40, least_distance=1, seed=1)
    assert queue["why"].str.startswith("far from the labels").sum() == 20


@pytest.mark.parametrize("log_p", [np.nan, 3.0])
def test_a_model_without_log_p_still_gives_a_queue(log_p: float) -> None:
    """An SVM on bands knows no log p(x): the rest of the queue is filled all the same."""
    pixels, blob = sampled(labelled=(1,))
    given = judged(pixels, blob)
    without = Judged(given.probability, np.full(len(blob), log_p, np.float32), float("-inf"))
    assert len(doubtful(pixels, without, ("a", "b"), wanted=12, least_distance=1, seed=1)) == 12


def test_the_margin_of_a_single_class_is_certain() -> None:
    """With one class nothing is uncertain."""
    assert Judged(np.ones((3, 1), np.float32), np.zeros(3, np.float32), 0.0).margin.tolist() == [1, 1, 1]


def test_the_table_of_the_queue_is_complete() -> None:
    """What `diverse` returns are numbers of rows of the table and shares of at most 1."""
    pixels, _ = sampled()
    chosen = diverse(pixels, wanted=9, least_distance=1, seed=1)
    assert isinstance(chosen, pd.DataFrame)
    assert chosen["share"].between(0, 1).all()
