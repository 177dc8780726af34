"""Names and texts that came from outside: shown without harm, refused before they name a file or a column."""

import pytest

from semispectral.errors import ConfigError
from semispectral.study.names import (
    name_of_file,
    printable,
    require_distinct_files,
    require_distinct_spellings,
    require_file_name,
    require_name,
    some,
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Épidote 滑石", "Épidote 滑石"),
        ("\x1b[2J\x1b[31mevil", "\\x1b[2J\\x1b[31mevil"),
        ("two\nlines\r\x00", "two\\nlines\\r\\x00"),
        ("a\u202eb\u2066c\u200f", "a\\u202eb\\u2066c\\u200f"),
        ("line\u2028sep\x85\x9b1m", "line\\u2028sep\\x85\\x9b1m"),
        ("\udc80name", "\\udc80name"),
        (7, "7"),
    ],
)
def test_what_has_no_shape_is_shown_escaped(text, shown):
    """Letters stay, whatever commands a terminal or a page is written out."""
    assert printable(text) == shown


def test_a_text_without_end_is_cut():
    """The limit holds for what comes back, escapes included."""
    assert printable("x" * 10**6, limit=20) == "x" * 17 + "..."
    assert len(printable("\x00" * 50, limit=20)) == 20
    assert printable("x" * 20, limit=20) == "x" * 20


def test_many_names_are_counted_and_few_are_shown():
    """A list of names in a message is as long as its first few."""
    assert some(["a", "b"]) == "a, b"
    assert some((f"n{i}" for i in range(20000)), most=2) == "n0, n1 and 19998 more"
    assert some([]) == "none"


@pytest.mark.parametrize("name", ["quartz", "K-mica", "Illite 1:1", "é" * 80, "滑石", "1+1"])
def test_names_of_minerals_are_taken(name):
    """A class may be called what a geologist calls it."""
    assert require_name(name, where="classes.tsv, row 2") == name


@pytest.mark.parametrize(
    "name", ["", "=1+1", "+a", "-OH", "@SUM(A1)", "\uff1d1", "a\tb", "a\u202eb", "a\x1b[0m", "x" * 81, "\u00a0"]
)
def test_names_that_do_harm_are_refused_with_their_place(name):
    """Formulas, control characters and endless names stop where the table is read."""
    with pytest.raises(ConfigError, match=r"classes\.tsv, row 2"):
        require_name(name, where="classes.tsv, row 2")


@pytest.mark.parametrize("name", ["DH1_1", "Gräsberg 3", "console", "com", "a.b", "ö" * 60])
def test_names_of_files_are_taken(name):
    """Spaces and accents are no hindrance."""
    assert require_file_name(name, where="row 2") == name


@pytest.mark.parametrize(
    "name", ["con", "NUL.txt", "Lpt1", "COM¹", "a/b", "a\\b", "a:b", "a?", ".a", "a.", "..", "x" * 300, "ö" * 61, "=1"]
)
def test_names_that_no_file_can_have_everywhere_are_refused(name):
    """What Windows keeps for itself, or no file system stores, is refused on every machine."""
    with pytest.raises(ConfigError, match="row 2"):
        require_file_name(name, where="row 2")


def test_names_that_are_one_file_elsewhere_are_refused():
    """Case, and composed or decomposed accents, do not tell files apart on Windows and macOS."""
    require_distinct_files(["DH1", "DH2", "DH1"], where="scenes.tsv")
    for pair in (["dh1", "DH1"], ["Gr\u00e4", "Gra\u0308"], ["STRASSE", "straße"]):
        with pytest.raises(ConfigError, match="one and the same"):
            require_distinct_files(pair, where="scenes.tsv")


@pytest.mark.parametrize("stem", ["=SUM(A1)", "+1", "-x", "@x", "\uff1d1"])
def test_a_scan_called_after_its_file_is_no_formula(stem: str) -> None:
    """The name of a file becomes that of a hole in the log's CSV; any other name stays as it is."""
    require_name(name_of_file(stem), where="here")
    assert name_of_file(f"a{stem}") == f"a{stem}"


@pytest.mark.parametrize("pair", [("DH7", "DH-7"), ("DH 7", "dh\u20137"), ("DH07", "DH_7"), ("A-1-2", "A1_02")])
def test_spellings_of_one_hole_are_refused(pair: tuple[str, str]) -> None:
    """A hole that is called in two ways would train under one name and test under the other."""
    with pytest.raises(ConfigError, match="two spellings of one hole"):
        require_distinct_spellings(pair, what="hole", harm="which is bad", where="scenes.tsv")


def test_holes_that_differ_by_a_number_are_two() -> None:
    """A sign between two numbers, a zero inside one and a point count."""
    names = ["DH1-1", "DH11", "DH1.1", "DH1.01", "DH101", "DH10-1", "DH1-10", "DH2", "DH1-1"]
    require_distinct_spellings(names, what="hole", harm="which is bad", where="scenes.tsv")
