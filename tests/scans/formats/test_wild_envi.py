"""ENVI as it is met in the wild: headers by other programs, data of any suffix, files that only look alike."""

import logging
from pathlib import Path

import numpy as np
import pytest
import rasterio

from cube_formats import write_geotiff
from semispectral.errors import DataError, MissingFileError, SemispectralError, ShapeError
from semispectral.scans.facts.georeference import quiet
from semispectral.scans.formats.scene_files import companions
from semispectral.scans.labels.label_files import read_labels
from semispectral.scans.readers import open_cube

LINES, SAMPLES, BANDS = 6, 5, 4
CUBE = np.random.default_rng(77).integers(1, 4000, (LINES, SAMPLES, BANDS)).astype("<i2")
OTHER = (CUBE + 1).astype("<i2")
NM = np.array([450.0, 550.0, 650.0, 850.0])
SIZE = f"samples = {SAMPLES}\nlines = {LINES}\nbands = {BANDS}\ndata type = 2\ninterleave = bip\nbyte order = 0\n"
UTM = "map info = {UTM, 1, 1, 380952, 5820372, 30, 30, 33, North, WGS-84, units=Meters}\n"
UTM_TRANSFORM = (30, 0, 380952, 0, -30, 5820372)


def write(
    directory: Path,
    extra: str = "",
    *,
    data: str = "a.img",
    header: str = "a.hdr",
    first: str = "ENVI\n",
    size: str = SIZE,
) -> Path:
    """Write `CUBE` and its header; gives the header."""
    (directory / data).write_bytes(CUBE.tobytes())
    (directory / header).write_text(first + size + extra, encoding="utf-8")
    return directory / header


def values(path: Path) -> np.ndarray:
    with open_cube(path) as cube:
        return cube.read_lines(0, cube.shape[0])


@pytest.mark.parametrize("kind", ["TIFF", "tiff", "ENVI Standard", ""])
@pytest.mark.parametrize("data", ["a.tif", "a.dat", "a"])
def test_a_header_of_a_tiff_reads_the_tiff(tmp_path: Path, kind: str, data: str) -> None:
    """A header whose data are a TIFF is read as one, with the wavelengths of the header, named by either file."""
    write_geotiff(tmp_path / data, CUBE.transpose(2, 0, 1))
    header = tmp_path / f"{data}.hdr"
    wavelengths = f"wavelength = {{{', '.join(map(str, NM))}}}\nwavelength units = Nanometers\n"
    header.write_text(f"ENVI\n{SIZE}file type = {kind}\n{wavelengths}", encoding="utf-8")
    for named in (header, tmp_path / data):
        with open_cube(named) as cube:
            np.testing.assert_array_equal(cube.read_lines(0, LINES), CUBE)
            np.testing.assert_array_equal(cube.wavelengths_nm, NM)
    assert companions(header) == (tmp_path / data,)
    assert companions(tmp_path / data) == (header,)


def test_a_header_of_another_file_is_no_matter_to_a_tiff(tmp_path: Path) -> None:
    """A GeoTIFF beside an ENVI pair of its stem is read alone; a header of another size is passed over with a word."""
    write(tmp_path, "wavelength = {450, 550, 650, 850}\n")
    write_geotiff(tmp_path / "a.tif", OTHER.transpose(2, 0, 1))
    with open_cube(tmp_path / "a.tif") as cube:
        np.testing.assert_array_equal(cube.read_lines(0, LINES), OTHER)
        assert cube.wavelengths_nm is None
    assert companions(tmp_path / "a.tif") == ()


def test_the_fields_of_a_header_inside_a_tiff(tmp_path: Path) -> None:
    """GDAL's domain ENVI is a header: the TIFF's own word goes before it, and it before a header beside."""
    write_geotiff(tmp_path / "a.tif", CUBE.transpose(2, 0, 1))
    with quiet(), rasterio.open(tmp_path / "a.tif", "r+") as raster:
        raster.update_tags(ns="ENVI", bbl="{1, 0, 1, 1}", data_ignore_value="-9999", Wavelength="{450, 550, 650, 850}")
    (tmp_path / "a.tif.hdr").write_text(
        f"ENVI\n{SIZE}bbl = {{0, 1, 1, 1}}\nband names = {{p, q, r, s}}\ndata ignore value = 3\n", "utf-8"
    )
    with open_cube(tmp_path / "a.tif") as cube:
        assert cube.extra["bad_bands"] == (1,)
        assert (cube.nodata, cube.band_names) == (-9999, ("p", "q", "r", "s"))
        np.testing.assert_array_equal(cube.wavelengths_nm, NM)
    with quiet(), rasterio.open(tmp_path / "a.tif", "r+") as raster:
        raster.nodata = 7
    with open_cube(tmp_path / "a.tif") as cube:
        assert cube.nodata == 7


@pytest.mark.parametrize("options", [{}, {"compress": "deflate"}])
def test_a_header_without_other_data_than_a_tiff(tmp_path: Path, options: dict[str, str]) -> None:
    """A header beside a TIFF alone is of that TIFF, if their shapes are the same; labels are no scan."""
    write_geotiff(tmp_path / "a.tif", CUBE.transpose(2, 0, 1), **options)
    (tmp_path / "a.hdr").write_text(f"ENVI\n{SIZE}wavelength = {{450, 550, 650, 850}}\n", encoding="utf-8")
    for named in ("a.hdr", "a.tif"):
        with open_cube(tmp_path / named) as cube:
            np.testing.assert_array_equal(cube.read_lines(0, LINES), CUBE)
            np.testing.assert_array_equal(cube.wavelengths_nm, NM)
    write_geotiff(tmp_path / "a.tif", CUBE.transpose(2, 0, 1)[:1], **options)
    with pytest.raises(ShapeError, match=r"a\.hdr: says .*\(6, 5, 4\).*a\.tif, has \(6, 5, 1\)"):
        open_cube(tmp_path / "a.hdr")


def test_a_header_of_another_size_beside_a_tiff(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A header that does not describe the TIFF beside it is passed over with a word."""
    write_geotiff(tmp_path / "a.tif", CUBE.transpose(2, 0, 1))
    (tmp_path / "a.tif.hdr").write_text(f"ENVI\n{SIZE.replace('lines = 6', 'lines = 7')}bbl = {{0,1,1,1}}\n", "utf-8")
    with open_cube(tmp_path / "a.tif") as cube:
        assert "bad_bands" not in cube.extra
    assert "passed over" in caplog.text


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("ENVI Spectral Library", "spectral library.*name a scan"),
        ("{ENVI  spectral library}", "spectral library"),
        ("ENVI Meta File", "other files"),
        ("ENVI Virtual Mosaic", "other files"),
        ("TIFF", "a TIFF is needed"),
    ],
)
def test_other_types_of_file_are_named(tmp_path: Path, kind: str, told: str) -> None:
    """What is no raster of plain numbers is refused by what it is."""
    with pytest.raises(DataError, match=told):
        open_cube(write(tmp_path, f"file type = {kind}\n"))


def test_a_type_that_nobody_knows_is_read_by_its_size(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """An unknown file type is plain numbers with a word where the size fits, and refused where it does not."""
    header = write(tmp_path, "file type = Hyper Thing\n")
    np.testing.assert_array_equal(values(header), CUBE)
    assert "Hyper Thing" in caplog.text
    (tmp_path / "a.img").write_bytes(CUBE.tobytes() + b"1")
    with pytest.raises(DataError, match="Hyper Thing"):
        open_cube(header)


PAIRS = [("a", "a.img"), ("a.img", "a.dat"), ("a.raw", "a.dat"), ("a.txt", "a.bin"), ("a.IMG", "a.x")]


@pytest.mark.parametrize(("wrong", "right"), [*PAIRS, *((b, a) for a, b in PAIRS)])
def test_the_file_whose_size_fits_is_taken(tmp_path: Path, wrong: str, right: str) -> None:
    """Of two files that could be the data, the one with just the header's size is, whatever the suffixes."""
    header = write(tmp_path, data=right)
    (tmp_path / wrong).write_bytes(bytes(10_000))
    np.testing.assert_array_equal(values(header), CUBE)
    assert companions(header) == (tmp_path / right,)


@pytest.mark.parametrize(("one", "other"), PAIRS[:4])
def test_two_files_that_fit_are_named(tmp_path: Path, one: str, other: str) -> None:
    """Where the sizes of both fit, or of neither, nothing is guessed: both are named."""
    header = write(tmp_path, data=one)
    for content in (OTHER.tobytes(), None):
        (tmp_path / other).write_bytes(content or bytes(900))
        if content is None:
            (tmp_path / one).write_bytes(bytes(800))
        with pytest.raises(DataError, match="name the data file itself") as caught:
            open_cube(header)
        assert one in str(caught.value)
        assert other in str(caught.value)
    (tmp_path / one).write_bytes(CUBE.tobytes())
    np.testing.assert_array_equal(values(tmp_path / one), CUBE)


LISTS = "wavelength = {450, 550, 650, 850}\nbbl = {1, 0, 1, 1}\nband names = {p, q, r, s}\n" + UTM


@pytest.mark.parametrize("begins", ["=\n", "=\n\n", "=   \n  ", "= \r\n", "=\n\t"])
def test_a_list_may_begin_on_the_next_line(tmp_path: Path, begins: str) -> None:
    """Braces on a line after the equals sign are the field's value; an empty field takes nothing from the next one."""
    with open_cube(write(tmp_path, "sensor type =\ndescription =   \n" + LISTS.replace("= ", begins))) as cube:
        np.testing.assert_array_equal(cube.wavelengths_nm, NM)
        assert cube.extra["bad_bands"] == (1,)
        assert cube.band_names == ("p", "q", "r", "s")
        assert cube.extra["transform"] == UTM_TRANSFORM


def test_underscores_for_blanks(tmp_path: Path) -> None:
    """Names of fields may have underscores for blanks; an offset that is written so is kept."""
    header = write(tmp_path, "header_offset = 160\nwavelength_units = um\nwavelengths = {0.45, 0.55, 0.65, 0.85}\n")
    header.write_text(header.read_text("utf-8").replace("data type", "Data_Type"), "utf-8")
    (tmp_path / "a.img").write_bytes(bytes(160) + CUBE.tobytes())
    with open_cube(header) as cube:
        np.testing.assert_array_equal(cube.read_lines(0, LINES), CUBE)
        np.testing.assert_allclose(cube.wavelengths_nm, NM)


@pytest.mark.parametrize("more", [b"1", bytes(100), bytes(160)])
def test_data_longer_than_the_header_says_are_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, more: bytes
) -> None:
    """Bytes that the header does not account for give a warning with their number and what may be wrong."""
    header = write(tmp_path)
    (tmp_path / "a.img").write_bytes(CUBE.tobytes() + more)
    np.testing.assert_array_equal(values(header), CUBE)
    assert f"{len(more)} bytes more" in caplog.text
    assert "header offset" in caplog.text


@pytest.mark.parametrize(
    ("data", "header"),
    [
        *((f"a{suffix}", "a.hdr") for suffix in (".bin", ".L1R", ".hyspex", ".ref", ".rfl", ".rad", ".Dat", ".txt")),
        ("a.Dat", "a.Hdr"),
        ("A.DAT", "a.hdr"),
        ("a.img", "a.img.HDR"),
        ("a.img", "a.HDR"),
        ("EO1H.2010.L1R", "EO1H.2010.hdr"),
        ("EO1H.L1R", "EO1H.L1R.hdr"),
        ("a.h5", "a.h5.hdr"),
    ],
)
def test_data_of_any_suffix(tmp_path: Path, data: str, header: str) -> None:
    """A header and its data find each other whatever the data's suffix, in letters of any size, named by either."""
    write(tmp_path, data=data, header=header)
    for named in (data, header):
        np.testing.assert_array_equal(values(tmp_path / named), CUBE)
    assert companions(tmp_path / header) == (tmp_path / data,)
    if not data.endswith(".h5"):
        assert companions(tmp_path / data) == (tmp_path / header,)


def test_no_data_beside_a_header(tmp_path: Path) -> None:
    """Where no file of the stem can be the data, those that are there are named with their sizes."""
    header = write(tmp_path, data="a.png")
    (tmp_path / "a.png").write_bytes(b"123")
    with pytest.raises(MissingFileError, match=r"240 bytes.*a\.png \(3 bytes\)"):
        open_cube(header)


@pytest.mark.parametrize(
    "extra",
    [
        "bbl = {1 1 0 1}\n",
        "bbl = {True, True, False, True}\n",
        "bbl = {1.0, 1.0, 0.0, 1.0}\n",
        "bbl = {\n1\n1\n0\n1}\n",
        "bbl = {1, 1, 0, 1,}\n",
    ],
)
def test_bad_bands_in_any_writing(tmp_path: Path, extra: str) -> None:
    """Bad-band lists of other programs: blanks, words, floats, lines."""
    with open_cube(write(tmp_path, extra)) as cube:
        assert cube.extra["bad_bands"] == (2,)


@pytest.mark.parametrize(
    ("extra", "field"),
    [
        ("bbl = {1, 0}\n", "'bbl'"),
        ("bbl = {good, bad, good, good}\n", "'bbl'"),
        ("data ignore value = none\n", "'data ignore value'"),
        ("data ignore value = -1.#IND\n", "'data ignore value'"),
        ("reflectance scale factor = auto\n", "'reflectance scale factor'"),
        ("wavelength = {450, 550}\n", "'wavelength'"),
        ("wavelength = {a, b, c, d}\n", "'wavelength'"),
        ("wavelength = {450, 550, 650, 850}\nwavelength units = furlongs\n", "'furlongs'"),
        ("wavelength = {1, 2, 3, 4}\nwavelength units = Index\n", "'Index'"),
        ("wavelength = {0, 0, 0, 0}\nwavelength units = Nanometers\n", "'wavelength'"),
        ("wavelength = {700, 700, 700, 700}\nwavelength units = Nanometers\n", "'wavelength'"),
        ("class names = {a, b}\nclass lookup = {0, 0, 0, 999, 0, 0}\n", "'class lookup'"),
        ("map info = {nowhere}\n", "'map info'"),
        ("map info = nonsense\n", "'map info'"),
        ("map info = {UTM, 1, 1, east, north, 30, 30, 33, North, WGS-84}\n", "'map info'"),
        ("map info = {UTM, 1, 1, nan, 4e6, 30, 30, 33, North, WGS-84}\n", "'map info'"),
        ("map info = {UTM, 1, 1}\n", "'map info'"),
    ],
)
def test_optional_fields_are_never_fatal(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, extra: str, field: str
) -> None:
    """A field that is not understood is passed over with a warning that names the file and the field."""
    header = write(tmp_path, extra)
    with open_cube(header) as cube:
        np.testing.assert_array_equal(cube.read_lines(0, LINES), CUBE)
        assert cube.nodata is None
        assert cube.wavelengths_nm is None
        assert not {"bad_bands", "class_colours", "transform"} & set(cube.extra)
    said = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert any("a.hdr" in record.getMessage() and field in record.getMessage() for record in said)


@pytest.mark.parametrize("first", ["\ufeffENVI\n", "\nENVI\n", "envi\n", "\ufeff\r\n Envi \r\n", "ENVI \n\n"])
@pytest.mark.parametrize("name", ["UTM", "Gau\u00df-Kr\u00fcger"])
def test_the_ground_of_lenient_headers(tmp_path: Path, first: str, name: str) -> None:
    """Map info is read wherever the header is: marks, blank lines, small letters, names with accents."""
    system = (
        f'coordinate system string = {{PROJCS["{name}",GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,'
        '298.257223563]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],'
        'PARAMETER["latitude_of_origin",0],PARAMETER["central_meridian",15],PARAMETER["scale_factor",0.9996],'
        'PARAMETER["false_easting",500000],PARAMETER["false_northing",0],UNIT["metre",1]]}\n'
    )
    with open_cube(write(tmp_path, UTM + system, first=first)) as cube:
        np.testing.assert_array_equal(cube.read_lines(0, LINES), CUBE)
        assert cube.extra["transform"] == UTM_TRANSFORM
        assert "Transverse" in cube.extra["crs"]


def test_escapes_of_a_header_are_not_passed_on(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Control characters of a header reach neither messages nor names."""
    header = write(tmp_path, "band names = {\x1b[2Ja, b, c, d}\nbbl = {\x1b[31m}\n")
    with open_cube(header) as cube:
        assert cube.band_names[0] == "\\x1b[2Ja"
    assert "\x1b" not in caplog.text
    header.write_text(header.read_text("utf-8").replace("bip", "\x1b[31m"), "utf-8")
    with pytest.raises(SemispectralError) as caught:
        open_cube(header)
    assert "\x1b" not in str(caught.value)


def test_a_classification_with_another_suffix(tmp_path: Path) -> None:
    """Labels too are found by their header, whatever their suffix."""
    codes = np.array([[0, 1], [2, 1]], np.uint8)
    (tmp_path / "c.cls").write_bytes(codes.tobytes())
    (tmp_path / "c.hdr").write_text(
        "ENVI\nsamples = 2\nlines = 2\nbands = 1\ndata_type = 1\nfile type = ENVI Classification\n", "utf-8"
    )
    for name in ("c.cls", "c.hdr"):
        np.testing.assert_array_equal(read_labels(tmp_path / name, shape=(2, 2)), codes)


@pytest.mark.parametrize(
    "name", ["band names = {p, q, r, s", "description = {\n box = {7}\n raw scan", "fwhm = {5, 5, 5, 5"]
)
def test_a_list_without_its_closing_brace_hides_no_other_field(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    """Wavelengths and nodata that follow are read, and the list is named."""
    more = f"{name}\ndata ignore value = -9999\nwavelength units = nm\nwavelength = {{{', '.join(map(str, NM))}}}\n"
    with caplog.at_level(logging.WARNING), open_cube(write(tmp_path, more)) as cube:
        np.testing.assert_array_equal(cube.wavelengths_nm, NM)
        assert cube.nodata == -9999
    if "box" not in name:  # whose first brace is closed
        assert f"the list '{name.partition(' =')[0]}' has no closing brace" in caplog.text


def test_what_looks_like_a_field_inside_a_list_ends_none(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A description may hold equal signs on lines of their own."""
    more = "description = {\n bands = 7\n data ignore value = 3\n box = 8}\ndata ignore value = -1\n"
    with caplog.at_level(logging.WARNING), open_cube(write(tmp_path, more)) as cube:
        assert cube.nodata == -1
    assert "brace" not in caplog.text


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_a_header_in_two_bytes_a_letter(tmp_path: Path, encoding: str) -> None:
    """Editors on Windows save so what they call Unicode, with a mark first."""
    header = write(tmp_path, f"wavelength units = nm\nwavelength = {{{', '.join(map(str, NM))}}}\nnote = Gauß\n")
    text = header.read_text("utf-8")
    header.write_bytes((text if encoding == "utf-16" else "\ufeff" + text).encode(encoding))
    for named in (header, tmp_path / "a.img"):
        np.testing.assert_array_equal(values(named), CUBE)
