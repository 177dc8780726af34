"""The check of tables of drill holes: what is wrong is named by file and row, before a run."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from semispectral.check.hole_tables import check_hole_tables
from semispectral.check.problems import Problems
from semispectral.check.study import Study
from semispectral.study.classes import ClassMap, CodeSet
from semispectral.study.scene import Scene

FILES = {"table": "assays.csv", "collar": "collar.csv", "survey": "survey.csv", "labels": "log.csv"}
CLASSES = ClassMap((1, 2), ("talc", "calcite"), ("#ff0000", "#00ff00"))
GOOD = {
    "table": "HoleID,From,To,Au\nA,0,1,0.5\nA,1,2,\nZ,0,1,3\n",
    "collar": "HoleID,X,Y,Z\nA,1,2,3\nZ,1,2,3\n",
    "survey": "HoleID,Depth,Dip,Azimuth\nA,0,-60,90\n",
}


def checked(
    folder: Path, *, depths_m: tuple[float, float] | tuple[None, None] = (None, None), **tables: str
) -> tuple[list[str], list[str]]:
    """What is said and what is wrong, of a study with hole A, which has depths, and hole B, which has none."""
    none, used = CodeSet(()), CodeSet.parse("1-2", where="test")
    rows = [
        Scene(name, name, Path(name), "", Path(name), "", "line,sample,band", "", None, None, used, none, pixel_mm=size)
        for name, size in (("A", 1.0), ("B", None))
    ]
    rows[0] = replace(rows[0], depth_from_m=depths_m[0], depth_to_m=depths_m[1])
    section: dict[str, Any] = dict.fromkeys(FILES, "") | {"dip_down": "negative"}
    for key, text in tables.items():
        (folder / FILES[key]).write_text(text, encoding="utf-8")
        section[key] = FILES[key]
    config = {"data_root": str(folder), "allow_outside": False, "simulate": {"enabled": False}, "intervals": section}
    sources = [{"table": FILES["labels"], "weight": 1.0}] if "labels" in tables else []
    config |= {"interval_labels": {"sources": sources}, "split": {"test_groups": ["A"]}}
    problems = Problems()
    said = check_hole_tables(Study(config, tuple(rows), CLASSES, {}), problems)
    return said, problems.found


def test_tables_that_are_right_are_passed_with_a_word_on_other_holes(tmp_path: Path) -> None:
    """Rows of a hole without scans are said, and nothing is wrong."""
    said, wrong = checked(tmp_path, **GOOD)
    assert wrong == []
    assert [text.rpartition("/")[2] for text in said] == [
        f"{FILES[key]}: rows of Z are passed over, for no scene is of them" for key in ("table", "collar")
    ]
    assert checked(tmp_path) == ([], [])


@pytest.mark.parametrize(
    ("tables", "wanted"),
    [
        ({"table": "hole,from,to\nA,0,1\nA,0.5,2\n"}, "assays.csv, row 3: intervals of one hole must not overlap"),
        ({"table": "hole,from,to\nA,1,0\n"}, "assays.csv, row 2: an interval goes down"),
        ({"table": "hole,from,to\nA,0,1\nB,0,1\n"}, "assays.csv, row 3: intervals need depths"),
        ({"table": "hole,from,to\na,0,1\n"}, "assays.csv, row 2: scenes.tsv calls this hole 'A'"),
        ({"table": "hole,from,to\nA,0,1\nA,0,1\n"}, "assays.csv, row 3: intervals of one hole must not overlap"),
        ({"table": "hole,from,to\nA,,1\n"}, "assays.csv, row 2, column 'from': a number is needed"),
        ({"table": "hole;from;to\nA;0;1,5\n"}, "column 'to': a number is needed, such as 12.5 or 1e-4, got '1,5'"),
        ({"table": "hole;from;to;Au\nA;0;1;1,5\n"}, "row 2, column 'Au': a number is needed, such as 12.5"),
        ({"table": "hole,from,to\nA,0,1,5\n"}, "assays.csv, row 2: 3 cells are needed, one for each column, got 4"),
        ({"table": "hole,from_ft,to_ft\nA,0,1\n"}, "assays.csv: a table of intervals needs the columns hole, from, to"),
        ({"table": "hole,from,to,Au\nA,0,1,=1\n"}, "assays.csv, row 2, column 'Au': a name must not begin with"),
        ({"collar": "hole,x,y,z\nB,1,2,3\n"}, "collar.csv: a table of collars needs a row for each hole"),
        ({"collar": "hole,x,y,z\nA,1,2,x\n"}, "collar.csv, row 2, column 'z': a number is needed"),
        ({"survey": GOOD["survey"]}, "config, intervals.survey: a survey begins at a collar"),
        ({"labels": "hole,from,to,class\nA,0,1,talk\n"}, "log.csv, row 2, column 'class': 'talk' is neither a name"),
        ({"labels": "hole,from,to,class\nA,0,1,1\nB,0,1,1\n"}, "log.csv, row 3: intervals need depths"),
        ({"labels": "hole,from,to,talc,calcite\nA,0,1,0.6,0.6\n"}, "log.csv, row 2: the shares of an interval sum"),
        (GOOD | {"survey": "hole,depth,dip,azimuth\nA,0,-95,0\n"}, "survey.csv, row 2: a depth from 0 m, a dip"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, tables: dict[str, str], wanted: str) -> None:
    """Overlaps, intervals that run backwards, a hole without depths or collar, names, formulas, angles."""
    _, wrong = checked(tmp_path, **tables)
    assert len(wrong) == 1
    assert wanted in wrong[0]


def test_a_hole_that_would_go_up_is_said(tmp_path: Path) -> None:
    """The other sign of a dip is the usual slip."""
    said, wrong = checked(tmp_path, **(GOOD | {"survey": GOOD["survey"].replace("-60", "60")}))
    assert wrong == []
    assert any("A goes upwards with intervals.dip_down: negative" in text for text in said)


def test_a_survey_that_begins_deep_is_said(tmp_path: Path) -> None:
    """What lies above its first station is an assumption; a first station at 25 m is usual."""
    said, wrong = checked(tmp_path, **(GOOD | {"survey": GOOD["survey"].replace("A,0,", "A,120,")}))
    assert wrong == []
    assert any("the survey of A begins deep ('A' at 120 m)" in text for text in said)


def test_labels_of_test_holes_are_said(tmp_path: Path) -> None:
    """They are not trained on."""
    said, wrong = checked(tmp_path, labels="hole,from,to,class\nA,0,1,talc\n")
    assert wrong == []
    assert said[0].endswith("log.csv: intervals of A are not trained on, for these are test holes")


def test_tables_of_spreadsheets_are_read(tmp_path: Path) -> None:
    """With a mark of UTF-8, ends of lines of Windows and semicolons; with gaps, and a survey that begins below 0."""
    table = "\ufeffHoleID;From;To\r\nA;0;1\r\nA;3;4.5\r\n"
    survey = GOOD["survey"].replace("A,0,", "A,25,").replace("\n", "\r\n")
    said, wrong = checked(tmp_path, table=table, collar=GOOD["collar"], survey=survey)
    assert wrong == []
    assert [text.rpartition("/")[2] for text in said] == [
        f"{FILES['collar']}: rows of Z are passed over, for no scene is of them"
    ]


def test_intervals_off_the_core_are_said(tmp_path: Path) -> None:
    """Depths in feet lie below the scans; with one interval on them, or without depths of scans, nothing is said."""
    off, on = "hole,from,to\nA,150,152\nA,160,170\n", "hole,from,to\nA,49,51\nA,150,152\n"
    said, wrong = checked(tmp_path, table=off, depths_m=(46.0, 50.0))
    assert wrong == []
    assert "no interval of 'A' lies on its scans: they go from 46 to 50 m, the intervals from 150 to 170 m" in said[0]
    assert checked(tmp_path, table=on, depths_m=(46.0, 50.0)) == ([], [])
    assert checked(tmp_path, table=off) == ([], [])


def test_text_in_a_column_of_numbers_is_said(tmp_path: Path) -> None:
    """An assay below the limit of detection makes its column text, also where it is of another hole."""
    said, wrong = checked(tmp_path, table="HoleID,From,To,Au\nA,0,1,0.5\nA,1,2,NaN\nA,2,3,2\nZ,0,1,<0.01\n")
    assert wrong == []
    assert said[0].endswith(
        "assays.csv, row 5, column 'Au': '<0.01' is no number, so that the whole column is text in the table of "
        "results; leave such cells empty to have numbers"
    )


def test_columns_of_shares_that_no_class_has_are_said(tmp_path: Path) -> None:
    """A misspelt column would give its shares to the classes without one."""
    said, wrong = checked(tmp_path, labels="HoleID,From,To,talc,calcite (%)\nA,0,1,0.5,0.5\n")
    assert wrong == []
    assert any("the columns 'calcite (%)' are of no class and left out" in text for text in said)
