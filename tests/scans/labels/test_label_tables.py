"""Tables of labelled pixels, alone and over other labels, and what a bad row is told."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from semispectral.errors import DataError, MissingFileError, SemispectralError
from semispectral.scans.labels.label_files import read_scene_labels
from semispectral.scans.labels.label_rows import require_rows_of_scenes
from semispectral.scans.readers import open_scene
from semispectral.study.classes import ClassMap, CodeSet
from semispectral.study.scene import LabelSource, Scene

SHAPE = (6, 4)
CLASSES = ClassMap((1, 2, 40), ("talc", "calcite", "granite"), ("#ff0000", "#00ff00", "#0000ff"))
HEADER = "scene\tline\tsample\tcluster\tsuggested\twhy\tclass\n"


def table(path: Path, *rows: str, header: str = HEADER) -> Path:
    """Write a queue whose rows are given as scene, line, sample, class."""
    cells = [row.split() for row in rows]
    lines = ["\t".join([*row[:3], "7", "mica", "medoid", *(row[3:] or [""])]) for row in cells]
    path.write_text(header + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """A scan of six lines and four samples, labelled by a table."""
    np.save(tmp_path / "a.npy", np.arange(6 * 4 * 3.0).reshape(*SHAPE, 3))
    labels = tmp_path / "queue.tsv"
    codes = CodeSet(((1, 30),)), CodeSet(((255, 255),))
    return Scene("A", "H1", tmp_path / "a.npy", "", labels, "", "line,sample,band", "none", 1.0, None, *codes)


def read(scene: Scene) -> np.ndarray:
    with open_scene(scene) as cube:
        return read_scene_labels(scene, cube, CLASSES)


def test_rows_with_a_class_are_labels(scene: Scene) -> None:
    """A class is a name or a code; rows of other scenes, and rows that nobody answered, label nothing."""
    table(scene.labels, "A 0 3 talc", "A 5 0 2", "A 2 2 255", "B 1 1 talc", "A 3 3", "A 0 3 1")
    expected = np.zeros(SHAPE, int)
    expected[0, 3], expected[5, 0], expected[2, 2] = 1, 2, 255
    np.testing.assert_array_equal(read(scene), expected)


def test_columns_may_be_in_any_order_and_quoted(scene: Scene) -> None:
    """A spreadsheet puts quotes around cells and may move columns; only four of them are needed."""
    scene.labels.write_text('class\t"sample"\tline\tscene\n"calcite"\t1\t2\tA\n\t\t\t\n', encoding="utf-8")
    assert read(scene)[2, 1] == 2
    assert np.count_nonzero(read(scene)) == 1


@pytest.mark.parametrize(
    ("name", "separator", "encoding"),
    [("queue.csv", ";", "utf-8-sig"), ("queue.csv", ",", "utf-8"), ("queue.tsv", "\t", "utf-16")],
)
def test_a_table_is_read_as_spreadsheets_save_it(scene: Scene, name: str, separator: str, encoding: str) -> None:
    """Excel saves a table with semicolons and a mark of the encoding, with commas, or with tabs in UTF-16."""
    file = scene.labels.with_name(name)
    rows = [("scene", "line", "sample", "class", "why"), ("A", "0", "3", "talc", '"far; from, all"')]
    file.write_bytes("".join(separator.join(row) + "\r\n" for row in rows).encode(encoding))
    assert read(replace(scene, labels=file))[0, 3] == 1


def test_capitals_and_blanks_of_a_name_do_not_matter(scene: Scene) -> None:
    """A name is known however it is typed, unless two names would then be one."""
    scene.labels.write_text("scene\tline\tsample\tclass\nA\t0\t3\t Talc \n", encoding="utf-8")
    assert read(scene)[0, 3] == 1
    twins = ClassMap((1, 2), ("talc", "TALC"), ("#ff0000", "#00ff00"))
    with open_scene(scene) as cube, pytest.raises(DataError, match="'Talc' is no class"):
        read_scene_labels(scene, cube, twins)


def test_numbers_with_decimals_and_capitals_of_columns_do_not_matter(scene: Scene) -> None:
    """Programs that keep numbers with decimals write 2.0 for a line and a code, and people write Class."""
    scene.labels.write_text("Scene\tLINE\tsample\tClass\nA\t2.0\t1,00\t2.0\nA\t0.0\t3\ttalc\n", encoding="utf-8")
    assert read(scene)[2, 1] == 2
    assert read(scene)[0, 3] == 1


def test_codes_that_nothing_speaks_of_are_told(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    """A code that is in no table of the study is perhaps a slip; codes of classes that are not in use are none."""
    codes = np.full(SHAPE, 40)
    np.save(scene.labels.with_name("codes.npy"), codes)
    painted = replace(scene, labels=scene.labels.with_name("codes.npy"))
    read(painted)
    assert "count as unlabelled" not in caplog.text
    codes[0, 0], codes[1, :2] = 77, 78
    np.save(painted.labels, codes)
    read(painted)
    assert "A: 3 labelled pixels count as unlabelled" in caplog.text
    assert "77 in 1, 78 in 2" in caplog.text


def test_a_spreadsheet_is_to_be_saved_as_a_table(scene: Scene) -> None:
    """A workbook is a ZIP archive, but nobody is told to unpack it, whatever its name."""
    disguised = scene.labels.with_name("queue.csv")
    disguised.write_bytes(b"PK\x03\x04")
    with pytest.raises(SemispectralError, match=r"queue\.csv.*save it as CSV"):
        read(replace(scene, labels=disguised))
    book = scene.labels.with_name("queue.xlsx")
    book.write_bytes(b"PK\x03\x04")
    with pytest.raises(DataError, match=r"queue\.xlsx.*a spreadsheet; save it as CSV"):
        read(replace(scene, labels=book))


def test_later_files_go_before_earlier_ones(scene: Scene, tmp_path: Path) -> None:
    """Files of labels lie over each other, each over those before it; where a file has no label, nothing changes."""
    np.save(tmp_path / "codes.npy", np.full(SHAPE, 2))
    table(scene.labels, "A 1 1 talc")
    over = replace(scene, labels=tmp_path / "codes.npy", labels_over=(LabelSource(scene.labels),))
    expected = np.full(SHAPE, 2)
    expected[1, 1] = 1
    np.testing.assert_array_equal(read(over), expected)
    under = replace(scene, labels_over=(LabelSource(tmp_path / "codes.npy"),))
    np.testing.assert_array_equal(read(under), np.full(SHAPE, 2))


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (("A 0 0 talc", "A 1 0 talk"), r"queue\.tsv, row 3.*'talk' is no class.*did you mean 'talc'"),
        (("A 0 0 9",), r"row 2.*'9' is no class"),
        (("A 0 0 granite",), r"row 2.*'granite' has the code 40.*add the code to use"),
        (("A 6 0 talc",), r"row 2, column 'line'.*from 0 to 5, got '6'"),
        (("A 0 -1 talc",), r"row 2, column 'sample'.*from 0 to 3, got '-1'"),
        (("A 0 1.5 talc",), r"row 2, column 'sample'.*got '1.5'"),
        (("A 1 1 talc", "B 1 1 talc", "A 1 1 calcite"), r"rows 2 and 4: line 1, sample 1 of A has two classes"),
    ],
)
def test_a_bad_row_is_named(scene: Scene, rows: tuple[str, ...], told: str) -> None:
    """The message for a bad row has the file, the row and what was needed."""
    table(scene.labels, *rows)
    with pytest.raises(DataError, match=told):
        read(scene)


def test_a_bad_table_is_named(scene: Scene) -> None:
    """A table without its columns, a row of another length, a key, and no table at all are refused."""
    table(scene.labels, header="scene\tline\tsample\tKlasse\n")
    with pytest.raises(DataError, match=r"needs the columns scene, line, sample, class.*missing or twice: class"):
        read(scene)
    scene.labels.write_text(HEADER + "A\t1\n", encoding="utf-8")
    with pytest.raises(DataError, match="row 2: 7 cells"):
        read(scene)
    table(scene.labels)
    with pytest.raises(SemispectralError, match="labels_key 'x'"):
        read(replace(scene, labels_key="x"))
    scene.labels.unlink()
    with pytest.raises(MissingFileError, match=r"queue\.tsv"):
        read(scene)


def test_without_classes_the_way_to_them_is_said(scene: Scene) -> None:
    """A study may have no table of classes yet, and its first labels are names."""
    table(scene.labels, "A 0 0 talc")
    with open_scene(scene) as cube, pytest.raises(DataError, match=r"row 2.*semispectral labels classes FILE"):
        read_scene_labels(scene, cube, ClassMap((), (), ()))


def test_rows_that_no_scene_would_read_are_refused(scene: Scene) -> None:
    """A label of a scene that is not in scenes.tsv, or that does not name the table, would be lost without a word."""
    table(scene.labels, "A 0 0 talc", "B 0 0", "B 0 0 talc")
    with pytest.raises(DataError, match=r"queue\.tsv, row 4: 'B' is no scene.*A have it"):
        require_rows_of_scenes([scene])
    require_rows_of_scenes([scene, replace(scene, name="B")])
    scene.labels.unlink()
    require_rows_of_scenes([scene])
