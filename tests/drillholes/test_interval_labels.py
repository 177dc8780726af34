"""Labels of intervals as companies have them: classes, shares, points with a radius, and what is wrong with them."""

from pathlib import Path

import numpy as np
import pytest

import tiny_models as tiny
from semispectral.drillholes.interval_labels import columns_left_out, read_interval_labels
from semispectral.errors import ConfigError

CLASSES = tiny.NAMES  # kaolinite (1), "talc, massive" (4), "<calcite> & co" (9)


def written(folder: Path, text: str) -> Path:
    """A table, separated by tabs."""
    path = folder / "log.tsv"
    path.write_text(text.replace(";", "\t"), encoding="utf-8")
    return path


def test_a_class_by_name_or_code(tmp_path: Path) -> None:
    """A lithology log: rows without a class are left out."""
    rows = read_interval_labels(
        written(tmp_path, "HoleID;From;To;Lithology\nA;1;2;talc, massive\nA;0;1;9\nA;2;3;\n"), CLASSES
    )
    assert [(row.from_m, row.to_m) for row in rows] == [(0, 1), (1, 2)]
    assert [row.shares.tolist() for row in rows] == [[0, 0, 1], [0, 1, 0]]


def test_shares_of_some_classes_leave_the_rest_to_the_others(tmp_path: Path) -> None:
    """XRD: what is left of 1 is spread over classes without a column; with a column for each, shares are divided."""
    rows = read_interval_labels(written(tmp_path, "hole;from;to;kaolinite;SiO2\nA;0;1;0.4;70\n"), CLASSES)
    np.testing.assert_allclose(rows[0].shares, [0.4, 0.3, 0.3])
    rows = read_interval_labels(written(tmp_path, "hole;from;to;1;4;9\nA;0;1;0.4;0.4;\nA;1;2;;;\n"), CLASSES)
    assert len(rows) == 1
    np.testing.assert_allclose(rows[0].shares, [0.5, 0.5, 0])


def test_a_point_has_a_radius(tmp_path: Path) -> None:
    """A sample at a depth stands for what lies around it."""
    rows = read_interval_labels(written(tmp_path, "hole;depth;radius;class\nA;10;0.05;1\n"), CLASSES)
    assert (rows[0].from_m, rows[0].to_m) == (pytest.approx(9.95), pytest.approx(10.05))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hole;from;to;class\nA;0;1;kaolin\n", "row 2, column 'class': 'kaolin' is neither a name nor a code"),
        ("hole;from;to;class\nA;0;2;1\nA;1;3;1\n", "row 3: intervals of one source must not overlap"),
        ("hole;from;to;class\nA;2;1;1\n", "row 2: an interval goes down"),
        ("hole;from;to;kaolinite\nA;0;1;40\n", "row 2, column 'kaolinite': a share from 0 to 1 is needed, got 40"),
        ("hole;from;to;kaolinite\nA;0;1;-0.1\n", "row 2, column 'kaolinite': a share from 0 to 1 is needed"),
        ("hole;from;to;1;4\nA;0;1;0.7;0.7\n", "row 2: the shares of an interval sum to more than 0 and at most 1"),
        ("hole;depth;radius;class\nA;1;0;1\n", "row 2, column 'radius': a length above 0 m"),
    ],
)
def test_what_is_wrong_is_named_by_file_and_row(tmp_path: Path, text: str, said: str) -> None:
    """Unknown classes, overlaps, intervals that run backwards, shares over 1."""
    with pytest.raises(ConfigError, match=f"log.tsv, {said}"):
        read_interval_labels(written(tmp_path, text), CLASSES)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hole;from;to;class;kaolinite\nA;0;1;9;0.4\n", "a column of classes beside 'kaolinite'"),
        ("hole;to;depth;radius;class\nA;1;0.5;0.1;1\n", "a column 'radius' beside 'from' or 'to'"),
        ("hole;from;to;class\nA;0;1;\n", "each of its rows is without"),
    ],
)
def test_a_table_of_two_kinds_or_of_no_label_is_refused(tmp_path: Path, text: str, said: str) -> None:
    """Which of two classes, or places, is meant cannot be known; a table that labels nothing is a slip."""
    with pytest.raises(ConfigError, match=f"log.tsv.*{said}"):
        read_interval_labels(written(tmp_path, text), CLASSES)


def test_a_table_without_classes_is_refused(tmp_path: Path) -> None:
    """The error has the header and the classes."""
    with pytest.raises(ConfigError, match="needs a column 'class', or columns called by classes"):
        read_interval_labels(written(tmp_path, "hole;from;to;Au\nA;0;1;2\n"), CLASSES)


def test_capitals_and_blanks_in_names_of_classes_do_not_matter(tmp_path: Path) -> None:
    """A column of shares that is written in capitals counts for its class, and is not spread over the others."""
    table = written(tmp_path, "hole;from;to;Kaolinite;TALC,  massive\nA;0;1;0.4;0.6\n")
    np.testing.assert_allclose(read_interval_labels(table, CLASSES)[0].shares, [0.4, 0.6, 0])
    table = written(tmp_path, "hole;from;to;class\nA;0;1;KAOLINITE\n")
    np.testing.assert_allclose(read_interval_labels(table, CLASSES)[0].shares, [1, 0, 0])


def test_columns_of_no_class_are_known(tmp_path: Path) -> None:
    """Of a table of shares alone: in a log, further columns are remarks."""
    table = written(tmp_path, "HoleID;From;To;kaolinite;talc (%);;SiO2\nA;0;1;0.4;0.6;;70\n")
    assert columns_left_out(table, CLASSES) == ["talc (%)", "SiO2"]
    assert columns_left_out(written(tmp_path, "hole;from;to;class;remark\nA;0;1;1;x\n"), CLASSES) == []
