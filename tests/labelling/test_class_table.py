"""The table of classes that labels with names ask for."""

import json
from pathlib import Path

import numpy as np
import pytest

from cube_formats import write_tsg
from semispectral.errors import ConfigError, DataError
from semispectral.labelling.class_table import COLOURS, cells_for, classes_of, write_classes_table
from semispectral.study.classes import ClassMap


def page_file(path: Path, *classes: tuple[str, str]) -> Path:
    """Labels from a page, with names and colours of classes."""
    features = [{"type": "Feature", "properties": {"class": n, "colour": c}, "geometry": None} for n, c in classes]
    content = {"type": "FeatureCollection", "semispectral_labels": {}, "features": features}
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def table(path: Path, *classes: str) -> Path:
    rows = [f"A\t{line}\t0\t{name}\n" for line, name in enumerate(classes)]
    path.write_text("scene\tline\tsample\tclass\n" + "".join(rows), encoding="utf-8")
    return path


def test_classes_come_in_the_order_of_the_files(tmp_path: Path) -> None:
    """Codes from 1 as names occur first, in capitals or not; a colour is the first said, or one of a table."""
    queue = table(tmp_path / "queue.tsv", "talc", "", "calcite, pure", " TALC")
    drawn = page_file(tmp_path / "A.geojson", ("gypsum", "#123456"), ("talc", "#ffffff"))
    found = classes_of([queue, drawn])
    expected = ClassMap((1, 2, 3), ("talc", "calcite, pure", "gypsum"), (COLOURS[0], COLOURS[1], "#123456"))
    assert found == expected
    write_classes_table(tmp_path / "mine" / "classes.tsv", found)
    assert ClassMap.read(tmp_path / "mine" / "classes.tsv") == expected
    with pytest.raises(ConfigError, match="is there already"):
        write_classes_table(tmp_path / "mine" / "classes.tsv", found)


def test_the_cells_of_the_labels_are_said(tmp_path: Path) -> None:
    """What goes into scenes.tsv: the files, and all codes of the table."""
    files = [table(tmp_path / "queue.tsv", "talc", "calcite"), page_file(tmp_path / "A.geojson", ("gypsum", "#123456"))]
    said = cells_for(files, classes_of(files))
    assert "  labels: queue.tsv; A.geojson\n  use: 1-3\n" in said
    assert "data_root" in said


def test_codes_and_empty_files_give_no_names(tmp_path: Path) -> None:
    """A code says no name; a file without an answer says nothing."""
    with pytest.raises(DataError, match=r"queue\.tsv, row 3: the name of a class is needed, got the code '7'"):
        classes_of([table(tmp_path / "queue.tsv", "talc", "7")])
    with pytest.raises(DataError, match="no class is named"):
        classes_of([table(tmp_path / "queue.tsv", "")])


def test_groups_of_a_hylogger_become_classes(tmp_path: Path) -> None:
    """The groups that occur in a TSG dataset, in TSG's colours; the rock comes first."""
    spectra, depths = np.ones((4, 8), np.float32), np.arange(4.0)
    names = ("NOTAROK", "KAOLIN", "WHITE-MICA")
    path = write_tsg(tmp_path / "h_tsg.tsg", spectra, codes=np.array([0, 1, 1, 0.0]), names=names, depth_m=depths)
    found = classes_of([path])
    assert (found.names, found.colours) == (("KAOLIN", "NOTAROK"), ("#ffff00", "#ff0000"))
    path.write_text(path.read_text().replace("Grp1 sTSAS", "Other"))
    with pytest.raises(DataError, match="groups of minerals are needed"):
        classes_of([path])
