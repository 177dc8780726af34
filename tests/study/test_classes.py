"""classes.tsv and the codes that it gives meaning to: read in time, refused by the place."""

from pathlib import Path

import pytest

from semispectral.errors import ConfigError, DataError
from semispectral.study.classes import ClassMap, CodeSet, read_class_minerals


def table(path: Path, *rows: str, header: str = "code\tname\tcolour") -> Path:
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("1\t=1+1\t#112233", "row 2, column 'name'.*formula"),
        ("1\ta\u202eb\t#112233", r"row 2, column 'name'.*a\\u202eb"),
        ("1\t" + "x" * 300 + "\t#112233", "row 2, column 'name'.*at most 80 letters, got 300"),
        ("1_0\ttalc\t#112233", "row 2, column 'code'"),
        ("\u0661\ttalc\t#112233", "row 2, column 'code'"),
        ("99999999999\ttalc\t#112233", "row 2, column 'code'.*32 bits"),
        ("1\tNone of  the known\t#112233", "row 2, column 'name'.*no class"),
        ("1\tnodata\t#112233", "row 2, column 'name'.*no class"),
        ("1\ttalc\tred\x1b", r"talc.*#1f77b4, got 'red\\x1b'"),
    ],
)
def test_a_row_that_would_do_harm_is_named(tmp_path: Path, row: str, told: str) -> None:
    """Names and codes are checked where they are read, and shown without what they command."""
    with pytest.raises(ConfigError, match=told):
        ClassMap.read(table(tmp_path / "classes.tsv", row))


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (("1\t\u00e9pidote\t#112233", "2\te\u0301pidote\t#445566"), "duplicate name"),
        (("1\ttalc\t#112233", "2\t1\t#445566"), "the class with the code 2 is called '1'"),
    ],
)
def test_two_classes_that_one_label_could_mean_are_refused(tmp_path: Path, rows: tuple[str, ...], told: str) -> None:
    """A name in another coding of its accent looks the same, and a name that is another's code reads as that code."""
    with pytest.raises(ConfigError, match=told):
        ClassMap.read(table(tmp_path / "classes.tsv", *rows))


def test_classes_that_are_called_by_their_own_codes_are_taken(tmp_path: Path) -> None:
    """Public scenes come without names."""
    assert ClassMap.read(table(tmp_path / "classes.tsv", "1\t1\t#112233", "2\t2\t#445566")).names == ("1", "2")


def test_classes_of_a_model_are_checked_too() -> None:
    """What another's file says of its classes passes the same door as classes.tsv."""
    for name in ("a\nfile type = evil", "\x1b[2J", "=1+1", "", "none of the known"):
        with pytest.raises(ConfigError, match="the name of a class"):
            ClassMap.from_dict({"codes": [1], "names": [name], "colours": ["#112233"]})


def test_many_rows_are_read_and_many_doubles_counted(tmp_path: Path) -> None:
    """A table of thirty thousand rows costs what its length costs; of its repeated names the first few are said."""
    rows = [f"{number}\tclass {number}\t#112233" for number in range(1, 30_001)]
    classes = ClassMap.read(table(tmp_path / "a.tsv", *rows))
    assert classes.select([30_000, 3]).names == ("class 3", "class 30000")
    with pytest.raises(ConfigError, match=r"duplicate .* and 29992 more") as caught:
        ClassMap.read(table(tmp_path / "b.tsv", *rows, *rows))
    assert len(str(caught.value)) < 500
    with pytest.raises(DataError, match=r"codes 200000, 200001, .* and 29992 more"):
        classes.select(range(200_000, 230_000))


def test_a_table_of_a_million_columns_is_refused(tmp_path: Path) -> None:
    """The columns that are there are not all compared with those that are missing."""
    header = "\t".join(f"c{number}" for number in range(10**6))
    with pytest.raises(ConfigError, match="needs the columns code, name, colour") as caught:
        ClassMap.read(table(tmp_path / "classes.tsv", header=header))
    assert len(str(caught.value)) < 500


def test_ranges_of_codes_are_bounded() -> None:
    """A cell with ranges without end is refused; it would be looked through for every pixel's code."""
    with pytest.raises(ConfigError, match="at most 1000 ranges"):
        CodeSet.parse(",".join("1" for _ in range(1001)), where="scenes.tsv, row 2, column 'use'")


def test_minerals_of_classes_may_stand_in_a_column(tmp_path: Path) -> None:
    """A table without the column has none; empty cells are left out, and what a spreadsheet would run is refused."""
    path = tmp_path / "classes.tsv"
    path.write_text("code\tname\tcolour\n1\tore\t#ff0000\n")
    assert read_class_minerals(path) == {}
    path.write_text("code\tname\tmineral\tcolour\n1\tore\t\t#ff0000\n2\tpale\twhite mica\t#00ff00\n")
    assert ClassMap.read(path).names == ("ore", "pale")
    assert read_class_minerals(path) == {2: "white mica"}
    path.write_text("code\tname\tmineral\tcolour\n1\tore\t=cmd()\t#ff0000\n")
    with pytest.raises(ConfigError, match="code 1, column 'mineral'"):
        read_class_minerals(path)
