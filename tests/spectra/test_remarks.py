"""What the census says of a scene's values, and what the plan makes of bad bands."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from semispectral.census.compatibility import bad_bands_of_all, remarks_of
from semispectral.census.count import census
from semispectral.errors import DataError
from semispectral.spectra.cleaned_scans import open_cleaned
from semispectral.spectra.cleaning_settings import CleanConfig
from semispectral.spectra.remarks import band_names
from semispectral.study.classes import EMPTY, ClassMap, CodeSet
from semispectral.study.scene import Scene

LINES, SAMPLES, BANDS = 20, 10, 40
CLASSES = ClassMap((1,), ("talc",), ("#00ff00",))
VALUES = np.random.default_rng(5).uniform(0.1, 0.9, (LINES, SAMPLES, BANDS)).astype(np.float32)


def scene_of(folder: Path, values: np.ndarray, name: str = "s") -> Scene:
    """A scene whose pixels are all talc."""
    data, labels = folder / f"{name}.npy", folder / f"{name}_labels.npy"
    np.save(data, values)
    np.save(labels, np.ones(values.shape[:2], np.uint8))
    use = CodeSet.parse("1", where="test")
    row = (data, "", labels, "", "line,sample,band", "", 1.0, None, use, CodeSet(()))
    return Scene(name, name, *row)


def test_pixels_without_data_are_not_counted(tmp_path: Path) -> None:
    """The census counts what the shard will have: a pixel with too many gaps is empty, one with few is not."""
    values = VALUES.copy()
    values[:3] = np.nan
    values[5, :, 10:14] = np.inf
    values[7, 2, 10:15] = np.nan
    found = census(scene_of(tmp_path, values), CLASSES)
    empty = np.zeros((LINES, SAMPLES), bool)
    empty[:3], empty[7, 2] = True, True
    np.testing.assert_array_equal(found.codes == EMPTY, empty)
    assert found.pixels("class") == LINES * SAMPLES - empty.sum()
    said = [each.text for each in found.remarks]
    assert "31 of its 200 pixels hold no data" in said
    assert "31 labelled pixels hold no data" in said


@pytest.mark.parametrize("kind", [np.float32, np.uint16])
def test_a_repeated_line_is_said_and_left_out(tmp_path: Path, kind: type) -> None:
    """Lines that equal the one before are named, and with the step hold no data; a border of zeros is none."""
    values = (VALUES * 1000).astype(kind)
    values[6] = values[5]
    values[11:14] = values[10]
    values[:3] = 0
    scene = replace(scene_of(tmp_path, values), scale=1e-3)
    found = census(scene, CLASSES)
    (said,) = [each for each in found.remarks if "frame grabber" in each.text]
    assert said.text.startswith("4 of 19 lines looked at equal the line before")
    assert said.odd
    assert not (found.codes == EMPTY).any()
    left = census(scene, CLASSES, cleaning=CleanConfig(steps=("repeated_lines",)))
    repeated = np.isin(np.arange(LINES), [6, 11, 12, 13])
    np.testing.assert_array_equal(left.codes == EMPTY, np.repeat(repeated[:, None], SAMPLES, axis=1))
    with open_cleaned(scene, CleanConfig(steps=("repeated_lines",))) as cube:
        for height in (1, 4, LINES):
            blocks = [cube.read_lines(first, first + height) for first in range(0, LINES, height)]
            np.testing.assert_array_equal(np.isnan(np.concatenate(blocks)).all(axis=(1, 2)), repeated)
        assert np.isnan(cube.read_lines(12, 13)).all()  # a line alone is compared with the one before all the same


def test_a_scene_that_cleaning_empties_is_refused(tmp_path: Path) -> None:
    """Where gaps are too many in each pixel there is nothing to learn from, unless these bands are left out."""
    values = VALUES.copy()
    values[::2, :, :8] = values[1::2, :, 20:28] = np.nan
    scene = scene_of(tmp_path, values)
    with pytest.raises(DataError, match=r"none of its 200 does.*cleaning\.bad_bands"):
        census(scene, CLASSES)
    kept = CleanConfig(bad_bands=(*range(8), *range(20, 28)))
    assert census(scene, CLASSES, cleaning=kept).pixels("class") == LINES * SAMPLES


def test_an_empty_band_of_one_scene_is_left_out_of_all(tmp_path: Path) -> None:
    """The plan joins what is bad in any scene; with resampling each scene keeps to its own."""
    values = VALUES.copy()
    values[:, :, 14:18] = np.nan
    values[:, :, 30] = np.where(np.arange(LINES)[:, None] < 10, np.nan, values[:, :, 30])
    bad, sound = (census(scene_of(tmp_path, each, name), CLASSES) for name, each in (("a", values), ("b", VALUES)))
    assert (bad.bad_bands, sound.bad_bands) == ((14, 15, 16, 17), ())
    assert bad.pixels("class") == LINES * SAMPLES
    assert bad_bands_of_all([bad, sound]) == (14, 15, 16, 17)
    assert bad_bands_of_all([bad, sound], ["resample"]) == ()
    said = "\n".join(text for text, odd in remarks_of([bad, sound]) if odd)
    assert "a: 4 of 40 bands hold no value (14 to 17): they are left out of all scenes" in said
    assert "smaller gaps are bridged (50.0 % of the pixels)" in said


def test_one_sentence_serves_many_scenes(tmp_path: Path) -> None:
    """What is the same in several scenes is said once, with their names."""
    scenes = [replace(scene_of(tmp_path, VALUES + i / 100, name), scale=None) for i, name in enumerate("abcd")]
    (only,) = remarks_of([census(scene, CLASSES) for scene in scenes])
    text = "a, b, c and 1 more: no scale is given and the file states none: its values are used unchanged"
    assert only == (text, False)


def test_bands_are_named_by_ranges() -> None:
    """A range of bands has its wavelengths behind it, unless one of its ends has none (NaN in the scan)."""
    nm = np.array([np.nan, 500.0, 510.0, 520.0, np.nan])
    assert band_names([1, 2], nm) == "1 to 2, 500 to 510 nm"
    assert band_names([0, 3, 4], nm) == "0; 3 to 4"
    assert band_names([0, 1, 2, 7], None) == "0 to 2; 7"
    assert band_names(range(0, 20, 2), None, most=2) == "0; 2; and 8 more ranges"


@pytest.mark.parametrize(("flat", "value"), [(slice(0, 4), 0.0), (slice(5, 10), 0.7)])
def test_spectra_of_one_value_are_said_and_a_scan_of_them_is_refused(tmp_path: Path, flat: slice, value: float) -> None:
    """Zeros around a turned scan, or any other value in all bands, may mean that there is nothing."""
    values = VALUES.copy()
    values[flat] = value
    said = [each.text for each in census(scene_of(tmp_path, values), CLASSES).remarks if each.odd]
    assert [text for text in said if "of the spectra looked at hold one value in all bands" in text]
    with pytest.raises(DataError, match=r"s\.npy: spectra are needed.*one value"):
        census(scene_of(tmp_path, np.repeat(VALUES[..., :1], BANDS, axis=2)), CLASSES)


def test_a_scale_that_makes_everything_dark_is_said(tmp_path: Path) -> None:
    """Reflectance to which the scale of counts is given is darker than rock."""
    scene = replace(scene_of(tmp_path, VALUES), scale=2.5e-5)
    assert any("darker than any rock: check the scale" in each.text for each in census(scene, CLASSES).remarks)
    assert not any("darker" in each.text for each in census(scene_of(tmp_path, VALUES), CLASSES).remarks)


@pytest.mark.parametrize(
    ("nodata", "said"), [(-9999.0, "55537, which has the same bits, is none"), (70000.0, "occurs nowhere")]
)
def test_nodata_that_the_numbers_cannot_hold_is_said(tmp_path: Path, nodata: float, said: str) -> None:
    """The table or the file says a number that its integers cannot store."""
    scene = replace(scene_of(tmp_path, (VALUES * 1000).astype(np.uint16)), scale=1e-3, nodata=nodata)
    (told,) = [each for each in census(scene, CLASSES).remarks if "cannot hold" in each.text]
    assert f"nodata is {nodata:g}, which uint16 cannot hold" in told.text
    assert said in told.text
    assert told.odd


@pytest.mark.parametrize(("largest", "told"), [(4095, "12 bits"), (1023, "10 bits"), (4094, ""), (65535, "")])
def test_values_where_a_converter_ends_are_said(tmp_path: Path, largest: int, told: str) -> None:
    """A camera of 12 bits writes 4095 into 16 bits where it is saturated; the remedy is to call that nodata."""
    values = (VALUES * 900).astype(np.uint16)
    values[4, :, 3:5] = largest
    scene = replace(scene_of(tmp_path, values), scale=1e-3)
    said = [each.text for each in census(scene, CLASSES).remarks if "of its values are" in each.text]
    assert [f"where a converter of {told} ends" in text for text in said] == [True] * bool(told)
    if told:
        given = census(replace(scene, nodata=float(largest)), CLASSES)
        assert not any("of its values are" in each.text for each in given.remarks)


def test_one_value_at_the_end_of_a_converter_is_none(tmp_path: Path) -> None:
    """A single value may stand there by chance."""
    values = (VALUES * 900).astype(np.uint16)
    values[4, 2, 3] = 1023
    scene = replace(scene_of(tmp_path, values), scale=1e-3)
    assert not any("of its values are" in each.text for each in census(scene, CLASSES).remarks)
