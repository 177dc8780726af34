"""Folders of cameras and of plain files: which scans are found, with which cells from where, and what is not placed."""

import os
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from cube_formats import write_envi_header, write_geotiff, write_tsg
from semispectral.commands.main import main
from semispectral.errors import ConfigError, DataError
from semispectral.scans.facts.hyspex_header import FIXED
from semispectral.scans.folders.discover import Discovery, Wishes, discover
from semispectral.scans.folders.names import name_pattern
from semispectral.scans.folders.scene_tables import in_words
from semispectral.study.scenes import read_scenes
from semispectral.study.sensors import with_sensors

LINES, SAMPLES, BANDS = 6, 4, 8
COUNTS = np.arange(LINES * SAMPLES * BANDS, dtype="<u2").reshape(LINES, SAMPLES, BANDS)
SHAPE = {"samples": SAMPLES, "bands": BANDS, "data_type": 12, "interleave": "bil", "byte_order": 0}


def write_envi(path: Path, *, lines: int = LINES, **fields: Any) -> Path:
    """An ENVI file of counts, BIL, with its header."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(np.resize(COUNTS, (lines, BANDS, SAMPLES)).tobytes())
    write_envi_header(path.with_suffix(".hdr"), **({**SHAPE, "lines": lines} | fields))
    return path


def write_lumo(folder: Path, name: str, *, roles: tuple[str, ...] = ("WHITEREF_", "DARKREF_")) -> None:
    """A capture of Lumo with references of other line counts, metadata, log and picture."""
    for prefix, lines in {"": LINES, **dict.fromkeys(roles, 3)}.items():
        write_envi(folder / name / "capture" / f"{prefix}{name}.raw", lines=lines, tint=4.0)
    (folder / name / "capture" / f"{name}.log").write_text("2 incidents, 3 dropped frames\n")
    (folder / name / "metadata").mkdir()
    xml = '<properties><core><key field="Hole ID">DH 9</key><key field="box">7</key></core></properties>'
    (folder / name / "metadata" / f"{name}.xml").write_text(xml)
    (folder / name / f"{name}.png").write_bytes(b"\x89PNG\r\n\x1a\n")


def write_hyspex(path: Path, *, serial: int = 3189) -> Path:
    """A raw HySpex scan with a dark frame of 5 counts in its header."""
    fixed = np.zeros(1, FIXED)
    fixed["word"], fixed["serial_number"], fixed["bands"], fixed["samples"] = b"HYSPEX", serial, BANDS, SAMPLES
    fixed["integration_time_us"], fixed["background_present"] = 7831, 1
    tables = np.ones(2 * BANDS + BANDS * SAMPLES), np.full(BANDS * SAMPLES, 5.0)
    head = fixed.tobytes() + b"".join(table.astype("<f8").tobytes() for table in tables)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(head + COUNTS.transpose(0, 2, 1).tobytes())
    write_envi_header(path.with_suffix(".hdr"), **SHAPE, lines=LINES, header_offset=len(head))
    return path


def cells_of(found: Discovery, number: int = 0) -> dict[str, str]:
    """Text of the cells of a scan."""
    return {column: cell.text for column, cell in found.scans[number].cells.items()}


def test_a_lumo_folder(tmp_path: Path) -> None:
    """References beside the scan, depths from its name, and every file of it belongs to it."""
    write_lumo(tmp_path, "DH1_3_12.5_14")
    write_envi(tmp_path / "DH1_3_12.5_14/results/REFLECTANCE_DH1_3_12.5_14.dat")
    found = discover(tmp_path, Wishes(pattern=name_pattern("{hole}_{box}_{from}_{to}")))
    capture = tmp_path / "DH1_3_12.5_14/capture"
    assert cells_of(found) == {
        "scene": "DH1_3",
        "hole": "DH1",
        "depth_from_m": "12.5",
        "depth_to_m": "14",
        "white": str(capture / "WHITEREF_DH1_3_12.5_14.raw"),
        "dark": str(capture / "DARKREF_DH1_3_12.5_14.raw"),
        "axes": "line,sample,band",
    }
    assert found.scans[0].data == capture / "DH1_3_12.5_14.raw"
    assert found.scans[0].cells["hole"].source == "name 'DH1_3_12.5_14' by --name '{hole}_{box}_{from}_{to}'"
    assert "3 dropped frames" in found.scans[0].notes[0]
    assert "made it of DH1_3_12.5_14" in found.left[0].reason
    assert not found.others


def test_cells_from_metadata_and_from_a_table(tmp_path: Path) -> None:
    """A field of the XML on request; the user's table stands before it, and what differs is said."""
    write_lumo(tmp_path, "a")
    write_lumo(tmp_path, "b")
    table = tmp_path / "boxes.csv"
    table.write_text("scan,hole,depth_from_m\na.raw,DH1,3.5\nnone.raw,DH2,1\n")
    found = discover(tmp_path, Wishes(metadata={"hole": "Hole ID"}, table=table))
    assert [cells_of(found, n)["hole"] for n in (0, 1)] == ["DH1", "DH 9"]
    assert found.scans[1].cells["hole"].source == "field 'Hole ID' of b.xml"
    assert "hole is DH1 (row 2 of boxes.csv), not DH 9 (field 'Hole ID' of a.xml)" in found.scans[0].notes
    assert "no row of boxes.csv fit its name 'b'" in found.scans[1].notes
    assert "'none.raw' fits no scan" in found.left[-1].reason


@pytest.mark.parametrize(("separator", "encoding"), [(";", "utf-8-sig"), ("\t", "utf-16"), (",", "utf-8")])
def test_a_table_is_read_as_any_spreadsheet_saves_it(tmp_path: Path, separator: str, encoding: str) -> None:
    """Semicolons where a comma stands in depths, tabs in UTF-16, names of columns in capitals."""
    write_lumo(tmp_path, "a")
    depth = '"12,5"' if separator == "," else "12,5"
    rows = [["Scan", "Hole", "Depth_from_m"], ["a", "DH1", depth]]
    table = tmp_path / "boxes.csv"
    table.write_bytes("".join(f"{separator.join(row)}\r\n" for row in rows).encode(encoding))
    cells = cells_of(discover(tmp_path, Wishes(table=table)), 0)
    assert (cells["hole"], cells["depth_from_m"]) == ("DH1", "12.5")


def test_files_of_another_scan_are_not_those_of_this_one(tmp_path: Path) -> None:
    """The metadata of box_10 tell nothing of box_1, which lies in the same folder."""
    for name in ("box_1", "box_10"):
        for prefix in ("", "WHITEREF_", "DARKREF_"):
            write_envi(tmp_path / f"{prefix}{name}.raw")
    (tmp_path / "box_10.xml").write_text('<core><key field="Hole ID">DH 9</key></core>')
    found = discover(tmp_path, Wishes(metadata={"hole": "Hole ID"}))
    assert [cells_of(found, n).get("hole") for n in (0, 1)] == [None, "DH 9"]


def test_two_panels_as_near_in_time_are_a_question(tmp_path: Path) -> None:
    """Neither of two panels, five minutes before and after the scan, is taken."""
    for name in ("box1_2023-10-05T120500", "PANEL_2023-10-05T120000", "PANEL_2023-10-05T121000"):
        write_hyspex(tmp_path / f"{name}_raw.hyspex")
    found = discover(tmp_path, Wishes(white="PANEL*"))
    assert "white" not in cells_of(found)
    assert "2 files of --white 'PANEL*' fit it, and their times do not tell which" in found.scans[0].notes[0]


def test_half_a_pair_of_references_is_not_filled_in(tmp_path: Path) -> None:
    """A white without a dark is said, and neither cell is filled, for the table would be refused."""
    write_lumo(tmp_path, "a", roles=("WHITEREF_",))
    found = discover(tmp_path, Wishes())
    assert not {"white", "dark"} & set(found.scans[0].cells)
    assert "a white reference (WHITEREF_a.raw) and no dark one" in found.scans[0].notes[-1]


def test_hyspex_with_scans_of_a_panel(tmp_path: Path) -> None:
    """The dark frame of each raw file, and of several panels the one of its camera that is nearest in time."""
    for name in ("box1_SWIR_2023-10-05T125814", "PANEL_SWIR_2023-10-05T124000", "PANEL_SWIR_2023-10-06T080000"):
        write_hyspex(tmp_path / f"{name}_raw.hyspex")
    write_hyspex(tmp_path / "PANEL_VNIR_2023-10-05T125815_raw.hyspex", serial=7)
    write_envi(tmp_path / "box1_SWIR_2023-10-05T125814_raw_rad.img")
    found = discover(tmp_path, Wishes(white="PANEL*"))
    assert len(found.scans) == 1
    panel, scan = (str(tmp_path / f"{n}_raw.hyspex") for n in ("PANEL_SWIR_2023-10-05T124000", found.scans[0].name))
    cells = cells_of(found)
    references = ("white", "white_dark", "white_dark_key", "dark", "dark_key")
    assert [cells[name] for name in references] == [panel, panel, "background", scan, "background"]
    assert "nearest in time, 18 minutes apart" in found.scans[0].cells["white"].source
    assert "it is made of box1_SWIR" in found.left[0].reason


def test_a_headwall_folder(tmp_path: Path) -> None:
    """Scans are named by their folder; the references lie beside them."""
    for stem in ("raw", "whiteReference", "darkReference", "calibrated"):
        write_envi(tmp_path / "box_5" / stem).rename(tmp_path / "box_5" / stem)
    found = discover(tmp_path, Wishes(hole="DH1"))
    assert [scan.name for scan in found.scans] == ["box_5"]
    assert cells_of(found)["white"] == str(tmp_path / "box_5/whiteReference")
    assert found.scans[0].cells["hole"].source == "--hole"
    assert found.left[0].path.name == "calibrated.hdr"


def test_headwall_references_above_the_scans(tmp_path: Path) -> None:
    """The reference in the nearest folder counts, each by itself; one without a scan is no scan, and is said."""
    names = ("whiteReference", "darkReference", "s1/raw_0", "s1/raw_6", "s2/raw", "s2/whiteReference")
    for name in (*names, "other/darkReference"):
        write_envi(tmp_path / name).rename(tmp_path / name)
    found = discover(tmp_path, Wishes(hole="DH1"))
    assert [scan.name for scan in found.scans] == ["s1_0", "s1_6", "s2"]
    white, dark = ([cells_of(found, number)[role] for number in range(3)] for role in ("white", "dark"))
    assert white == [str(tmp_path / name) for name in ("whiteReference", "whiteReference", "s2/whiteReference")]
    assert dark == [str(tmp_path / "darkReference")] * 3
    assert found.scans[0].cells["dark"].source == "reference in a folder above the scan, as Headwall names it"
    assert [(each.path.parent.name, "no scan named raw" in each.reason) for each in found.left] == [("other", True)]


def test_raw_scans_without_references_are_named_by_their_folders(tmp_path: Path) -> None:
    """A name that the camera gives each scan is none: --name and tables of boxes need that of the folder."""
    for name in ("DH1_5/raw", "DH1_6/raw_0", "DH1_6/raw_2000"):
        write_envi(tmp_path / name).rename(tmp_path / name)
    np.save(tmp_path / "DH1_5/raw_labels.npy", COUNTS[:, :, 0])
    found = discover(tmp_path, Wishes(hole="DH1"))
    assert [cells_of(found, number)["scene"] for number in range(3)] == ["DH1_5", "DH1_6_0", "DH1_6_2000"]
    assert cells_of(found)["labels"].endswith("DH1_5/raw_labels.npy")


def test_sources_in_words_name_no_part_of_a_word(tmp_path: Path) -> None:
    """A scan with a short name, as 'd', does not break the words of a source that hold it."""
    write_envi(tmp_path / "d").rename(tmp_path / "d")
    said = in_words(discover(tmp_path, Wishes(hole="d")), tmp_path / "scenes.tsv", data_root=tmp_path)
    assert "the usual order; formats that state one have their own (1)" in said
    assert ",," not in said


def test_plain_files(tmp_path: Path) -> None:
    """Arrays of an HDF5 file by their names, labels beside a scan; pictures and broken files are not placed."""
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["cube"], file["nm/wavelength"] = np.zeros((BANDS, LINES, SAMPLES)), np.arange(BANDS) + 1000.0
        file["white"], file["dark"], file["labels"] = (
            np.ones((SAMPLES, BANDS)),
            np.zeros((SAMPLES, BANDS)),
            COUNTS[:, :, 0],
        )
        file.attrs["hole"] = "DH4"
    write_envi(tmp_path / "b.img")
    np.save(tmp_path / "b_labels.npy", COUNTS[:, :, 0])
    write_geotiff(tmp_path / "picture.tif", np.zeros((3, LINES, SAMPLES), np.uint8))
    (tmp_path / "cut.npy").write_bytes(b"\x93NUMPY\x01\0")
    (tmp_path / "broken.hdr").write_text("ENVI\nsamples = 4\n")
    with (tmp_path / "large.hdr").open("wb") as large:
        large.truncate(10**12)  # a sparse file: nobody reads it whole
    (tmp_path / "notes.docx").write_text("")
    found = discover(tmp_path, Wishes())
    assert [scan.name for scan in found.scans] == ["a", "b"]
    first = {"data_key": "/cube", "wavelengths": "/nm/wavelength", "axes": "band,line,sample", "labels_key": "/labels"}
    first |= {"white_key": "/white", "dark_key": "/dark", "hole": "DH4"}
    assert first.items() <= cells_of(found).items()
    assert cells_of(found, 1)["labels"] == str(tmp_path / "b_labels.npy")
    left = {each.path.name: each.reason for each in found.left}
    assert set(left) == {"picture.tif", "cut.npy", "broken.hdr", "large.hdr"}
    assert "3 bands" in left["picture.tif"]
    assert "an ENVI header has at most" in left["large.hdr"]
    assert found.others == {".docx": 1}


def test_names_become_names_of_scenes(tmp_path: Path) -> None:
    """Letters that no file name can have are replaced, and two scans of one name are told apart by their folders."""
    for place in ("a/box 1.img", "b/box 1.img", "c/kärn Ø.img"):
        write_envi(tmp_path / place)
    found = discover(tmp_path, Wishes())
    assert [cells_of(found, n)["scene"] for n in range(3)] == ["a_box_1", "b_box_1", "karn_O"]


def test_what_cannot_be(tmp_path: Path) -> None:
    """No folder, no scan, a pattern that no file has, and metadata that could be an attack."""
    with pytest.raises(ConfigError, match="a folder of scans is needed"):
        discover(tmp_path / "none", Wishes())
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(DataError, match=r"holds no scan that is known; its 1 files are 1 \.txt"):
        discover(tmp_path, Wishes())
    write_lumo(tmp_path, "a")
    with pytest.raises(DataError, match=r"no file of .* has such a name"):
        discover(tmp_path, Wishes(white="PANEL*"))
    for encoding in ("utf-8", "utf-16"):
        (tmp_path / "a/metadata/a.xml").write_text('<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', encoding)
        assert (
            "without declarations (DOCTYPE, ENTITY)"
            in discover(tmp_path, Wishes(metadata={"hole": "x"})).scans[0].notes[-1]
        )
    table = tmp_path / "boxes.csv"
    table.write_text("scan,hole\na,DH1,3\n")
    with pytest.raises(ConfigError, match="row 2: 2 cells are needed"):
        discover(tmp_path, Wishes(table=table))
    table.write_bytes("scan,hole\na,Größe\n".encode("latin-1"))
    with pytest.raises(DataError, match="save it as UTF-8"):
        discover(tmp_path, Wishes(table=table))
    table.write_bytes(b"PK\x03\x04 of a workbook")
    with pytest.raises(DataError, match="save it as CSV"):
        discover(tmp_path, Wishes(table=table))


def test_the_command_writes_a_table_that_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Paths from data_root, the source of each cell beside it, words on what to do, and nothing is overwritten."""
    write_lumo(tmp_path / "scans", "DH1_3_12.5_14")
    write_lumo(tmp_path / "scans", "odd")
    table = tmp_path / "scenes.tsv"
    options = ["--output", str(table), "--data-root", str(tmp_path), "--name", "{hole}_{box}_{from}_{to}"]
    assert main(["scenes", str(tmp_path / "scans"), *options, "--hole", "DH7"]) == 0
    said = capsys.readouterr().out
    assert "2 scans: 2 Specim Lumo" in said
    assert "odd: its name 'odd' does not fit --name" in said
    scenes = read_scenes(table, data_root=tmp_path)
    assert [(scene.name, scene.hole, scene.depth_to_m) for scene in scenes] == [
        ("DH1_3_12.5_14", "DH1", 14),
        ("odd", "DH7", None),
    ]
    assert scenes[1].white == tmp_path / "scans/odd/capture/WHITEREF_odd.raw"
    sources = (tmp_path / "scenes.sources.tsv").read_text()
    assert "odd\thole\tDH7\t--hole\n" in sources
    before = table.read_bytes()
    assert main(["scenes", str(tmp_path / "scans"), *options]) == 1
    assert table.read_bytes() == before


def test_what_is_not_whole_is_said(tmp_path: Path) -> None:
    """Data without a header, an archive, a link to nothing, a reference of no scan: each with what to do."""
    write_lumo(tmp_path, "a")
    write_lumo(tmp_path, "b")
    write_envi(tmp_path / "a/capture/WHITEREF_a_2.raw", lines=3)
    (tmp_path / "b/capture/b.hdr").unlink()
    (tmp_path / "more.zip").write_bytes(b"PK")
    (tmp_path / "gone.img").symlink_to(tmp_path / "nothing.img")
    found = discover(tmp_path, Wishes())
    left = {each.path.name: each.reason for each in found.left}
    assert [scan.name for scan in found.scans] == ["a"]
    assert "reference of 'a_2', and no other scan of that name is beside it" in left["WHITEREF_a_2.hdr"]
    assert left["b.raw"] == "its header (b.hdr) is needed beside it, and there is none: copy it there"
    assert left["more.zip"] == "it is an archive: unpack it first"
    assert "nothing.img, where nothing is" in left["gone.img"]
    assert set(left) == {"WHITEREF_a_2.hdr", "WHITEREF_b.hdr", "DARKREF_b.hdr", "b.raw", "more.zip", "gone.img"}
    with pytest.raises(ConfigError, match="an archive is there: unpack it"):
        discover(tmp_path / "more.zip", Wishes())


def test_links_to_folders_are_followed_once(tmp_path: Path) -> None:
    """A folder of links is a folder of scans, and one that leads back up makes no endless tree."""
    write_envi(tmp_path / "disk/box.img")
    (tmp_path / "disk/up").symlink_to(tmp_path / "disk")
    (tmp_path / "scans").mkdir()
    (tmp_path / "scans/tray").symlink_to(tmp_path / "disk")
    found = discover(tmp_path / "scans", Wishes())
    assert [scan.data for scan in found.scans] == [tmp_path / "scans/tray/box.img"]


def test_depths_of_a_table_as_people_write_them(tmp_path: Path) -> None:
    """A comma for the point, and the unit behind the number."""
    write_envi(tmp_path / "a.img")
    table = tmp_path / "boxes.tsv"
    table.write_text("scan\thole\tdepth_from_m\tdepth_to_m\na\tDH1\t1,5\t3.25 m\n")
    found = discover(tmp_path, Wishes(table=table))
    assert (cells_of(found)["depth_from_m"], cells_of(found)["depth_to_m"]) == ("1.5", "3.25")
    assert not found.scans[0].notes


def test_what_was_asked_for_and_is_not_there_is_said(tmp_path: Path) -> None:
    """A field that no XML has, and a plain file that is called as a reference."""
    write_lumo(tmp_path / "lumo", "a")
    notes = discover(tmp_path / "lumo", Wishes(metadata={"hole": "Bohrung"})).scans[0].notes
    assert "hole: no XML file of it has the field 'Bohrung' (--metadata)" in notes
    for name in ("box_1", "white_2", "whitehill_3", "DARK-1"):
        write_envi(tmp_path / f"plain/{name}.img")
    found = discover(tmp_path / "plain", Wishes())
    asked = {scan.name: scan.notes[0].partition(" reference")[0] for scan in found.scans if scan.notes}
    assert asked == {"white_2": "it is called as a white", "DARK-1": "it is called as a dark"}


def write_sensors(folder: Path, *, spectra: dict[str, int], deeper_m: float = 0.0) -> None:
    """Datasets of a HyLogger: one for each sensor, by the end of its name, with so many spectra."""
    folder.mkdir(exist_ok=True)
    for number, (end, count) in enumerate(spectra.items()):
        values = np.full((count, BANDS), 0.5, np.float32)
        depth = np.linspace(10, 11, count) + number * deeper_m
        codes = np.zeros(count, np.float32)
        write_tsg(folder / f"DH7_0001_tsg{end}.tsg", values, codes=codes, names=("KAOLIN",), depth_m=depth)


def test_sensors_of_a_hylogger_are_one_scene(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Files of one name, spectra and depths make a row of scenes.tsv and rows of sensors.tsv."""
    write_sensors(tmp_path / "scans", spectra={"": 12, "_tir": 12, "_mir": 12})
    table = tmp_path / "scenes.tsv"
    command = ["scenes", str(tmp_path / "scans"), "--output", str(table), "--data-root", str(tmp_path)]
    assert main(command) == 0
    assert "further sensors: mir of 1 scan, tir of 1 scan" in capsys.readouterr().out
    scenes = with_sensors(read_scenes(table, data_root=tmp_path), tmp_path / "sensors.tsv", data_root=tmp_path)
    assert [(scene.name, scene.sensor, [other.name for other in scene.others]) for scene in scenes] == [
        ("DH7_0001_tsg", "swir", ["mir", "tir"])
    ]
    assert scenes[0].others[1].row.data == tmp_path / "scans/DH7_0001_tsg_tir.tsg"
    assert (
        "DH7_0001_tsg\tsensors.tsv, mir\tscans/DH7_0001_tsg_mir.tsg\t" in (tmp_path / "scenes.sources.tsv").read_text()
    )
    table.unlink()
    (tmp_path / "scenes.sources.tsv").unlink()
    assert main(command) == 1  # sensors.tsv is never written over either
    assert not table.exists()


@pytest.mark.parametrize(
    ("second", "deeper_m", "why"), [(11, 0.0, "it has 11 spectra"), (12, 5.0, "its depths differ from those of")]
)
def test_a_dataset_of_other_spectra_is_no_sensor(tmp_path: Path, second: int, deeper_m: float, why: str) -> None:
    """Two files whose spectra cannot be the same stay two scans, and it is said why."""
    write_sensors(tmp_path / "scans", spectra={"": 12, "_mir": second}, deeper_m=deeper_m)
    found = discover(tmp_path / "scans", Wishes())
    assert [scan.name for scan in found.scans] == ["DH7_0001_tsg", "DH7_0001_tsg_mir"]
    assert not any(scan.sensors or "sensor" in scan.cells for scan in found.scans)
    assert why in found.scans[1].notes[0]


def test_the_sensor_is_named_for_all_scans_or_none(tmp_path: Path) -> None:
    """Beside a scan that states no sensor, that of a HyLogger has the usual name, for the table needs all or none."""
    write_sensors(tmp_path / "scans", spectra={"": 12, "_mir": 12})
    write_envi(tmp_path / "scans/box.img")
    found = discover(tmp_path / "scans", Wishes())
    assert [(scan.name, len(scan.sensors), "sensor" in scan.cells) for scan in found.scans] == [
        ("DH7_0001_tsg", 1, False),
        ("box", 0, False),
    ]


def test_a_depth_that_may_be_thousands_is_left_empty(tmp_path: Path) -> None:
    """1,234 is a depth of one metre to some and of a kilometre to others; 12,5 is clear."""
    write_envi(tmp_path / "a.img")
    write_envi(tmp_path / "b.img")
    table = tmp_path / "boxes.csv"
    table.write_text("scan;hole;depth_from_m;depth_to_m\na;A;1,234;1,236 m\nb;A;12,5;13,25 m\n;;;\n", encoding="utf-8")
    found = discover(tmp_path, Wishes(table=table))
    assert "depth_from_m" not in cells_of(found, 0)
    assert any("'1,234' is 1.234 m to some and 1234 m to others" in note for note in found.scans[0].notes)
    assert (cells_of(found, 1)["depth_from_m"], cells_of(found, 1)["depth_to_m"]) == ("12.5", "13.25")
    assert not any("row of the scan ''" in left.reason for left in found.left)


def test_axes_that_the_wavelengths_cannot_tell_are_called_a_guess(tmp_path: Path) -> None:
    """Where two axes are as long as the wavelengths, the order of axes is none that the file says."""
    with h5py.File(tmp_path / "s.h5", "w") as file:
        file["cube"] = np.random.default_rng(1).uniform(size=(6, 4, 6))
        file["wavelengths"] = np.linspace(1000, 2000, 6)
    (scan,) = discover(tmp_path, Wishes(hole="A")).scans
    assert scan.cells["axes"].source.startswith("a guess, for 2 axes are as long as /wavelengths")


def test_a_folder_that_cannot_be_looked_into_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its scans would be missing from the table without a word."""
    write_envi(tmp_path / "a.img")
    write_envi(tmp_path / "locked/b.img")
    known = os.scandir

    def scandir(path: str) -> Any:
        if Path(path).name == "locked":
            raise PermissionError(13, "Permission denied", path)
        return known(path)

    monkeypatch.setattr(os, "scandir", scandir)
    found = discover(tmp_path, Wishes(hole="A"))
    assert len(found.scans) == 1
    (left,) = found.left
    assert left.path == tmp_path / "locked"
    assert "cannot be looked into (Permission denied): allow it" in left.reason
