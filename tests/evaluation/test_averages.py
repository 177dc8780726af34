"""An average is the geometric mean of its members' probabilities, on the same pixels only."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from semispectral.errors import IntegrityError
from semispectral.evaluation.averages import average_predictions
from semispectral.evaluation.predictions import prediction_table, probabilities_of
from semispectral.evaluation.stage_average import run_average
from semispectral.inference.average import average
from semispectral.storage.parquet import read_table, write_table
from semispectral.study.methods import METHODS, averages


def member(method: str, *, seed: int, first: int = 0) -> pd.DataFrame:
    """Predictions of six pixels in three classes."""
    probability = np.random.default_rng(seed).dirichlet(np.ones(3), 6)
    place = {"part": "test", "scene": "A_1", "hole": "A", "line": np.arange(first, first + 6), "sample": np.arange(6)}
    run = {"method": method, "features": "bands", "per_class": "5", "seed": 1}
    return prediction_table(probability, np.arange(6) % 3, **run, **place)


def test_the_average_is_the_mean_of_the_members(tmp_path: Path) -> None:
    """Probabilities are averaged, the largest one predicts, and the times of the members add up."""
    members = [
        member("svm", seed=1).assign(seconds=2.0, peak_mb=5.0),
        member("lda", seed=2).assign(seconds=3.0, peak_mb=4.0),
    ]
    paths = [tmp_path / f"{place}.parquet" for place in range(2)]
    for path, table in zip(paths, members, strict=True):
        write_table(path, table)
    given = {"members": paths, "method": "mean", "features": "predictions"}
    run_average(tmp_path / "mean.parquet", **given, weights=[])
    found = read_table(tmp_path / "mean.parquet")
    expected = np.sqrt(probabilities_of(members[0]) * probabilities_of(members[1]))
    expected /= expected.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(probabilities_of(found), expected, rtol=1e-5)
    np.testing.assert_array_equal(found["predicted"], expected.argmax(axis=1))
    assert set(found["method"]) == {"mean"}
    assert (found["seconds"] == 5).all()
    assert (found["peak_mb"] == 5).all()
    run_average(tmp_path / "weighed.parquet", **given, weights=[3, 1])
    weighed = probabilities_of(members[0]) ** 0.75 * probabilities_of(members[1]) ** 0.25
    weighed /= weighed.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(probabilities_of(read_table(tmp_path / "weighed.parquet")), weighed, rtol=1e-5)


def test_a_member_without_an_answer_is_left_out_with_its_weight(tmp_path: Path) -> None:
    """A method that had nothing to see has no row: the mean is that of the others, as if it had not been named."""
    tables = [member("svm", seed=1), member("svm", seed=3).iloc[:0], member("lda", seed=2)]
    paths = [tmp_path / f"{place}.parquet" for place in range(3)]
    for path, table in zip(paths, tables, strict=True):
        write_table(path, table)
    named = {"method": "mean", "features": "predictions"}
    for weights, of_others in (([2, 5, 1], [2, 1]), ([], [])):
        run_average(tmp_path / "mean.parquet", members=paths, weights=weights, **named)
        run_average(tmp_path / "others.parquet", members=[paths[0], paths[2]], weights=of_others, **named)
        found, others = (read_table(tmp_path / f"{name}.parquet") for name in ("mean", "others"))
        pd.testing.assert_frame_equal(found, others)
    run_average(tmp_path / "none.parquet", members=[paths[1], paths[1]], weights=[1, 1], **named)
    assert not len(read_table(tmp_path / "none.parquet"))


def test_a_member_counts_as_much_as_it_says_itself() -> None:
    """A column says it, of each run its own; the average, which nobody averages again, does not keep it."""
    first, second = member("svm", seed=1), member("svm", seed=2)
    said = np.array([4, 4, 4, 0.5, 0.5, 0], np.float32)
    named = {"method": "mean", "features": "predictions", "weights": [2, 1]}
    found = average_predictions([first, second.assign(weight=said)], **named)
    for each in np.unique(said):
        by_hand = average([probabilities_of(first), probabilities_of(second)], [2, each])
        mine = said == each
        np.testing.assert_allclose(probabilities_of(found)[mine], by_hand[mine], rtol=1e-6)
    np.testing.assert_allclose(probabilities_of(found)[5], probabilities_of(first)[5], rtol=1e-5)
    assert "weight" not in found


def test_members_of_other_pixels_are_refused() -> None:
    """One line further is another pixel."""
    with pytest.raises(IntegrityError, match="svm on bands and lda on bands are not of the same pixels"):
        average_predictions(
            [member("svm", seed=1), member("lda", seed=2, first=1)], method="mean", features="predictions"
        )


def test_every_average_has_members_in_the_table_of_methods() -> None:
    """The rules ask for the predictions of the members by their rows, none of which is an average itself."""
    rows = [row for row in METHODS.values() if row.members]
    assert {row.method for row in rows} == set(averages()) >= {"mean_of_four"}
    assert all(not METHODS[name].members for row in rows for name in row.members)
    assert all(not row.weights or len(row.weights) == len(row.members) for row in rows)
