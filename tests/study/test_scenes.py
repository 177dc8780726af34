"""The table of scenes: what a good one gives, and what each bad one is told."""

from pathlib import Path

import pytest

from scene_rows import GOOD, write_scenes
from semispectral.errors import ConfigError, MissingFileError
from semispectral.study.scene import LabelSource
from semispectral.study.scenes import REQUIRED, read_scenes


def test_a_good_row(tmp_path: Path) -> None:
    """Paths start from data_root, labels default to the data's file, codes are sets."""
    (scene,) = read_scenes(write_scenes(tmp_path / "scenes.tsv", GOOD), data_root=Path("/data"))
    assert scene.data == scene.labels == Path("/data/scans/kärn 1.h5")
    assert (scene.scale, scene.nodata, scene.pixel_mm, scene.white_key) == (2.5e-5, None, None, "")
    assert (1 in scene.use, 100 in scene.use, 255 in scene.ignore) == (True, False, True)


def test_optional_columns_and_absolute_paths(tmp_path: Path) -> None:
    """Optional columns are read, absolute paths stay where allowed, a table of wavelengths starts from data_root."""
    row = GOOD | {"labels": "/else/labels.png", "wavelengths": "bands.csv", "nodata": "-9999", "pixel_mm": "1.2"}
    (scene,) = read_scenes(write_scenes(tmp_path / "scenes.tsv", row), data_root=Path("/data"), allow_outside=True)
    assert (scene.labels, scene.wavelengths) == (Path("/else/labels.png"), "/data/bands.csv")
    assert (scene.nodata, scene.pixel_mm) == (-9999.0, 1.2)


def test_label_axes_follow_the_data_in_the_same_file(tmp_path: Path) -> None:
    """Labels in the data's file have its order of axes; labels of another file have lines first."""
    same, other = GOOD | {"axes": "sample,band,line"}, GOOD | {"axes": "sample,band,line", "labels": "l.png"}
    (a,) = read_scenes(write_scenes(tmp_path / "a.tsv", same), data_root=tmp_path)
    (b,) = read_scenes(write_scenes(tmp_path / "b.tsv", other), data_root=tmp_path)
    assert (a.labels_axes, b.labels_axes) == ("sample,line", "line,sample")


def test_several_files_of_labels(tmp_path: Path) -> None:
    """Files, and their keys, are separated by semicolons; an empty one is the scan's own, keys may be left out."""
    row = GOOD | {"axes": "sample,band,line", "labels": "; a.tif;queue.tsv", "labels_key": "/hsimage/labels"}
    (scene,) = read_scenes(write_scenes(tmp_path / "s.tsv", row), data_root=Path("/data"))
    own, raster, queue = scene.label_sources
    assert own == LabelSource(scene.data, "/hsimage/labels", "sample,line")
    assert (raster, queue) == (LabelSource(Path("/data/a.tif")), LabelSource(Path("/data/queue.tsv")))
    assert scene.named_labels
    (later,) = read_scenes(
        write_scenes(tmp_path / "s.tsv", row | {"labels": ";queue.tsv", "labels_key": ""}), data_root=Path("/data")
    )
    assert later.has_labels
    assert not LabelSource(raster.path).named
    with pytest.raises(ConfigError, match=r"row 2, column 'labels': part 2 is empty"):
        read_scenes(write_scenes(tmp_path / "s.tsv", row | {"labels": "a.tif;"}), data_root=Path("/data"))
    with pytest.raises(ConfigError, match=r"row 2, column 'labels_key'.*in the column labels is needed, 3,.*got 4"):
        read_scenes(write_scenes(tmp_path / "s.tsv", row | {"labels_key": ";;;x"}), data_root=Path("/data"))


def test_the_tables_own_oddities_are_forgiven(tmp_path: Path) -> None:
    """A byte-order mark, Windows line ends, blank lines and spaces around cells change nothing."""
    path = write_scenes(tmp_path / "scenes.tsv", GOOD)
    (plain,) = read_scenes(path, data_root=tmp_path)
    odd = path.read_text(encoding="utf-8").replace("\t", " \t ").replace("\n", "\r\n\r\n")
    path.write_bytes(b"\xef\xbb\xbf" + odd.encode())
    assert read_scenes(path, data_root=tmp_path) == (plain,)


def test_the_demo_table_is_good() -> None:
    """The table that the project ships has six scenes of three holes."""
    table = Path(__file__).parents[2] / "config" / "scenes.tsv"
    scenes = read_scenes(table, data_root=Path())
    assert [(s.name, s.hole) for s in scenes] == [(f"DH{h}_{k}", f"DH{h}") for h in (1, 2, 3) for k in (1, 2)]


@pytest.mark.parametrize(
    ("column", "text", "told"),
    [
        ("scene", "", "name of letters"),
        ("scene", "../up", "name of letters"),
        ("scene", "a b", "name of letters"),
        ("hole", "", "name the hole"),
        ("data", "", "path"),
        ("axes", "line,sample", "axes are the words"),
        ("axes", "line,line,band", "axes are the words"),
        ("scale", "one", "a number"),
        ("scale", "0", "above 0"),
        ("scale", "nan", "a number"),
        ("scale", "1_000", "a number"),
        ("scale", "\u0661", "a number"),
        ("scale", "1e999", "a number"),
        ("scale", "1e-999", "a number"),
        ("scale", "0x10", "a number"),
        ("nodata", "1e999", "a number"),
        ("nodata", "\uff11", "a number"),
        ("nodata", "infinity", "a number"),
        ("scene", "con", "device"),
        ("scene", "NUL.txt", "device"),
        ("scene", "s" * 300, "at most"),
        ("hole", "h" * 300, "at most"),
        ("hole", "=1+1", "formula"),
        ("hole", "DH1\u202e", "printed"),
        ("hole", "a:b", "names files"),
        ("use", ",".join(["1"] * 2000), "at most 1000 ranges"),
        ("nodata", "none", "a number"),
        ("use", "1..9", "codes are written"),
        ("use", "9-1", "ends before"),
        ("use", "0-9", "0 means unlabelled"),
        ("ignore", "50", "share codes"),
    ],
)
def test_a_bad_cell_is_named(tmp_path: Path, column: str, text: str, told: str) -> None:
    """The message for a bad cell has the file, the row and what was needed."""
    path = write_scenes(tmp_path / "scenes.tsv", GOOD, GOOD | {"scene": "DH1_2", column: text})
    with pytest.raises(ConfigError, match=rf"scenes\.tsv, row 3.*{told}"):
        read_scenes(path, data_root=tmp_path)


@pytest.mark.parametrize("column", REQUIRED)
def test_a_missing_column_is_named(tmp_path: Path, column: str) -> None:
    """Each required column is missed by name."""
    row = {name: text for name, text in GOOD.items() if name != column}
    with pytest.raises(ConfigError, match=f"missing.*'{column}'"):
        read_scenes(write_scenes(tmp_path / "scenes.tsv", row), data_root=tmp_path)


def test_unknown_and_repeated_columns_are_named(tmp_path: Path) -> None:
    """A column that nobody reads is a mistyped one."""
    with pytest.raises(ConfigError, match=r"unknown.*'pixel_cm'"):
        read_scenes(write_scenes(tmp_path / "a.tsv", GOOD | {"pixel_cm": "1"}), data_root=tmp_path)
    with pytest.raises(ConfigError, match=r"repeated.*'hole'"):
        read_scenes(
            write_scenes(tmp_path / "b.tsv", GOOD | {"z": "DH1"}, header=[*GOOD, "hole"]),
            data_root=tmp_path,
        )


def test_rows_are_checked_together(tmp_path: Path) -> None:
    """A name that stands twice, a row of another length and depths upside down are refused."""
    with pytest.raises(ConfigError, match="duplicate scenes: DH1_1"):
        read_scenes(write_scenes(tmp_path / "a.tsv", GOOD, GOOD), data_root=tmp_path)
    short = dict(list(GOOD.items())[:-1])
    with pytest.raises(ConfigError, match=r"row 3: 12 .* got 11"):
        read_scenes(write_scenes(tmp_path / "b.tsv", GOOD, short), data_root=tmp_path)
    upside_down = GOOD | {"depth_from_m": "5", "depth_to_m": "4"}
    with pytest.raises(ConfigError, match="depth_to_m"):
        read_scenes(write_scenes(tmp_path / "c.tsv", upside_down), data_root=tmp_path)


def test_labels_that_are_names_or_colours_are_known_by_their_key(tmp_path: Path) -> None:
    """What such labels mean hangs on classes.tsv, which the workflow has to know before it opens them."""
    keys = {"": False, "colour": True, "colours": False, "mineral": False, "name:mineral": True, "name:a/mineral": True}
    for key, named in keys.items():
        (scene,) = read_scenes(write_scenes(tmp_path / "s.tsv", GOOD | {"labels_key": key}), data_root=tmp_path)
        assert scene.named_labels == named, key


def test_nodata_need_not_be_finite(tmp_path: Path) -> None:
    """NaN and infinity are values that a float scan can hold in place of data."""
    for text in ("nan", "inf", "-INF", "-3.4028235e+38", "65535.", "+0"):
        (scene,) = read_scenes(write_scenes(tmp_path / "s.tsv", GOOD | {"nodata": text}), data_root=tmp_path)
        assert str(scene.nodata) == str(float(text))


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("scene", {"scene": "dh1_1", "data": "b.h5"}, "'DH1_1' and 'dh1_1' name files"),
        ("hole", {"scene": "DH1_2", "hole": "dh1", "data": "b.h5"}, "'DH1' and 'dh1' name files"),
        ("path", {"scene": "DH1_2", "hole": "DH9"}, "rows 2 and 3: both read .*DH1_1 of hole DH1 .* hole DH9"),
        ("dots", {"scene": "DH1_2", "data": "x/../DH1_1.h5"}, "rows 2 and 3: both read"),
        ("link", {"scene": "DH1_2", "data": "link.h5"}, "rows 2 and 3: both read"),
        ("slash", {"scene": "DH1_2", "data_key": "hsimage/data"}, "rows 2 and 3: both read"),
    ],
)
def test_two_rows_are_two_scenes(tmp_path: Path, name: str, data: dict[str, str], told: str) -> None:
    """Names that are one file elsewhere, and one scan named twice, however its path is written, are refused."""
    (tmp_path / "x").mkdir()
    (tmp_path / "DH1_1.h5").touch()
    (tmp_path / "link.h5").symlink_to(tmp_path / "DH1_1.h5")
    first = GOOD | {"scene": "DH1_1", "hole": "DH1", "data": "DH1_1.h5", "data_key": "/hsimage/data"}
    with pytest.raises(ConfigError, match=told):
        read_scenes(write_scenes(tmp_path / "s.tsv", first, first | data), data_root=tmp_path)
    other = first | {"scene": "DH1_2", "data_key": "/hsimage/other"}
    assert len(read_scenes(write_scenes(tmp_path / "t.tsv", first, other), data_root=tmp_path)) == 2


def test_a_hundred_thousand_columns_are_one_short_message(tmp_path: Path) -> None:
    """A table of another kind is refused by its first columns; the others are counted."""
    (tmp_path / "wide.tsv").write_text("\t".join(f"c{number}" for number in range(10**5)) + "\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"unknown column.* and 99992 more") as caught:
        read_scenes(tmp_path / "wide.tsv", data_root=tmp_path)
    assert len(str(caught.value)) < 1000


def test_files_that_are_no_table(tmp_path: Path) -> None:
    """A missing, an empty, a scene-less and a wrongly encoded table each have their message."""
    with pytest.raises(MissingFileError, match="config key 'scenes'"):
        read_scenes(tmp_path / "none.tsv", data_root=tmp_path)
    (tmp_path / "empty.tsv").write_bytes(b"")
    with pytest.raises(ConfigError, match="is empty"):
        read_scenes(tmp_path / "empty.tsv", data_root=tmp_path)
    write_scenes(tmp_path / "header.tsv", header=list(GOOD))
    with pytest.raises(ConfigError, match="no scene"):
        read_scenes(tmp_path / "header.tsv", data_root=tmp_path)
    (tmp_path / "latin.tsv").write_bytes("scene\thole\nkärn\tä\n".encode("latin-1"))
    with pytest.raises(ConfigError, match="UTF-8"):
        read_scenes(tmp_path / "latin.tsv", data_root=tmp_path)


def test_two_spellings_of_a_hole_are_refused(tmp_path: Path) -> None:
    """Scans of DH1 and of DH-1 would lie on both sides of the split."""
    other = GOOD | {"scene": "DH1_2", "hole": "DH-1", "data": "b.h5"}
    with pytest.raises(ConfigError, match=r"column 'hole': 'DH1' and 'DH-1' look like two spellings"):
        read_scenes(write_scenes(tmp_path / "s.tsv", GOOD, other), data_root=tmp_path)


@pytest.mark.parametrize("separator", ["\t", ";", ","])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_table_that_a_spreadsheet_saved(tmp_path: Path, separator: str, encoding: str) -> None:
    """Quotes around cells with a comma, empty columns at the end, and other separators change nothing."""
    row = GOOD | {"labels": "a.tif; b.csv", "labels_key": "", "ignore": "0,255"}
    expected = read_scenes(write_scenes(tmp_path / "plain.tsv", row), data_root=tmp_path)
    quoted = [f'"{cell}"' if any(sign in cell for sign in ",;") else cell for cell in row.values()]
    lines = [separator.join([*row, "", ""]), separator.join([*quoted, "", ""]), separator.join([""] * (len(row) + 2))]
    (tmp_path / "saved.tsv").write_bytes("\r\n".join(lines).encode(encoding))
    assert read_scenes(tmp_path / "saved.tsv", data_root=tmp_path) == expected


@pytest.mark.parametrize(
    ("last", "told"),
    [
        ("dh1_1,9,3", r"marks.csv, row 4: 'dh1_1' names no scene that reads it.*name the table in the row of DH1_1"),
        ("DH1_2,9,3", r"row 4: 'DH1_2' names no scene that reads it, so that the mark would be lost"),
        (",9,3", r"row 4: its cell 'scene' is empty"),
        ("DH9_1,9,3", None),
    ],
)
def test_depth_marks_that_no_scene_reads_are_refused(tmp_path: Path, last: str, told: str | None) -> None:
    """A mark of a scene of the study is not lost by its spelling; those of other studies may stand in the table."""
    (tmp_path / "marks.csv").write_text(f"scene,line,depth_m\nDH1_1,0,1\nDH1_1,9,2\n{last}\n", encoding="utf-8")
    one = GOOD | {"depth_marks": "marks.csv"}
    two = GOOD | {"scene": "DH1_2", "data": "b.h5", "depth_marks": ""}
    table = write_scenes(tmp_path / "s.tsv", one, two)
    if told is None:
        assert len(read_scenes(table, data_root=tmp_path)[0].depth_marks) == 2
    else:
        with pytest.raises(ConfigError, match=told):
            read_scenes(table, data_root=tmp_path)
