"""TSG datasets: spectra by depth, scalars and classes of minerals, and headers that cannot be right."""

from pathlib import Path

import numpy as np
import pytest

from cube_formats import write_tsg
from semispectral.errors import DataError, MissingFileError, SemispectralError, ShapeError, UnreadableError
from semispectral.scans.facts.tsg_holes import classes_of, dataset_of, datasets
from semispectral.scans.formats.tsg import read_scalar
from semispectral.scans.formats.tsg_header import read_header
from semispectral.scans.labels.label_files import read_labels
from semispectral.scans.readers import open_cube
from semispectral.study.classes import ClassMap

SPECTRA = np.random.default_rng(7).uniform(0.1, 0.9, (12, 8)).astype(np.float32)
NONE = -3.4028235e38
GROUPS = np.array([0, 1, 1, 2, 2, 2, NONE, 0, 3, 3, 1, 0], np.float32)
DEPTHS = np.linspace(65.9, 66.0, 12)
NAMES = ("KAOLIN", "WHITE-MICA", "NOTAROK", "INVALID")


@pytest.fixture
def header(tmp_path: Path) -> Path:
    return write_tsg(tmp_path / "DH7_tsg.tsg", SPECTRA, codes=GROUPS, names=NAMES, depth_m=DEPTHS)


def changed(header: Path, old: str, new: str) -> Path:
    """Replace a piece of a header that must be there."""
    text = header.read_text()
    assert old in text
    header.write_text(text.replace(old, new))
    return header


def test_depth_runs_along_the_lines(header: Path) -> None:
    """A dataset is a scene of one sample per line, with the depth of each line beside it."""
    with open_cube(header) as cube:
        assert cube.shape == (12, 1, 8)
        np.testing.assert_array_equal(cube.read_lines(3, 5)[:, 0], SPECTRA[3:5])
        np.testing.assert_allclose(cube.extra["depth_m"], DEPTHS, atol=1e-6)


@pytest.mark.parametrize("suffix", [".bip", ".BIP"])
def test_either_file_may_be_named(header: Path, suffix: str) -> None:
    """The data lead to the header beside them, whatever the case of the suffix."""
    data = header.with_suffix(".bip").rename(header.with_suffix(suffix))
    with open_cube(data) as one, open_cube(header) as other:
        assert one.read_lines(0, 12).tobytes() == other.read_lines(0, 12).tobytes()


def test_classes_are_labels_by_code_and_by_name(header: Path) -> None:
    """A class is its number plus 1, or its name in classes.tsv; a spectrum without one is unlabelled."""
    codes = read_labels(header, key="Grp1 sTSAS", shape=(12, 1))
    assert codes.ravel().tolist() == [1, 2, 2, 3, 3, 3, 0, 1, 4, 4, 2, 1]
    classes = ClassMap((70, 20, 255, 9), NAMES, ("#111111", "#222222", "#333333", "#444444"))
    named = read_labels(header, key="name:Grp1 sTSAS", shape=(12, 1), classes=classes)
    assert named.ravel().tolist() == [70, 20, 20, 255, 255, 255, 0, 70, 9, 9, 20, 70]


def test_names_that_do_not_occur_need_no_class(header: Path) -> None:
    """Only the names of classes that a spectrum has are looked up."""
    write_tsg(header, SPECTRA, codes=np.ones(12, np.float32), names=NAMES, depth_m=DEPTHS)
    named = read_labels(
        header, key="name:Grp1 sTSAS", shape=(12, 1), classes=ClassMap((5,), ("WHITE-MICA",), ("#111111",))
    )
    assert (named == 5).all()


def test_a_scalar_without_classes_is_no_label(header: Path) -> None:
    """The error lists the scalars that can be labels."""
    with pytest.raises(MissingFileError, match=r"one of Grp1 sTSAS; got 'Depth \(m\)'"):
        read_labels(header, key="Depth (m)", shape=(12, 1))


def test_a_number_without_a_class_is_refused(header: Path) -> None:
    """A value beyond the table of classes is an error and no class of its own."""
    write_tsg(header, SPECTRA, codes=GROUPS + 1, names=NAMES, depth_m=DEPTHS)
    with pytest.raises(DataError, match=r"4 classes, got 4 for spectrum 8 and 1 more"):
        read_labels(header, key="Grp1 sTSAS", shape=(12, 1))


def test_labels_of_another_hole_are_refused(header: Path) -> None:
    """Labels must have as many spectra as the data."""
    with pytest.raises(ShapeError, match=r"\(11, 1\), got \(12, 1\)"):
        read_labels(header, key="Grp1 sTSAS", shape=(11, 1))


def test_scalars_are_read_by_name(header: Path) -> None:
    """A scalar has one value per spectrum, and NaN where the dataset has none."""
    np.testing.assert_allclose(read_scalar(header, "Depth (m)"), DEPTHS, rtol=1e-6)
    assert np.isnan(read_scalar(header, "Grp1 sTSAS")).tolist() == (GROUPS < 0).tolist()
    with pytest.raises(MissingFileError, match="the scalar 'Grp9' is needed"):
        read_scalar(header, "Grp9")


def test_a_folder_becomes_rows_of_tables(header: Path) -> None:
    """Holes, depths and classes are those of the headers; what is no rock is ignored, no mineral is unlabelled."""
    write_tsg(header.with_name("alone.tsg"), SPECTRA, codes=GROUPS, names=NAMES, depth_m=DEPTHS)
    header.with_name("alone.bip").unlink()
    assert datasets(header.parent) == (header,)
    found = dataset_of(header)
    assert (found.hole, found.depth_from_m, found.depth_to_m) == ("DH7", 65.9, 66.0)
    assert found.usual_scalar == "Grp1 sTSAS"
    classes = classes_of([(header, found.usual_scalar)])
    assert classes.rows == (
        (1, "KAOLIN", "#ff0000"),
        (2, "WHITE-MICA", "#ffff00"),
        (3, "NOTAROK", "#804020"),
        (4, "INVALID", "#888888"),
    )
    assert (classes.use, classes.ignore) == ("1-2", "3")


@pytest.mark.parametrize(
    ("old", "new", "match"),
    [
        ("bands = 8", "bands = 8000", "at least"),
        ("bands = 8", "bands = 80000000", "at most .* got 12 and 80000000"),
        ("samples = 12", "samples = 999999999", "got 999999999 and 8"),
        ("bands = 8", "bands = -8", "'bands' of .dimensions. must be a whole number, got '-8'"),
        ("samples = 12", "samples = 0", "must be 1 or more, .* got 0 and 8"),
        ("samples = 12", "", "must be a whole number, got 'nothing'"),
        ("datatype = float", "datatype = short", "must be float"),
        ("fpcheck = -971227136", "fpcheck = 1", "fpcheck 1"),
        ("[dimensions]", "[sizes]", "section .dimensions. is missing"),
    ],
)
def test_a_wrong_header_is_refused(header: Path, old: str, new: str, match: str) -> None:
    """A header whose numbers cannot be right is one clear error that names the file."""
    with pytest.raises(SemispectralError, match=match), open_cube(changed(header, old, new)) as cube:
        cube.read_lines(0, 1)


def test_data_that_are_cut_or_absent_are_named(header: Path) -> None:
    """A dataset is two whole files."""
    data = header.with_suffix(".bip")
    data.write_bytes(data.read_bytes()[:100])
    with pytest.raises(UnreadableError, match=r"DH7_tsg.bip: at least 384 bytes are needed .*, got 100"):
        open_cube(header)
    data.unlink()
    with pytest.raises(MissingFileError, match=r"DH7_tsg.bip: .* this one is not there"):
        open_cube(header)


def test_optional_facts_may_be_absent(header: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Without wavelengths, depths or a table of classes a dataset is still read."""
    changed(header, "380.000000 2500.000000 nm", "nothing at all")
    changed(header, "D=", "depth:")
    changed(header, "[class 4]", "[other 4]")
    found = read_header(header)
    assert found.wavelengths_nm is None
    assert "wavelengths" in caplog.text
    assert np.isnan(found.depth_m).all()
    assert not found.tables
