"""ENVI: quirks of headers, what the header adds, and classifications."""

from pathlib import Path

import numpy as np
import pytest
import spectral.io.envi as spy

from semispectral.errors import DataError, MissingFileError, UnreadableError
from semispectral.scans.labels.label_files import read_labels
from semispectral.scans.readers import open_cube

CUBE = np.arange(4 * 3 * 2, dtype="<u2").reshape(4, 3, 2)
SIZE = "lines = 4\nsamples = 3\nbands = 2\ndata type = 12\n"


def write(directory: Path, header: str, *, values: np.ndarray = CUBE, name: str = "a.img") -> Path:
    (directory / name).write_bytes(values.tobytes())
    (directory / name).with_suffix(".hdr").write_bytes(header.encode("latin-1"))
    return directory / name


@pytest.mark.parametrize(
    "header",
    [
        f"ENVI\n{SIZE}interleave = bip\n",
        f"ENVI\r\n{SIZE}interleave = BIP\r\nbyte order = 0\r\n".replace("\n", "\r\n").replace("\r\r", "\r"),
        f"ENVI\n; a comment = 5\n{SIZE}Interleave   =bip\nHeader  Offset = 0\n\n\n",
        f"\ufeffENVI\n{SIZE}interleave = bip".encode().decode("latin-1"),
        f"ENVI\ndescription = {{\n  lines = 99, made in Zürich}}\n{SIZE}interleave=bip\nfile type = ENVI Standard\n",
        f"ENVI\n{SIZE}interleave = bip\nwavelength = {{ 1000.0 ,\n ; one\n 2000.0 }}\nwavelength units = Unknown\n",
    ],
)
def test_quirks_of_headers(tmp_path: Path, header: str) -> None:
    """Line ends, capitals, comments, byte-order marks, missing optional fields, text over lines: all are read."""
    with open_cube(write(tmp_path, header)) as cube:
        np.testing.assert_array_equal(cube.read_lines(0, 4), CUBE)


def test_what_the_header_adds(tmp_path: Path) -> None:
    """Bad bands, scale factor, nodata, names, wavelengths and the ground are kept."""
    fields = (
        "bbl = {1, 0}\nreflectance scale factor = 10000\ndata ignore value = -9999\nband names = {one, two}\n"
        "wavelength units = Micrometers\nwavelength = {1.0, 2.5}\n"
        "map info = {UTM, 1, 1, 500000, 7000000, 2, 2, 19, South, WGS-84, units=Meters}\n"
    )
    with open_cube(write(tmp_path, f"ENVI\n{SIZE}interleave = bip\n{fields}")) as cube:
        assert cube.extra["bad_bands"] == (1,)
        assert cube.extra["conversion"].factor == 1e-4
        assert (cube.nodata, cube.band_names) == (-9999, ("one", "two"))
        np.testing.assert_allclose(cube.wavelengths_nm, [1000, 2500])
        assert cube.extra["transform"] == (2, 0, 500000, 0, -2, 7000000)
        assert "WGS 84" in cube.extra["crs"]


def test_a_classification_brings_names_and_colours(tmp_path: Path) -> None:
    """Class names and colours of a classification's header are at hand, and its values are the codes."""
    codes = np.array([[0, 1], [2, 1]], np.uint8)
    colours = [(0, 0, 0), (255, 0, 16), (1, 2, 3)]
    path = tmp_path / "c.hdr"
    spy.save_classification(str(path), codes, class_names=["none", "talc", "calcite"], class_colors=colours)
    np.testing.assert_array_equal(read_labels(path, shape=(2, 2)), codes)
    with open_cube(path) as cube:
        assert cube.extra["class_names"] == ("none", "talc", "calcite")
        assert cube.extra["class_colours"] == ("#000000", "#ff0010", "#010203")


@pytest.mark.parametrize(
    ("data", "header"), [("a", "a.hdr"), ("a.dat", "a.dat.hdr"), ("a.b.raw", "a.b.hdr"), ("a.x", "a.x.hdr")]
)
def test_either_file_names_the_pair(tmp_path: Path, data: str, header: str) -> None:
    """Data and header find each other by the usual ways of naming them."""
    (tmp_path / data).write_bytes(CUBE.tobytes())
    (tmp_path / header).write_text(f"ENVI\n{SIZE}interleave = bip\n", encoding="utf-8")
    with open_cube(tmp_path / data) as cube:
        assert cube.shape == (4, 3, 2)
    if data != "a.x":
        with open_cube(tmp_path / header) as cube:
            assert cube.path == tmp_path / data


@pytest.mark.parametrize(
    ("header", "error", "told"),
    [
        (f"INVI\n{SIZE}interleave = bip\n", UnreadableError, "word ENVI"),
        ("ENVI\nlines = 4\nsamples = 3\ndata type = 12\ninterleave = bip\n", DataError, "'bands'"),
        (f"ENVI\n{SIZE}interleave = bip\nlines = four\n", DataError, "'lines'.*'four'"),
        (f"ENVI\n{SIZE}interleave = bip\nbands = 0\n", DataError, "1 or more"),
        (f"ENVI\n{SIZE}", DataError, "'interleave'"),
        (f"ENVI\n{SIZE}interleave = bip\ndata type = 6\n", DataError, "complex"),
        (f"ENVI\n{SIZE}interleave = bip\nbyte order = 2\n", DataError, "byte order 2"),
        (f"ENVI\n{SIZE}interleave = bip\nlines = 5\n", UnreadableError, "at least 60 bytes.*got 48"),
        (f"ENVI\n{SIZE}interleave = bip\nheader offset = 2\n", UnreadableError, "at least 50 bytes"),
        (f"ENVI\n{SIZE}interleave = bip\nwavelength = {{1.0, 2.0}}\n", DataError, "micrometres"),
        (f"ENVI\n{SIZE}interleave = bip\nmajor frame offsets = {{8, 0}}\n", DataError, "frame offsets"),
        (f"ENVI\n{SIZE}interleave = bip\nfile compression = 1\n", DataError, "decompress"),
    ],
)
def test_headers_that_lie(tmp_path: Path, header: str, error: type[Exception], told: str) -> None:
    """Each wrong header has its message, with the file's name."""
    with pytest.raises(error, match=rf"a\.(hdr|img).*{told}"):
        open_cube(write(tmp_path, header))


def test_a_pair_that_is_not_there(tmp_path: Path) -> None:
    """Data without a header, and a header without data, are told what is missing."""
    (tmp_path / "a.img").write_bytes(b"1")
    with pytest.raises(MissingFileError, match=r"a\.img\.hdr or a\.hdr"):
        open_cube(tmp_path / "a.img")
    (tmp_path / "b.hdr").write_text("ENVI\n", encoding="utf-8")
    with pytest.raises(MissingFileError, match=r"b\.hdr.*data of this header"):
        open_cube(tmp_path / "b.hdr")


def test_a_data_file_cut_after_it_was_opened(tmp_path: Path) -> None:
    """A file that shrinks while it is read ends in an error, not in a killed process."""
    path = write(tmp_path, f"ENVI\n{SIZE}interleave = bip\n")
    with open_cube(path) as cube:
        path.write_bytes(b"12")
        with pytest.raises(UnreadableError, match=r"a\.img"):
            cube.read_lines(0, 4)


def test_a_wrong_wavelength_field_can_be_passed_over(tmp_path: Path) -> None:
    """Where the header's wavelengths are useless, a table or the word none goes before them."""
    path = write(tmp_path, f"ENVI\n{SIZE}interleave = bip\nwavelength = {{1.0, 2.0}}\n")
    with open_cube(path, wavelengths="none") as cube:
        assert cube.wavelengths_nm is None
    (tmp_path / "bands.tsv").write_text("wavelength_nm\n500\n600\n", encoding="utf-8")
    with open_cube(path, wavelengths=str(tmp_path / "bands.tsv")) as cube:
        np.testing.assert_array_equal(cube.wavelengths_nm, [500, 600])
