"""Scenes together: what cannot be joined, what is odd; and the files that belong to a scene."""

import re
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from semispectral.census.census_files import Census, write_census
from semispectral.census.compatibility import check_labels, check_scans
from semispectral.census.stage_compare_scans import run_compare_scans
from semispectral.errors import DataError
from semispectral.scans.formats.scene_files import companions, data_files, scene_files
from semispectral.scans.sensor_bands import SensorBands
from semispectral.storage.seal import read_json
from semispectral.study.classes import CodeSet
from semispectral.study.scene import Remark, Scene
from semispectral.workflow.rerun import stage_cfg


def found(scene: str = "a", *, pixels: tuple[int, int] = (50, 50), **changes: object) -> Census:
    """A census with nothing odd about it, or with the changes named."""
    counts = pd.DataFrame(
        {
            "code": [0, 1, 2],
            "name": ["", "talc", "calcite"],
            "role": ["unlabelled", "class", "class"],
            "pixels": [9, *pixels],
        }
    )
    nm = np.linspace(1000, 2500, 4)
    plain = Census(scene, "h", 10, 10, 4, "uint16", nm, 0.0, 30_000.0, 0.0, 0.0, counts, np.zeros((10, 10), np.int32))
    return replace(plain, **changes)


def check(*censuses: Census, **scale: float) -> tuple[str, ...]:
    """What is said of scans and labels together."""
    return (*check_scans(censuses, scale={one.scene: 1e-4 for one in censuses} | scale), *check_labels(censuses))


def test_an_even_collection_has_no_warning() -> None:
    """Nothing odd, nothing said."""
    assert check(found("a"), found("b")) == ()


@pytest.mark.parametrize(
    ("odd", "told"),
    [
        ({"wavelengths_nm": None}, "the wavelengths of b are not known"),
        ({"maximum": 1000.0}, "largest reflectance of a is 3 and that of b 0.1"),
        ({"remarks": (Remark("half is missing", odd=True), Remark("fine"))}, "b: half is missing"),
        ({"saturated_share": 0.05}, "b: 5.0% .* saturated"),
        ({"pixels": (9000, 50)}, "talc has 99% of all labels"),
    ],
)
def test_each_oddity_is_said(odd: dict[str, object], told: str) -> None:
    """Each oddity gives one warning, which names the scene or the class."""
    (warning,) = check(found("a"), found("b", **odd))
    assert re.search(told, warning)


TWO = (SensorBands("vnir", 2), SensorBands("swir", 2))
OF_TWO = np.array([500.0, 600.0, 1000.0, 1100.0])


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"wavelengths_nm": OF_TWO + [0, 0, 60, 60]}, "sensor swir: all scenes need the same wavelengths"),
        (
            {"sensors": (SensorBands("vnir", 3), SensorBands("swir", 1)), "wavelengths_nm": OF_TWO},
            "sensor vnir: all scenes need the same bands, got 2 .a., 3 .b.",
        ),
    ],
)
def test_each_sensor_is_compared_by_itself(changes: dict[str, object], told: str) -> None:
    """Wavelengths of one sensor that contradict between scenes, or another number of bands, are named with it."""
    first = found("a", sensors=TWO, wavelengths_nm=OF_TWO)
    assert check(first, found("b", sensors=TWO, wavelengths_nm=OF_TWO + 1.0)) == ()
    with pytest.raises(DataError, match=told):
        check(first, found("b", **({"sensors": TWO} | changes)))


def test_a_scale_that_makes_scenes_agree_is_no_oddity() -> None:
    """Brightness is compared as reflectance, not as counts; but models see counts, unless cleaning scales them."""
    censuses, scale = (found("a"), found("b", maximum=3000.0)), {"a": 1e-4, "b": 1e-3}
    (warning,) = check_scans(censuses, scale=scale)
    assert "scale of scenes.tsv goes from 0.0001 to 0.001" in warning
    assert check_scans(censuses, scale=scale, steps=("scale",)) == ()


def test_scenes_of_different_bands_cannot_be_joined() -> None:
    """The message has both numbers of bands, and a scene of each."""
    with pytest.raises(DataError, match=r"4 \(a\), 7 \(b\)"):
        check(found("a"), found("b", bands=7))


def test_two_sensors_are_joined_only_by_resampling() -> None:
    """The same number of bands elsewhere in the spectrum is refused, unless cleaning resamples."""
    other = found("b", wavelengths_nm=np.linspace(400, 1000, 4))
    with pytest.raises(DataError, match=r"b and a have bands up to 1.5e\+03 nm apart: two sensors"):
        check(found("a"), other)
    scale = {"a": 1e-4, "b": 1e-4}
    assert check_scans((found("a"), other), scale=scale, steps=("resample",)) == ()
    assert check_scans((found("a"), found("b", bands=7)), scale=scale, steps=("resample",)) == ()


def test_a_collection_without_labels_is_refused() -> None:
    """No labelled pixel in any scene is an error; in one of two it is not."""
    with pytest.raises(DataError, match="none of the 1 scenes"):
        check(found("a", pixels=(0, 0)))
    assert check(found("a"), found("b", pixels=(0, 0))) == ()
    assert check_scans([found("a", pixels=(0, 0))], scale={"a": 1e-4}) == ()


def test_files_of_a_scene(tmp_path: Path) -> None:
    """Headers and the parts of a Shapefile belong to the scene; what is not there does not."""
    for name in ("s.img", "s.hdr", "l.shp", "l.dbf", "w.csv", "other.hdr"):
        (tmp_path / name).touch()
    none = CodeSet(())
    row = ("s", "h", tmp_path / "s.img", "", tmp_path / "l.shp", "code", "line,sample,band")
    scene = Scene(*row, str(tmp_path / "w.csv"), 1.0, None, none, none)
    assert [path.name for path in scene_files(scene)] == ["l.dbf", "l.shp", "s.hdr", "s.img", "w.csv"]
    assert [path.name for path in data_files(scene)] == ["s.hdr", "s.img", "w.csv"]
    assert companions(tmp_path / "s.hdr") == (tmp_path / "s.img",)
    assert companions(tmp_path / "s.h5") == ()


def test_the_stage_writes_what_is_odd_and_refuses_what_does_not_fit(tmp_path: Path) -> None:
    """Whatever the labels of the scans: names and sentences in a file, and none of a scan of other bands."""
    file, row = Path("s.h5"), ("line,sample,band", "", 1e-4, None, CodeSet(()), CodeSet(()))
    scenes = [asdict(Scene(name, "h", file, "", file, "", *row)) for name in "ab"]
    cfg = stage_cfg({"scenes": scenes, "steps": []}, "scenes", "steps")

    def compared(*censuses: Census) -> Path:
        paths = [tmp_path / f"{one.scene}.parquet" for one in censuses]
        for one, path in zip(censuses, paths, strict=True):
            write_census(one, path, path.with_suffix(".npy"))
        written = tmp_path / "scans.json"
        written.unlink(missing_ok=True)
        run_compare_scans(written, censuses=paths, cfg=cfg)
        return written

    said = read_json(compared(found("a"), found("b", saturated_share=0.05)))
    assert said["scenes"] == ["a", "b"]
    assert "saturated" in said["odd"][0]
    with pytest.raises(DataError, match="all scenes need the same bands"):
        compared(found("a"), found("b", bands=5, wavelengths_nm=np.linspace(1000, 2500, 5)))
    assert not (tmp_path / "scans.json").exists()
