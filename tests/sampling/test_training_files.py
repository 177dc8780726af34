"""The files around a training run."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from semispectral.sampling.training_files import read_training_set, write_trained
from semispectral.scans.cube import Pixels
from semispectral.spectra.shards import write_shard
from semispectral.storage.model_files import load_model
from semispectral.storage.parquet import write_table


@dataclass(frozen=True)
class Trained:
    """A model of one number."""

    arrays: dict[str, np.ndarray]
    description: dict[str, Any]
    history: pd.DataFrame


def test_the_training_set_is_that_of_its_budget(tmp_path: Path) -> None:
    """Labels outside the budget are hidden; another seed's budget is not looked at."""
    table = pd.DataFrame(
        {"scene": "a", "hole": "h", "line": range(4), "sample": 0, "code": 1, "label": [0, 1, 0, -1], "part": "train"}
    ).astype({"scene": "str", "hole": "str", "part": "str", "line": np.int32, "sample": np.int32, "label": np.int16})
    write_shard(tmp_path / "a.parquet", Pixels(np.eye(4, 3, dtype=np.float32), table))
    rows = [(1, "5", 0, 0), (1, "5", 1, 1), (2, "5", 2, 0)]
    budgets = pd.DataFrame(rows, columns=["seed", "budget", "line", "label"]).assign(scene="a", sample=0, part="train")
    write_table(tmp_path / "budgets.parquet", budgets)
    data = read_training_set(
        [tmp_path / "a.parquet"], tmp_path / "budgets.parquet", features="bands", budget="5", seed=1
    )
    assert data.labelled.table["line"].tolist() == [0, 1]
    assert data.unlabelled.table["line"].tolist() == [2, 3]


def test_a_model_s_directory_holds_weights_and_history(tmp_path: Path) -> None:
    """Both are read back as they were."""
    trained = Trained({"w": np.ones(2, np.float32)}, {"kind": "toy"}, pd.DataFrame({"epoch": [1, 2]}))
    write_trained(tmp_path / "model", trained)
    arrays, description = load_model(tmp_path / "model")
    assert arrays["w"].tolist() == [1, 1]
    assert description["kind"] == "toy"
    assert pd.read_parquet(tmp_path / "model/history.parquet")["epoch"].tolist() == [1, 2]
