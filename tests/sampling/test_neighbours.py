"""Unlabelled pixels beside labelled ones are taken for their class."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from semispectral.sampling.neighbours import BESIDE, given_labels, neighbour_labels, with_neighbours
from semispectral.sampling.share_labels import with_shares
from semispectral.sampling.training_set import Features, TrainingSet
from semispectral.storage.parquet import write_table


def places(scene: str, *rows: tuple[int, int, int]) -> pd.DataFrame:
    """Line, sample and label of pixels of a scene."""
    return pd.DataFrame(rows, columns=["line", "sample", "label"]).assign(scene=scene)


def a_square(scene: str, side: int) -> pd.DataFrame:
    """All pixels of a scene, without labels."""
    line, sample = np.divmod(np.arange(side * side), side)
    return pd.DataFrame({"scene": scene, "line": line, "sample": sample, "label": -1})


def seen(table: pd.DataFrame, first: float = 0.0) -> Features:
    """One input a pixel, which tells it from all others."""
    mean = np.arange(len(table), dtype=np.float32)[:, np.newaxis] + first
    return Features(mean, np.ones_like(mean), table.reset_index(drop=True))


def test_a_label_goes_to_the_eight_pixels_around_it_and_no_further() -> None:
    """By a loop over all pixels of a scene; another scene has none."""
    labelled, others = places("A", (2, 3, 5)), a_square("A", 7)
    found = neighbour_labels(labelled, others)
    by_hand = [5 if max(abs(row.line - 2), abs(row.sample - 3)) == 1 else -1 for row in others.itertuples()]
    np.testing.assert_array_equal(found, by_hand)
    assert (found == 5).sum() == len(BESIDE) == 8
    assert (neighbour_labels(labelled, a_square("B", 7)) == -1).all()


def test_a_pixel_between_two_classes_gets_none_and_one_with_a_label_keeps_it() -> None:
    """Two labels two pixels apart share three neighbours; two side by side are no neighbours of each other."""
    others = a_square("A", 7).set_index(["line", "sample"], drop=False)
    between = pd.Series(neighbour_labels(places("A", (3, 2, 0), (3, 4, 1)), others), index=others.index)
    assert between[[(2, 3), (3, 3), (4, 3)]].tolist() == [-1, -1, -1]
    assert between[[(3, 1), (3, 5)]].tolist() == [0, 1]
    beside = pd.Series(neighbour_labels(places("A", (3, 2, 0), (3, 3, 0)), others), index=others.index)
    assert beside[[(3, 2), (3, 3)]].tolist() == [-1, -1]
    assert (beside == 0).sum() == 10


def test_the_neighbours_are_labels_of_the_training_and_stay_unlabelled_pixels() -> None:
    """Each with its own input; what validates, and where the unlabelled pixels stand, does not change."""
    valid = seen(places("A", (6, 6, 1)), 500)
    data = TrainingSet(seen(places("A", (0, 0, 4), (5, 5, 1)), 100), seen(a_square("A", 5)), valid)
    found = with_neighbours(data)
    assert found.labelled.label.tolist() == [4, 1, 4, 4, 4, 1]
    assert found.labelled.mean[:, 0].tolist() == [100, 101, 1, 5, 6, 24]
    assert given_labels(found.labelled).tolist() == given_labels(data.labelled).tolist() == [4, 1]
    assert given_labels(found.with_valid_labels().labelled).tolist() == [4, 1, 1]
    assert found.unlabelled is data.unlabelled
    assert found.valid is valid


@pytest.mark.parametrize("table", [places("A", (9, 9, 4)), pd.DataFrame({"label": [4]})])
def test_without_neighbours_or_places_nothing_changes(table: pd.DataFrame) -> None:
    """A label far from all others, and rows of which nobody knows where they lie."""
    data = TrainingSet(seen(table), seen(a_square("A", 5)), seen(table.iloc[:0]))
    assert with_neighbours(data) is data


def test_shares_of_classes_say_nothing_of_the_pixels_around(tmp_path: Path) -> None:
    """A pixel that is half of one class and half of another has no neighbours of either."""
    labelled = places("A", (1, 1, 0), (4, 4, 1))
    shares = labelled.iloc[:1].assign(share_0=0.5, share_1=0.5, weight=1.0, source="x").drop(columns="label")
    write_table(tmp_path / "shares.parquet", shares)
    data = TrainingSet(seen(labelled), seen(a_square("A", 6)), seen(labelled.iloc[:0]))
    found = with_neighbours(with_shares(data, [tmp_path / "shares.parquet"]))
    assert found.labelled.label.tolist() == [0, 1] + 8 * [1]
