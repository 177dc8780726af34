"""The split on disk is read again and counted again; damage of any of its files is found."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from semispectral.errors import MissingFileError, SplitError
from semispectral.pool.sample_settings import SampleConfig
from semispectral.sampling.quota_files import read_quotas
from semispectral.sampling.split import SplitConfig
from semispectral.sampling.split_files import check_split, read_split, stored_parts, write_split
from semispectral.sampling.study_split import split_study
from semispectral.storage.parquet import read_table, write_table
from semispectral.storage.seal import write_array
from semispectral.study.classes import ClassMap, CodeSet, read_classes
from semispectral.study.scene import Scene
from tiny_pool import tiny_pool

CLASSES = ClassMap((2, 3), ("argile", "séricite"), ("#000000", "#111111"))
CODES = {name: np.kron(np.random.default_rng(n).choice([0, 2, 3, 200], (8, 4)), np.ones((5, 5), int))
         for n, name in enumerate("ABC")}  # fmt: skip


def scene_of(name: str) -> Scene:
    """A scene whose files are never opened."""
    use, ignore = CodeSet.parse("1-99", where="test"), CodeSet.parse("200", where="test")
    file = Path(f"{name}.h5")
    return Scene(name, name, file, "", file, "", "line,sample,band", "", 1.0, None, use, ignore)


SCENES = [scene_of(name) for name in CODES]


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A split on disk."""
    settings = SplitConfig(method="groups", seed=2, test_groups=("C",), block_lines=10, buffer=2)
    sample = SampleConfig(seed=2, cap_per_class=40, unlabelled=300)
    pool = tiny_pool(SCENES, CODES)
    made = split_study(SCENES, CODES, pool, CLASSES, split_settings=settings, sample_settings=sample)
    write_split(tmp_path / "split", made)
    return tmp_path / "split"


def rewrite(directory: Path, scene: str, change: np.ndarray) -> None:
    """Put another parts raster in the place of a scene's."""
    write_array(directory / "parts" / f"{scene}.npy", change)


def test_a_split_comes_back_as_it_was(directory: Path) -> None:
    """Readers of the whole and of its pieces agree, and a recount finds nothing wrong."""
    found = read_split(directory)
    assert found.classes == read_classes(directory / "classes.json") == CLASSES
    assert found.quotas.equals(read_quotas(directory / "quotas.parquet"))
    assert np.array_equal(found.parts["B"], stored_parts(directory, ["B"])["B"])
    assert (found.method, found.buffer) == ("groups", 2)
    check_split(directory, SCENES, CODES)


def test_writing_twice_gives_the_same_bytes(directory: Path) -> None:
    """Nothing in the files depends on when they were written, so that reruns can be compared."""
    before = {path: path.read_bytes() for path in directory.rglob("*") if path.is_file()}
    found = read_split(directory)
    write_split(directory, replace(found, pixels=found.pixels.assign(hash=np.uint64(0))))
    assert {path: path.read_bytes() for path in directory.rglob("*") if path.is_file()} == before


def test_parts_that_touch_on_disk_are_found(directory: Path) -> None:
    """A raster in which valid lies beside train is refused on reading."""
    parts = stored_parts(directory, ["A"])["A"].copy()
    parts[0, 0], parts[0, 1] = 1, 2
    rewrite(directory, "A", parts)
    with pytest.raises(SplitError, match=r"A\.npy: train and valid must be more than 2 pixels apart"):
        read_split(directory)


def test_a_pixel_moved_between_parts_is_found(directory: Path) -> None:
    """A training hole's pixel dropped from its part no longer fits the counts."""
    parts = stored_parts(directory, ["A"])["A"].copy()
    line, sample = np.argwhere((parts == 1) & (CODES["A"] == 2))[0]
    parts[line, sample] = 0
    rewrite(directory, "A", parts)
    pixels = read_table(directory / "pixels.parquet")
    gone = (pixels["scene"] == "A") & (pixels["line"] == line) & (pixels["sample"] == sample)
    write_table(directory / "pixels.parquet", pixels[~gone].reset_index(drop=True))
    with pytest.raises(SplitError, match="of label 0 of A are in train"):
        check_split(directory, SCENES, CODES)


def test_an_ignored_pixel_in_a_part_is_found(directory: Path) -> None:
    """The tray cannot slip into the test part."""
    parts = stored_parts(directory, ["C"])["C"].copy()
    parts[CODES["C"] == 200] = 3
    rewrite(directory, "C", parts)
    with pytest.raises(SplitError, match="ignored pixels"):
        check_split(directory, SCENES, CODES)


def test_a_pixel_dealt_to_another_part_is_found(directory: Path) -> None:
    """A pixel of the test hole that is called a training pixel is refused on reading."""
    pixels = read_table(directory / "pixels.parquet")
    pixels.loc[pixels["scene"] == "C", "part"] = "train"
    write_table(directory / "pixels.parquet", pixels)
    with pytest.raises(SplitError, match="pixels of C are not in the part"):
        read_split(directory)


def test_labels_of_another_shape_are_found(directory: Path) -> None:
    """A scene that was replaced by one of another size no longer fits its split."""
    with pytest.raises(SplitError, match="shape of B's labels"):
        check_split(directory, SCENES, {**CODES, "B": CODES["B"][:-1]})


def test_a_quota_beyond_what_there_is_is_found(directory: Path) -> None:
    """A table of quotas that promises too much is refused on reading."""
    table = read_quotas(directory / "quotas.parquet")
    write_table(directory / "quotas.parquet", table.assign(quota=table["drawn"] + 1))
    with pytest.raises(SplitError, match="more pixels than were drawn"):
        read_quotas(directory / "quotas.parquet")


@pytest.mark.parametrize("name", ["quotas.parquet", "classes.json", "warnings.json", "pixels.parquet", "parts/A.npy"])
def test_a_missing_file_is_named(directory: Path, name: str) -> None:
    """Each file of the split is needed."""
    (directory / name).unlink()
    with pytest.raises(MissingFileError, match=Path(name).name):
        read_split(directory)


def test_quotas_have_the_promised_columns(directory: Path) -> None:
    """The table on disk is what the next stages read."""
    table = pd.read_parquet(directory / "quotas.parquet")
    assert list(table.columns) == ["scene", "hole", "label", "part", "available", "drawn", "quota"]
    assert len(table) == 3 * 3 * 3
