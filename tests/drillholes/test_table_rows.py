"""Tables of drill holes: names of columns, intervals, and what is wrong with them, by file and row."""

from pathlib import Path

import numpy as np
import pytest

from semispectral.drillholes.table_rows import column_values, first_text_among_numbers, read_intervals, require_known
from semispectral.errors import ConfigError, UnreadableError

WHAT = {"what": "a table of intervals", "key": "intervals.table"}


def written(folder: Path, text: str, name: str = "table.csv") -> Path:
    """A table."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("header", ["HoleID,From,To,Au", "BHID,FROM,TO,Au", "hole_id,depth_from,depth_to,Au"])
def test_columns_go_by_the_names_of_modelling_programs(tmp_path: Path, header: str) -> None:
    """Intervals come by hole and depth, and keep their further cells."""
    rows = read_intervals(written(tmp_path, f"{header}\nB,2,3,0.5\nA,1,2.5,\nA,0,1,x\n"), **WHAT)
    assert [(row.hole, row.from_m, row.to_m) for row in rows] == [("A", 0, 1), ("A", 1, 2.5), ("B", 2, 3)]
    assert [row.others for row in rows] == [{"Au": "x"}, {"Au": ""}, {"Au": "0.5"}]
    tabs = written(tmp_path, f"{header}\nA,0,1,x\n".replace(",", "\t"), "table.tsv")
    assert read_intervals(tabs, **WHAT)[0].where == f"{tabs}, row 2"


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (
            "A,0,1\nA,0.5,2",
            "row 3: intervals of one hole must not overlap.*begins at 0.5 m, and that of row 2 ends at 1",
        ),
        ("A,0,1\nA,3,2", "row 3: an interval goes down, but this one of 'A' goes from 3 to 2 m"),
        ("A,0,0", "row 2: an interval goes down"),
        ("A,-1,0", "row 2, column 'from': a depth along the hole is needed"),
        ("A,0,nan", "row 2, column 'to': a number is needed"),
        ("A,,1", "row 2, column 'from': a number is needed"),
        (",0,1", "row 2: the name of a hole is needed in the column 'hole', got none"),
        ("A,0", "row 2: 3 cells are needed, one for each column, got 2"),
    ],
)
def test_a_wrong_interval_is_named_by_file_and_row(tmp_path: Path, rows: str, said: str) -> None:
    """Overlaps, intervals that run backwards, cells that are no numbers."""
    path = written(tmp_path, f"hole,from,to\n{rows}\n")
    with pytest.raises(ConfigError, match=f"table.csv, {said}"):
        read_intervals(path, **WHAT)


def test_cells_with_commas_stand_in_quotes(tmp_path: Path) -> None:
    """As spreadsheets write them, with a line break in a remark; quotes that do not end are no table."""
    text = 'HoleID,From,To,Remark\r\n"A",0,1,"clay, white\r\nwet ""mud"""\r\nA,1,2,\r\n'
    rows = read_intervals(written(tmp_path, text), **WHAT)
    assert [row.others["Remark"].splitlines() for row in rows] == [["clay, white", 'wet "mud"'], []]
    with pytest.raises(ConfigError, match="separated by commas"):
        read_intervals(written(tmp_path, 'HoleID,From,To\nA,0,"1\n'), **WHAT)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("HoleID;From;To\nA;0,5;1,5\n", "row 2, column 'from': a number is needed, such as 12.5 or 1e-4, got '0,5'"),
        ("HoleID,From,To\n", "needs rows, and has a header alone"),
        ("", "the header is none"),
        ("HoleID,From,To,Au,Au\nA,0,1,2,3\n", "the header has 'Au' more than once"),
    ],
)
def test_what_is_no_such_table_is_said(tmp_path: Path, text: str, said: str) -> None:
    """Decimal commas, no row, nothing at all."""
    with pytest.raises(ConfigError, match=said):
        read_intervals(written(tmp_path, text), **WHAT)


def test_a_folder_is_no_table(tmp_path: Path) -> None:
    """What is there and is no file is not called missing."""
    with pytest.raises(UnreadableError, match="is a file, and this is none"):
        read_intervals(tmp_path, **WHAT)


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    """The error has the header, and what the column may be called."""
    with pytest.raises(ConfigError, match=r"'to' is there 0 times; the header is 'hole', 'from', 'depth'"):
        read_intervals(written(tmp_path, "hole,from,depth\nA,0,1\n"), **WHAT)


def test_holes_are_those_of_the_study(tmp_path: Path) -> None:
    """A table of other holes is refused, and so is a name that differs in case; further holes may stand in it."""
    rows = [("table.csv, row 2", "DH1"), ("table.csv, row 3", "DH9")]
    require_known(rows, ["DH1", "DH2"], what="a table", path=tmp_path)
    with pytest.raises(ConfigError, match="none of a hole of"):
        require_known(rows, ["X"], what="a table", path=tmp_path)
    with pytest.raises(ConfigError, match=r"row 2: scenes.tsv calls this hole 'dh_1', and not 'DH1'"):
        require_known(rows, ["dh_1"], what="a table", path=tmp_path)


def test_further_columns_are_numbers_or_safe_text() -> None:
    """Numbers if all cells are, empty ones NaN; a formula is refused by its place."""
    values = column_values(["1", "", "2.5e1"], where=["a", "b", "c"])
    assert (values[0], values[2]) == (1, 25)
    assert column_values(["1", "", "x"], where=["a", "b", "c"]) == ["1", "", "x"]
    with pytest.raises(ConfigError, match="row 3, column 'Au': a name must not begin with"):
        column_values(["a", "=1+1"], where=["row 2, column 'Au'", "row 3, column 'Au'"])


@pytest.mark.parametrize("word", ["", "NaN", "n/a", "NULL", "-"])
def test_what_stands_for_no_number_is_none_among_numbers(word: str) -> None:
    """Beside a number it is NaN; in a column without numbers it is text."""
    values = column_values(["0.5", word], where=["a", "b"])
    assert (values[0], np.isnan(float(values[1]))) == (0.5, True)
    assert column_values([word, "talc"], where=["a", "b"]) == ["" if word == "-" else word, "talc"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1,5", "row 3: a number is needed, such as 12.5 or 1e-4, got '1,5'; write a point in place of the comma"),
        ("1e999", "row 3: a number is needed"),
    ],
)
def test_a_number_that_cannot_be_read_makes_no_column_text(text: str, said: str) -> None:
    """A decimal comma, which may be one of thousands, and a number beyond 64 bits are refused by their row."""
    with pytest.raises(ConfigError, match=said):
        column_values(["2", text], where=["row 2", "row 3"])


def test_a_column_is_of_one_kind_in_all_holes() -> None:
    """A hole with numbers alone has text where another hole has some; the first such cell is found."""
    whole = ["1", "2", "3", "<0.01", "4"]
    assert column_values(["1", "2"], where=["a", "b"], whole=whole) == ["1", "2"]
    assert first_text_among_numbers(whole) == 3
    assert first_text_among_numbers(["talc", "1", "clay"]) is None
    assert first_text_among_numbers(["1", "", "NaN"]) is None
