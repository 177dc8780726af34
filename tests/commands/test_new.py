"""``semispectral new``: the folder of a study, which is never written over what is there."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import yaml

from cube_formats import write_envi_header, write_tsg
from semispectral.check.problems import Problems
from semispectral.check.study import read_study
from semispectral.commands.main import main
from semispectral.storage.provenance import versions
from semispectral.workflow.home import CLONE

LINES, SAMPLES, BANDS = 6, 4, 8


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that is no clone."""
    monkeypatch.chdir(tmp_path)


def study_in(folder: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is wrong with the configuration and the tables of a folder."""
    monkeypatch.chdir(folder)
    problems = Problems()
    assert read_study(CLONE, [], problems) is not None
    return problems.found


def test_the_built_in_core(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The same configuration and tables as in a clone, and a README that says what made it."""
    assert main(["new", "core", "--demo"]) == 0
    for name in ("config.yaml", "scenes.tsv", "classes.tsv"):
        assert Path("core/config", name).read_bytes() == (CLONE / "config" / name).read_bytes()
    assert f"semispectral {versions()['semispectral']}" in Path("core/README.md").read_text()
    assert Path("core/README.md").read_text().startswith("# core\n")
    assert "semispectral run" in capsys.readouterr().out
    assert study_in("core", monkeypatch) == []


def test_its_profiles_are_those_of_the_package() -> None:
    """This machine's says what the package's says, and one GPU, which is its default; the cluster's is a copy."""
    assert main(["new", "mine"]) == 0
    own, packaged = (
        yaml.safe_load((folder / "profiles/default/config.yaml").read_text()) for folder in (Path("mine"), CLONE)
    )
    assert own == packaged | {"resources": {"gpu": 1}}
    slurm = "profiles/slurm/config.yaml"
    assert Path("mine", slurm).read_bytes() == (CLONE / slurm).read_bytes()


def write_scan() -> None:
    """An ENVI scan in a folder of its own."""
    Path("my scans").mkdir()
    np.zeros((LINES, BANDS, SAMPLES), np.uint16).tofile("my scans/DH1_1.img")
    write_envi_header(
        Path("my scans/DH1_1.hdr"), samples=SAMPLES, lines=LINES, bands=BANDS, data_type=12, interleave="bil"
    )


def test_scans_of_a_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows of the scans, with paths from their folder; the study is read as it was written."""
    write_scan()
    assert main(["new", "mine", "--from", "my scans", "--name", "{hole}_{box}"]) == 0
    assert Path("mine/config/scenes.tsv").read_text().splitlines()[1].startswith("DH1_1\tDH1\tDH1_1.img\t")
    assert study_in("mine", monkeypatch) == []


@pytest.mark.parametrize(
    ("more", "next_step"), [([], "name the hole of each scan"), (["--hole", "DH1"], "cd mine; semi")]
)
def test_holes_that_are_not_known_come_first(
    more: list[str], next_step: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody is sent to a check that can only say that the cells are empty."""
    write_scan()
    assert main(["new", "mine", "--from", "my scans", *more]) == 0
    assert next_step in capsys.readouterr().out.splitlines()[-1]


def test_the_one_scan_without_a_hole_is_what_is_left_to_name(capsys: pytest.CaptureFixture[str]) -> None:
    """A name that does not fit the pattern sends nobody back to the pattern that the others fit."""
    write_scan()
    for suffix in (".hdr", ".img"):
        shutil.copyfile(f"my scans/DH1_1{suffix}", f"my scans/test{suffix}")
    assert main(["new", "mine", "--from", "my scans", "--name", "{hole}_{box}"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert "not known of 1 scan (test)" in "\n".join(said)
    assert "name the hole of the scans above that have none" in said[-1]


def test_sensors_of_one_hole(monkeypatch: pytest.MonkeyPatch) -> None:
    """Further sensors are named in the configuration, and one hole is split by blocks."""
    Path("scans").mkdir()
    for end in ("", "_mir"):
        values, codes = np.full((6, 8), 0.5, np.float32), np.zeros(6, np.float32)
        depths = np.linspace(10, 11, 6)
        write_tsg(Path(f"scans/DH7_tsg{end}.tsg"), values, codes=codes, names=("KAOLIN",), depth_m=depths)
    assert main(["new", "mine", "--from", "scans"]) == 0
    text = Path("mine/config/config.yaml").read_text()
    assert "\nsensors: config/sensors.tsv" in text
    assert "\n  method: blocks" in text
    assert study_in("mine", monkeypatch) == []


def test_an_empty_study_names_its_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing but rows is missing."""
    assert main(["new", "mine"]) == 0
    assert study_in("mine", monkeypatch) == ["config/scenes.tsv: has a header but no scene; add one row per scene"]


@pytest.mark.parametrize("more", [[], ["--demo"], ["--from", "scans"]])
def test_nothing_is_overwritten(more: list[str], caplog: pytest.LogCaptureFixture) -> None:
    """A folder with a file, and a file of that name, stay as they are."""
    Path("mine").mkdir()
    Path("mine/notes.txt").write_text("mine")
    Path("file").write_text("mine")
    for name in ("mine", "file"):
        assert main(["new", name, *more]) == 1
    assert caplog.text.count("nothing is overwritten") == 2
    assert [path.name for path in Path("mine").iterdir()] == ["notes.txt"]


def test_a_folder_without_scans_makes_no_study(caplog: pytest.LogCaptureFixture) -> None:
    """What cannot be listed is said, and nothing half made stays."""
    Path("scans").mkdir()
    assert main(["new", "mine", "--from", "scans"]) == 1
    assert "holds no scan" in caplog.text
    assert not Path("mine").exists()
