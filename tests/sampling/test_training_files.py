"""The files around a training run."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from semispectral.errors import IntegrityError
from semispectral.sampling.training_files import read_training_set, write_trained
from semispectral.scans.cube import Latents, Pixels
from semispectral.spectra.scaling import fit_scaler
from semispectral.spectra.shards import write_latents, write_shard
from semispectral.storage.model_files import load_model, save_model
from semispectral.storage.parquet import write_table


@dataclass(frozen=True)
class Trained:
    """A model of one number."""

    arrays: dict[str, np.ndarray]
    description: dict[str, Any]
    history: pd.DataFrame


def dealt_table() -> pd.DataFrame:
    """Three labelled pixels, and two of the unlabelled draw, one of which lies where a label is."""
    table = pd.DataFrame({"scene": "a", "hole": "h", "line": [0, 1, 2, 0, 3], "sample": 0, "part": "train"})
    table = table.assign(code=[1, 2, 1, 0, 0], label=[0, 1, 0, -1, -1], row=[4, 0, 2, 1, 5])
    return table.astype({"scene": "str", "hole": "str", "part": "str", "line": np.int32, "label": np.int16})


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Any]:
    """Arguments of `read_training_set`: the pixels of a split, a scale, and labels of two seeds."""
    write_table(tmp_path / "pixels.parquet", dealt_table())
    save_model(tmp_path / "scaler", *fit_scaler(np.eye(5, 3, dtype=np.float32), method="none").to_saved())
    rows = [(1, "5", 0, 0), (1, "5", 1, 1), (2, "5", 2, 0)]
    labels = pd.DataFrame(rows, columns=["seed", "per_class", "line", "label"]).assign(
        scene="a", sample=0, part="train"
    )
    write_table(tmp_path / "labels.parquet", labels)
    places = {"scaler_directory": tmp_path / "scaler", "pixels_file": tmp_path / "pixels.parquet"}
    return {"labels": tmp_path / "labels.parquet", "per_class": "5", "seed": 1, **places}


def test_the_training_set_is_that_of_its_per_class(tmp_path: Path, files: dict[str, Any]) -> None:
    """Unlabelled pixels are those of the unlabelled draw, wherever they lie; labels of another seed are left."""
    write_shard(tmp_path / "a.parquet", Pixels(np.eye(5, 3, dtype=np.float32), dealt_table()))
    data = read_training_set([tmp_path / "a.parquet"], features="bands", **files)
    assert data.labelled.table["line"].tolist() == [0, 1]
    assert data.unlabelled.table["line"].tolist() == [0, 3]
    assert (data.unlabelled.label == -1).all()


def drawn_latents(lines: list[int]) -> Latents:
    """Latents of a pool: six pixels of the unlabelled draw, then five of the labelled one, each with its number."""
    number = np.arange(11, dtype=np.float32)[:, None]
    table = pd.DataFrame({"scene": "a", "line": lines, "sample": 0, "row": [*range(6), *range(5)]})
    return Latents(number, np.zeros_like(number), table.assign(code=[0] * 6 + [2, 1, 1, 1, 1]))


def test_latents_are_matched_by_draw_and_row(tmp_path: Path, files: dict[str, Any]) -> None:
    """Each dealt pixel gets the latents of its own row of its own draw; those of other pixels are refused."""
    lines = [7, 0, 7, 7, 7, 3, 1, 7, 2, 7, 0]
    write_latents(tmp_path / "a.parquet", drawn_latents(lines))
    data = read_training_set([tmp_path / "a.parquet"], features="latents", **files)
    assert data.labelled.mean.ravel().tolist() == [10, 6]
    assert data.unlabelled.mean.ravel().tolist() == [1, 5]
    write_latents(tmp_path / "a.parquet", drawn_latents([7, *lines[:-1]]))
    with pytest.raises(IntegrityError, match=r"a\.parquet: holds other pixels than were split"):
        read_training_set([tmp_path / "a.parquet"], features="latents", **files)


def test_a_model_s_directory_holds_weights_and_history(tmp_path: Path) -> None:
    """Both are read back as they were."""
    trained = Trained({"w": np.ones(2, np.float32)}, {"kind": "toy"}, pd.DataFrame({"epoch": [1, 2]}))
    write_trained(tmp_path / "model", trained)
    arrays, description = load_model(tmp_path / "model")
    assert arrays["w"].tolist() == [1, 1]
    assert description["kind"] == "toy"
    assert pd.read_parquet(tmp_path / "model/history.parquet")["epoch"].tolist() == [1, 2]
