"""One contract for every format: the same scene in, byte-identical blocks and labels out."""

from pathlib import Path

import numpy as np
import pytest

from cube_formats import FORMATS, Written
from semispectral.errors import MissingFileError, ShapeError
from semispectral.scans.labels.label_files import read_labels
from semispectral.scans.readers import open_cube

LINES, SAMPLES, BANDS = 23, 7, 6
DTYPES = ("uint16", "int16", "float32")


def scene(dtype: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A cube, its codes and its wavelengths in nm."""
    random = np.random.default_rng(20140)
    cube = random.integers(0, 30_000, (LINES, SAMPLES, BANDS)).astype(dtype)
    codes = random.choice([0, 1, 7, 42, 100, 255], (LINES, SAMPLES)).astype(np.int32)
    return cube, codes, np.linspace(1000.0, 2500.0, BANDS)


@pytest.fixture(params=FORMATS)
def written(request: pytest.FixtureRequest, tmp_path: Path) -> Written:
    return FORMATS[request.param](tmp_path, *scene("uint16"))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", FORMATS)
def test_values_and_dtype_are_those_written(name: str, dtype: str, tmp_path: Path) -> None:
    """Every format gives back the cube byte for byte, in its own dtype and the machine's byte order."""
    cube, codes, wavelengths_nm = scene(dtype)
    written = FORMATS[name](tmp_path, cube, codes, wavelengths_nm)
    with open_cube(written.path, **written.options) as opened:
        expected = written.held(cube)
        assert (opened.shape, opened.dtype) == (expected.shape, expected.dtype)
        values = opened.read_lines(0, LINES)
    assert values.dtype == expected.dtype
    assert values.tobytes() == expected.tobytes()


@pytest.mark.parametrize("max_bytes", [1, 1000, 10**9])
def test_blocks_cover_the_scene_whatever_their_size(written: Written, max_bytes: int) -> None:
    """Blocks follow one another without gap or overlap, and are multiples of the file's chunks."""
    with open_cube(written.path, **written.options) as opened:
        blocks = list(opened.blocks(max_bytes=max_bytes))
        assert all(first % opened.chunk_lines == 0 for first, _ in blocks)
    assert np.concatenate([values for _, values in blocks]).tobytes() == written.held(scene("uint16")[0]).tobytes()
    assert all(values.flags.c_contiguous for _, values in blocks)


def test_wavelengths_arrive_in_nanometres(written: Written) -> None:
    """A format that can hold wavelengths gives them in nm, whatever their unit in the file."""
    with open_cube(written.path, **written.options) as opened:
        if written.has_wavelengths:
            np.testing.assert_allclose(opened.wavelengths_nm, scene("uint16")[2], rtol=1e-6)
        else:
            assert opened.wavelengths_nm is None


def test_labels_are_int32_codes(written: Written) -> None:
    """Labels come back as the codes that were written, whatever dtype held them."""
    expected = written.held(scene("uint16")[1])
    codes = read_labels(written.labels, **written.label_options, shape=expected.shape)
    assert codes.dtype == np.int32
    np.testing.assert_array_equal(codes, expected)


def test_labels_of_another_shape_are_refused(written: Written) -> None:
    """Labels that do not lie over the data are refused, with both shapes in the message; polygons fit any raster."""
    if written.labels.suffix == ".shp":
        assert read_labels(written.labels, **written.label_options, shape=(LINES + 1, SAMPLES))[LINES].sum() == 0
        return
    samples = written.samples or SAMPLES
    with pytest.raises(ShapeError, match=rf"\(24, {samples}\).*\(23, {samples}\)"):
        read_labels(written.labels, **written.label_options, shape=(LINES + 1, samples))


def test_wavelengths_from_a_table(written: Written, tmp_path: Path) -> None:
    """A table of wavelengths serves every format, and goes before what the file says."""
    table = tmp_path / "bands.csv"
    table.write_text("band,wavelength_um\n" + "".join(f"{i},{1 + i / 10}\n" for i in range(BANDS)), encoding="utf-8")
    with open_cube(written.path, **{**written.options, "wavelengths": str(table)}) as opened:
        np.testing.assert_allclose(opened.wavelengths_nm, 1000 + 100 * np.arange(BANDS))


def test_a_missing_file_is_named(written: Written) -> None:
    """A path with nothing behind it is a missing file, for data and for labels."""
    gone = written.path.with_name("gone" + written.path.suffix)
    with pytest.raises(MissingFileError, match="gone"):
        open_cube(gone, **written.options)
    with pytest.raises(MissingFileError, match="gone"):
        read_labels(gone.with_suffix(written.labels.suffix), **written.label_options, shape=(LINES, SAMPLES))


def test_a_closed_file_can_be_removed(written: Written) -> None:
    """After the block the file is released."""
    with open_cube(written.path, **written.options) as opened:
        opened.read_lines(0, 1)
    written.path.unlink()
    assert not written.path.exists()
