"""The census: counts per code, a look at the data, and what it refuses."""

import logging
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest

from semispectral.census.census_files import Census, read_census, write_census
from semispectral.census.count import census, count_labels
from semispectral.census.look import look_at_scan
from semispectral.errors import DataError, IntegrityError, MissingFileError
from semispectral.study.classes import ClassMap, CodeSet
from semispectral.study.scene import Scene

CLASSES = ClassMap((1, 2, 100), ("calcite", "talc", "granite"), ("#111111", "#222222", "#333333"))
CODES = np.repeat([0, 1, 2, 100, 255], 8).reshape(10, 4)


def make(directory: Path, *, codes: np.ndarray = CODES, data: np.ndarray | None = None) -> Scene:
    """A scene of ten lines, four samples and three bands."""
    path = directory / "scene.h5"
    values = np.arange(10 * 4 * 3).reshape(10, 4, 3).astype(np.uint16) if data is None else data
    with h5py.File(path, "w") as file:
        file["data"], file["labels"], file["nm"] = values, codes, [1000.0, 1500.0, 2000.0]
    return Scene(
        name="DH1_1",
        hole="DH1",
        data=path,
        data_key="data",
        labels=path,
        labels_key="labels",
        axes="line,sample,band",
        wavelengths="nm",
        scale=1.0,
        nodata=None,
        use=CodeSet(((1, 99),)),
        ignore=CodeSet(((255, 255),)),
    )


def test_every_code_is_counted_once_in_one_role(tmp_path: Path) -> None:
    """Codes in use are classes, ignored ones ignored, 0 unlabelled and the rest other."""
    found = census(make(tmp_path), CLASSES)
    assert found.counts["code"].tolist() == [0, 1, 2, 100, 255]
    assert found.counts["role"].tolist() == ["unlabelled", "class", "class", "other", "ignored"]
    assert found.counts["name"].tolist() == ["", "calcite", "talc", "granite", ""]
    assert found.counts["pixels"].sum() == CODES.size
    assert found.pixels("class") == 16


def test_the_look_at_a_small_scene_is_complete(tmp_path: Path) -> None:
    """Where the sample covers the scene, its figures are the scene's; nodata, NaN and infinity are bad values."""
    data = np.arange(120, dtype=np.float32).reshape(10, 4, 3)
    data[0, 0], data[3, 1, 2] = (np.nan, np.inf, -9999), 119.5
    found = census(replace(make(tmp_path, data=data), nodata=-9999.0), CLASSES)
    assert (found.minimum, found.maximum) == (3.0, 119.5)
    assert found.bad_share == pytest.approx(3 / 120)


def test_saturated_values_are_counted(tmp_path: Path) -> None:
    """Values at the end of an integer dtype are counted as saturated, and remain good values."""
    data = np.full((10, 4, 3), 500, np.uint16)
    data[:, :, 0] = 65535
    found = census(make(tmp_path, data=data), CLASSES)
    assert found.saturated_share == pytest.approx(1 / 3)
    assert found.bad_share == 0


def test_a_census_survives_the_disk(tmp_path: Path) -> None:
    """What is read is what was found, the raster of codes and the wavelengths included."""
    found = census(make(tmp_path), CLASSES)
    write_census(found, tmp_path / "c.parquet", tmp_path / "c.npy")
    back = read_census(tmp_path / "c.parquet")
    for name in ("scene", "hole", "lines", "samples", "bands", "dtype", "minimum", "maximum", "bad_share"):
        assert getattr(back, name) == getattr(found, name)
    pd.testing.assert_frame_equal(back.counts, found.counts)
    np.testing.assert_array_equal(back.codes, CODES)
    np.testing.assert_array_equal(back.wavelengths_nm, [1000, 1500, 2000])


def test_the_table_is_one_row_per_code_with_the_header(tmp_path: Path) -> None:
    """Anything that reads Parquet finds scene, hole and header beside each code."""
    write_census(census(make(tmp_path), CLASSES), tmp_path / "c.parquet", tmp_path / "c.npy")
    table = pd.read_parquet(tmp_path / "c.parquet")
    assert table["code"].tolist() == [0, 1, 2, 100, 255]
    assert table[["scene", "hole", "bands", "first_nm", "last_nm"]].drop_duplicates().to_numpy().tolist() == [
        ["DH1_1", "DH1", 3, 1000.0, 2000.0]
    ]


def test_a_missing_or_damaged_census_is_named(tmp_path: Path) -> None:
    """Either file missing, or one that is not a census, is an error of ours."""
    with pytest.raises(MissingFileError, match=r"c\.parquet"):
        read_census(tmp_path / "c.parquet")
    write_census(census(make(tmp_path), CLASSES), tmp_path / "c.parquet", tmp_path / "c.npy")
    (tmp_path / "c.parquet").write_bytes(b"PAR1 nothing PAR1")
    with pytest.raises(IntegrityError, match=r"c\.parquet"):
        read_census(tmp_path / "c.parquet")


def test_negative_codes_are_refused_unless_ignored(tmp_path: Path) -> None:
    """A negative code is a mistake, until the table says that it is to be ignored."""
    scene = make(tmp_path, codes=np.where(CODES == 255, -1, CODES))
    with pytest.raises(DataError, match=r"\[-1\].*'ignore'"):
        census(scene, CLASSES)
    assert census(replace(scene, ignore=CodeSet(((-1, -1),))), CLASSES).pixels("ignored") == 8


def test_a_code_in_use_without_a_class_is_refused(tmp_path: Path) -> None:
    """A code in use that classes.tsv does not know is named, with both remedies."""
    with pytest.raises(DataError, match=r"none: \[50\].*'use'"):
        census(make(tmp_path, codes=np.where(CODES == 2, 50, CODES)), CLASSES)


def test_a_raster_that_is_no_raster_of_labels_is_refused_in_one_short_line(tmp_path: Path) -> None:
    """Of many codes without a class the first few are named, and the others counted."""
    codes = np.arange(40).reshape(10, 4) + 50
    with pytest.raises(DataError, match=r"none: \[50, 51, .* and 32 more\]"):
        census(make(tmp_path, codes=codes), CLASSES)


@pytest.mark.parametrize("value", [np.nan, 65535])
def test_a_scene_without_a_usable_value_is_refused(tmp_path: Path, value: float) -> None:
    """All NaN and all saturated are found before any long stage."""
    data = np.full((10, 4, 3), value, np.float32 if np.isnan(value) else np.uint16)
    with pytest.raises(DataError, match=r"scene\.h5.*all of the 120"):
        census(make(tmp_path, data=data), CLASSES)


@pytest.mark.parametrize("value", [0, 7])
def test_an_array_that_was_never_written_is_no_scan(tmp_path: Path, value: int) -> None:
    """One and the same value everywhere, as an array has that was made and not filled, is no spectrum."""
    with pytest.raises(DataError, match=rf"scene\.h5: spectra are needed, but every value .* is {value}"):
        census(make(tmp_path, data=np.full((10, 4, 3), value, np.uint16)), CLASSES)


def test_a_scene_without_labels_is_allowed_and_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A scene with no labelled pixel is a source of unlabelled ones, and a warning says so."""
    with caplog.at_level(logging.WARNING):
        found: Census = census(make(tmp_path, codes=np.zeros((10, 4), int)), CLASSES)
    assert found.pixels("class") == 0
    assert "only serve as unlabelled" in caplog.text


def test_a_census_does_not_look_at_labels(tmp_path: Path) -> None:
    """Broken labels, or none, change nothing of what is known of the scan; with labels, codes and counts join it."""
    scene = make(tmp_path, codes=np.full((10, 4), -7))
    found = look_at_scan(scene)
    with pytest.raises(DataError, match=r"\[-7\]"):
        count_labels(found, scene, CLASSES)
    other = make(tmp_path)
    pd.testing.assert_frame_equal(look_at_scan(other).counts, found.counts)
    assert found.counts["role"].tolist() == ["unlabelled"]
    assert (found.codes == 0).all()
    labelled = count_labels(found, other, CLASSES)
    np.testing.assert_array_equal(labelled.codes, CODES)
    assert labelled.fingerprint["even"] == found.fingerprint["even"]
    assert "labelled" in labelled.fingerprint


def test_a_row_without_labels_is_counted_as_unlabelled(tmp_path: Path) -> None:
    """A scene whose columns labels and labels_key are empty has no labels, and nothing is said about it."""
    scene = replace(make(tmp_path), labels_key="")
    assert not scene.has_labels
    assert census(scene, ClassMap((), (), ())).pixels("unlabelled") == CODES.size
