"""Damage is seen where it is read, and the damaged file is named: weights, their description, tables, checkpoints."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from semispectral.errors import IntegrityError
from semispectral.storage.model_files import load_model, save_model
from semispectral.storage.parquet import read_table, write_table


def model(directory: Path) -> Path:
    arrays = {"w": np.linspace(0, 1, 40, dtype=np.float32), "b": np.arange(3)}
    save_model(directory, arrays, {"kind": "toy", "temperature": 1.25})
    return directory


def seen(path: Path, change: Callable[[bytes], bytes], read: Callable[[], Any]) -> None:
    """A changed file is refused by its name."""
    whole = path.read_bytes()
    path.write_bytes(change(whole))
    with pytest.raises(IntegrityError, match=path.name):
        read()
    path.write_bytes(whole)
    read()


@pytest.mark.parametrize("name", ["weights.safetensors", "model.json"])
def test_every_flipped_byte_of_a_model_is_seen(tmp_path: Path, name: str) -> None:
    """Of the weights and of what is said of them: a temperature that reads 1.35 is no model of ours."""
    directory = model(tmp_path / "m")
    for place in range((directory / name).stat().st_size):
        seen(
            directory / name,
            lambda whole, place=place: whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :],
            lambda: load_model(directory),
        )


@pytest.mark.parametrize("name", ["weights.safetensors", "model.json"])
@pytest.mark.parametrize("keep", [0, 1, 50, -1])
def test_a_cut_model_is_seen(tmp_path: Path, name: str, keep: int) -> None:
    """Also where nothing is left."""
    directory = model(tmp_path / "m")
    seen(directory / name, lambda whole: whole[:keep], lambda: load_model(directory))


def test_weights_of_another_model_are_seen(tmp_path: Path) -> None:
    """Files that were mixed up do not fit each other."""
    directory, other = model(tmp_path / "m"), tmp_path / "other"
    save_model(other, {"w": np.zeros(40, np.float32)}, {"kind": "toy"})
    content = (other / "weights.safetensors").read_bytes()
    seen(directory / "weights.safetensors", lambda _: content, lambda: load_model(directory))


@pytest.mark.parametrize("keep", [0, 4, 300, -5])
def test_a_cut_table_is_seen(tmp_path: Path, keep: int) -> None:
    """Predictions, labels_per_class, scores: the message names the file and what to do."""
    path = tmp_path / "p.parquet"
    write_table(path, pd.DataFrame({"p": np.random.default_rng(1).random(200)}))
    seen(path, lambda whole: whole[:keep], lambda: read_table(path))


def test_a_flipped_value_of_a_table_is_seen(tmp_path: Path) -> None:
    """A byte in the middle of the values."""
    path = tmp_path / "p.parquet"
    write_table(path, pd.DataFrame({"p": np.random.default_rng(1).random(2000)}))
    seen(path, lambda whole: whole[:4000] + bytes([whole[4000] ^ 1]) + whole[4001:], lambda: read_table(path))


def test_a_table_comes_back_as_it_was(tmp_path: Path) -> None:
    """Columns, dtypes and attributes; a Parquet file that says nothing of its own checksum is no result of ours."""
    table = pd.DataFrame({"a": np.arange(3, dtype=np.int16), "b": ["x", "y", "z"], "c": [0.5, np.nan, 1.0]})
    table.attrs["unit"] = "nm"
    write_table(tmp_path / "t.parquet", table)
    back = read_table(tmp_path / "t.parquet")
    pd.testing.assert_frame_equal(back, table)
    assert back.attrs == table.attrs
    pd.testing.assert_frame_equal(read_table(tmp_path / "t.parquet", columns=["a"]), table[["a"]])
    table.to_parquet(tmp_path / "other.parquet")
    with pytest.raises(IntegrityError, match="no seal"):
        read_table(tmp_path / "other.parquet")
