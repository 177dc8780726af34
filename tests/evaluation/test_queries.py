"""What is asked of a method, and the labels it may learn from."""

import numpy as np
import pandas as pd

from semispectral.evaluation.queries import answers, asked, every_label
from semispectral.sampling.training_set import Features, TrainingSet

LABEL = [0, 1, -1, 1, 0, 1]
PART = ["train", "valid", "valid", "test", "test", "valid"]


def features() -> Features:
    """Six pixels with one input, the pixel's number."""
    table = pd.DataFrame(
        {"scene": "a", "hole": "h", "line": range(6), "sample": 0, "code": 1, "label": LABEL, "part": PART}
    ).astype({"label": np.int16})
    return Features(np.arange(6, dtype=np.float32)[:, None], np.zeros((6, 1), np.float32), table)


def test_asks_labelled_pixels_that_training_does_not_see() -> None:
    """Neither training pixels nor unlabelled ones are asked."""
    assert asked(features()).mean[:, 0].tolist() == [1, 3, 4, 5]


def test_the_whole_labels_per_class_is_learnt_from() -> None:
    """Labels of both parts of the run, in the order of their inputs."""
    all_six = features()
    keep = np.arange(6)
    data = TrainingSet(all_six.where(keep == 0), all_six.where(keep == 2), all_six.where(keep == 5))
    x, label = every_label(data)
    assert x[:, 0].tolist() == [0, 5]
    assert label.tolist() == [0, 1]


def test_answers_carry_the_run_and_the_place() -> None:
    """Every row says who answered, where the pixel lies, and what is most probable there."""
    query = asked(features())
    probability = np.asarray([[0.9, 0.1], [0.2, 0.8], [0.4, 0.6], [0.5, 0.5]], np.float32)
    table = answers(probability, query, method="svm", features="bands", per_class="5", seed=3)
    assert table["predicted"].tolist() == [0, 1, 1, 0]
    assert table["label"].tolist() == [1, 1, 0, 1]
    assert table["line"].tolist() == [1, 3, 4, 5]
    assert table[["method", "features", "per_class", "seed"]].drop_duplicates().to_numpy().tolist() == [
        ["svm", "bands", "5", 3]
    ]
