"""What the check says of windows and of the mineral library: one error each, before anything runs."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from test_check import CONFIG, HOLES, REQUIRED, row, study_of

from semispectral.check.inputs import check_windows, hull_words, library_words
from semispectral.check.scenes import look_at_scenes
from semispectral.errors import DataError

BANDS = 60
CLASSES = "code\tname\tmineral\tcolour\n1\ttalc\t\t#00ff00\n2\tore\t\t#0000ff\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A study of three scenes with wavelengths, two classes, and a mineral library of its own."""
    monkeypatch.chdir(tmp_path)
    nm = np.linspace(1000, 2480, BANDS)
    Path("nm.csv").write_text("wavelength_nm\n" + "\n".join(map(str, nm)) + "\n")
    for seed, name in enumerate(HOLES):
        values = np.random.default_rng(seed).integers(1, 999, (16, 8, BANDS)).astype(np.uint16)
        np.save(f"{name}.npy", values)
        codes = np.zeros((16, 8), np.uint8)
        codes[::2, 1:4], codes[::4, 5:7] = 1, 2
        np.save(f"{name}_labels.npy", codes)
    Path("minerals.csv").write_text("wavelength_nm,talc\n2000,0.5\n2300,0.3\n2450,0.5\n")
    Path("classes.tsv").write_text(CLASSES)
    Path("config").mkdir()
    return tmp_path


def given(*, wavelengths: str = "nm.csv", **sections: Any) -> None:
    """Write the configuration and the table of scenes."""
    rows = ["\t".join(REQUIRED), *(row(name, wavelengths=wavelengths) for name in HOLES)]
    Path("scenes.tsv").write_text("\n".join(rows) + "\n")
    Path("config/config.yaml").write_text(yaml.safe_dump(CONFIG | sections))


def said() -> tuple[list[str], list[str]]:
    """What the check says of the library, and its problems."""
    study, problems = study_of()
    looked = look_at_scenes(study, problems)
    with problems.noted():
        check_windows(study, looked)
    return list(library_words(study, looked, problems)), problems.found


@pytest.mark.usefixtures("project")
def test_the_library_says_what_it_cannot_predict() -> None:
    """The built-in one knows talc; no entry is of ore."""
    given()
    assert said() == (["Mineral library: 1 of 2 classes have an entry; never predicted: ore"], [])


@pytest.mark.usefixtures("project")
def test_a_library_that_nobody_asked_for_may_be_silent() -> None:
    """Scans without wavelengths are no problem: the line says why there is nothing."""
    given(wavelengths="none")
    lines, problems = said()
    assert problems == []
    assert "it has nothing to say: a1, library.windows: windows in nm need the wavelengths" in lines[0]


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("wavelengths", "windows", "words"),
    [
        ("nm.csv", [[2080, 2400]], "SVM on hull quotients: of 2080 to 2400 nm"),
        ("nm.csv", [[300, 900], [1350, 1480]], "SVM on hull quotients: of 1350 to 1480 nm"),
        ("nm.csv", [[300, 900]], "SVM on hull quotients: it has no say, for no bands of 300 to 900 nm are known"),
        ("none", [[2080, 2400]], "SVM on hull quotients: it has no say, for no bands of 2080 to 2400 nm are known"),
    ],
)
def test_windows_that_nobody_asked_for_are_no_problem(wavelengths: str, windows: list[Any], words: str) -> None:
    """The mean that makes the maps has a member on hull quotients where there are any; a line says of which."""
    given(wavelengths=wavelengths, normalise={"windows": windows})
    assert said()[1] == []
    study, problems = study_of()
    (line,) = hull_words(study, look_at_scenes(study, problems))
    assert line.startswith(words)
    given(map={"method": "svm", "features": "bands"}, compare={"features": ["bands"]})
    study, problems = study_of()
    assert not list(hull_words(study, look_at_scenes(study, problems)))


BAD: dict[str, tuple[dict[str, Any], str, str]] = {
    "not there": ({"library": {"files": ["none.csv"]}}, CLASSES, "none.csv: a mineral library is needed"),
    "outside": ({"library": {"files": ["../x.csv"]}}, CLASSES, "library.files: the path must stay inside data_root"),
    "no overlap": (
        {"library": {"files": ["far.csv"]}},
        CLASSES,
        "no entry of the mineral library .* covers",
    ),
    "other unit": ({"library": {"files": ["um.csv"]}}, CLASSES, "must be nanometres of 100 or more"),
    "two of one name": ({"library": {"files": ["two.csv"]}}, CLASSES, "'talc' is there 2 times"),
    "empty": ({"library": {"files": ["empty.csv"]}}, CLASSES, "needs the column wavelength_nm"),
    "window": ({"library": {"windows": [[2400, 2600]], "files": ["minerals.csv"]}}, CLASSES, "2400 to 2600 nm needs"),
    "mineral": ({}, CLASSES.replace("ore\t", "ore\ttalk"), "'mineral' of 'ore': .* did you mean 'talc'"),
    "hull": (
        {"normalise": {"method": "hull", "windows": [[300, 900]]}},
        CLASSES,
        "a1, normalise.windows: .* 300",
    ),
    "hull for maps": (
        {"map": {"method": "svm", "features": "hull"}, "normalise": {"windows": [[300, 900]]}},
        CLASSES,
        "a1, normalise.windows: .* 300",
    ),
    "auto": (
        {"normalise": {"method": "auto", "windows": [[300, 900]]}},
        CLASSES,
        "a1, normalise.windows: .* 300",
    ),
    "auto for M1": (
        {"normalise": {"m1_method": "auto", "windows": [[300, 900]]}},
        CLASSES,
        "a1, normalise.windows: .* 300",
    ),
}


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(("sections", "classes", "words"), BAD.values(), ids=BAD)
def test_what_is_wrong_is_one_problem(sections: dict[str, Any], classes: str, words: str) -> None:
    """Each error is found once, though three scenes have it."""
    Path("far.csv").write_text("wavelength_nm,talc\n400,0.5\n500,0.3\n600,0.5\n")
    Path("um.csv").write_text("wavelength_nm,talc\n2.0,0.5\n2.3,0.3\n2.45,0.5\n")
    Path("two.csv").write_text("wavelength_nm,talc,Talc\n2000,0.5,0.5\n2300,0.3,0.5\n2450,0.5,0.5\n")
    Path("empty.csv").write_text("")
    Path("classes.tsv").write_text(classes)
    given(**sections)
    _, problems = said()
    assert len(problems) == 1
    with pytest.raises(DataError, match=words):
        raise DataError(problems[0])


@pytest.mark.usefixtures("project")
def test_hull_quotients_need_wavelengths() -> None:
    """Scans without wavelengths are refused where a normalisation needs them."""
    given(wavelengths="none", normalise={"m1_method": "views_hull"}, compare={"baselines": ["majority"]})
    _, problems = said()
    assert [problem[:60] for problem in problems] == ["a1, normalise.windows: windows in nm need the wavelengths of"]
