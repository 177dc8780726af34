"""Shards: what is written is what is read, and damage is noticed."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from semispectral.errors import IntegrityError, MissingFileError
from semispectral.scans.cube import Latents, Pixels
from semispectral.spectra.shards import read_latents, read_shard, read_table, write_latents, write_shard
from semispectral.storage import arrays as packed


def table(pixels: int) -> pd.DataFrame:
    """A table of this many pixels of two scenes."""
    number = np.arange(pixels)
    return pd.DataFrame(
        {
            "scene": np.where(number % 2, "DH1_1", "DH1_2"),
            "hole": "DH1",
            "line": number.astype(np.int32),
            "sample": (number % 7).astype(np.int32),
            "code": (number % 5).astype(np.int32),
            "label": (number % 5 - 1).astype(np.int16),
            "part": pd.Categorical.from_codes(number % 3, ["train", "valid", "test"]),
        }
    )


def pixels_of(count: int, *, dtype: str = "uint16", bands: int = 5) -> Pixels:
    values = np.random.default_rng(11).integers(0, 60_000, (count, bands)).astype(dtype)
    return Pixels(values, table(count), np.linspace(1000, 2500, bands))


@pytest.mark.parametrize("compression", ["none", "zstd"])
@pytest.mark.parametrize("dtype", ["uint16", "int16", "float32", "float64", "uint8"])
def test_a_shard_comes_back_as_it_was(tmp_path: Path, dtype: str, compression: str) -> None:
    """Spectra, dtype, wavelengths and every column survive the way to disk and back."""
    pixels = pixels_of(100, dtype=dtype)
    write_shard(tmp_path / "a.parquet", pixels, compression=compression)
    back = read_shard(tmp_path / "a.parquet")
    assert back.x.dtype == np.dtype(dtype)
    assert back.x.tobytes() == pixels.x.tobytes()
    np.testing.assert_array_equal(back.wavelengths_nm, pixels.wavelengths_nm)
    pd.testing.assert_frame_equal(back.table, pixels.table.astype({"part": "str"}))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(count=st.integers(0, 40), bands=st.integers(1, 9), group=st.integers(1, 50))
def test_any_size_and_any_row_group(tmp_path: Path, count: int, bands: int, group: int) -> None:
    """No number of pixels, not even none, and no size of row group changes what is read."""
    pixels = pixels_of(count, bands=bands)
    rows_per_group, packed.ROWS_PER_GROUP = packed.ROWS_PER_GROUP, group
    try:
        write_shard(tmp_path / "a.parquet", pixels)
        assert read_shard(tmp_path / "a.parquet").x.tobytes() == pixels.x.tobytes()
    finally:
        packed.ROWS_PER_GROUP = rows_per_group


def test_extra_columns_travel(tmp_path: Path) -> None:
    """A column that only one stage knows of is kept, with its dtype."""
    pixels = pixels_of(6)
    wide = Pixels(pixels.x, pixels.table.assign(confidence=np.float32(0.5), chosen=True, note="ä ö"))
    write_shard(tmp_path / "a.parquet", wide)
    back = read_table(tmp_path / "a.parquet")
    assert (back["confidence"].dtype, back["chosen"].dtype) == (np.float32, np.bool_)
    assert set(back["note"]) == {"ä ö"}


def test_the_table_is_the_shards(tmp_path: Path) -> None:
    """Reading the table alone gives the shard's table."""
    write_shard(tmp_path / "a.parquet", pixels_of(9))
    pd.testing.assert_frame_equal(read_table(tmp_path / "a.parquet"), read_shard(tmp_path / "a.parquet").table)


def test_latents_come_back_as_they_were(tmp_path: Path) -> None:
    """Mean and log-variance survive; a shard is not taken for latents."""
    mean = np.random.default_rng(5).standard_normal((20, 3)).astype(np.float32)
    write_latents(tmp_path / "z.parquet", Latents(mean, -mean, table(20)))
    back = read_latents(tmp_path / "z.parquet")
    assert back.mean.tobytes() == mean.tobytes()
    assert back.log_variance.tobytes() == (-mean).tobytes()
    with pytest.raises(IntegrityError, match="spectrum"):
        read_shard(tmp_path / "z.parquet")


def test_the_same_pixels_give_the_same_bytes(tmp_path: Path) -> None:
    """Two writings of the same pixels are the same file."""
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        write_shard(tmp_path / folder / "s.parquet", pixels_of(50))
    assert (tmp_path / "a/s.parquet").read_bytes() == (tmp_path / "b/s.parquet").read_bytes()


@pytest.mark.parametrize("compression", ["none", "zstd"])
def test_every_flipped_byte_of_the_spectra_is_noticed(tmp_path: Path, compression: str) -> None:
    """A shard that differs by one byte anywhere is refused or reads the same; it never gives other values."""
    path = tmp_path / "a.parquet"
    pixels = pixels_of(30)
    write_shard(path, pixels, compression=compression)
    whole = path.read_bytes()
    for place in range(4, len(whole), 97):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        try:
            back = read_shard(path)
        except IntegrityError:
            continue
        assert back.x.tobytes() == pixels.x.tobytes()
        pd.testing.assert_frame_equal(back.table, pixels.table.astype({"part": "str"}))


@pytest.mark.parametrize("keep", [0, 3, 500, -5])
def test_a_cut_shard_is_refused(tmp_path: Path, keep: int) -> None:
    """A file that was cut is refused, with the file's name and what to do."""
    path = tmp_path / "a.parquet"
    write_shard(path, pixels_of(30))
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(IntegrityError, match=r"a\.parquet.*delete it"):
        read_shard(path)


def test_another_parquet_file_is_not_a_shard(tmp_path: Path) -> None:
    """A Parquet file of someone else, and a missing one, are told apart from a damaged shard."""
    pq.write_table(pa.table({"a": [1]}), tmp_path / "a.parquet")
    with pytest.raises(IntegrityError, match="another Parquet file"):
        read_shard(tmp_path / "a.parquet")
    with pytest.raises(MissingFileError, match=r"b\.parquet"):
        read_shard(tmp_path / "b.parquet")


def test_a_failed_writing_leaves_nothing(tmp_path: Path) -> None:
    """Where writing fails, the file stays as it was before and no part of another is left."""
    write_shard(tmp_path / "a.parquet", pixels_of(3))
    before = (tmp_path / "a.parquet").read_bytes()
    with pytest.raises((OSError, ValueError, pa.ArrowException)):
        write_shard(tmp_path / "a.parquet", pixels_of(5), compression="no such codec")
    assert (tmp_path / "a.parquet").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["a.parquet"]
