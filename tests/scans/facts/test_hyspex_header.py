"""Raw HySpex files: integration time and dark frame of the binary header."""

from pathlib import Path

import numpy as np
import pytest

from cube_formats import write_envi_header
from semispectral.errors import MissingFileError, UnreadableError
from semispectral.scans.facts.hyspex_header import FIXED, read_background
from semispectral.scans.readers import open_cube, open_reference

LINES, SAMPLES, BANDS = 4, 3, 5
COUNTS = np.arange(LINES * SAMPLES * BANDS, dtype="<u2").reshape(LINES, SAMPLES, BANDS)
BACKGROUND = np.arange(SAMPLES * BANDS, dtype=float).reshape(SAMPLES, BANDS)


def write_hyspex(path: Path, counts: np.ndarray, background: np.ndarray, *, microseconds: int) -> Path:
    """Write a raw file: the fixed header, wavelengths, efficiency, response, dark frame, and counts by lines."""
    samples, bands = background.shape
    fixed = np.zeros(1, FIXED)
    fixed["word"], fixed["serial_number"] = b"HYSPEX", 3189
    fixed["bands"], fixed["samples"] = bands, samples
    fixed["integration_time_us"], fixed["background_present"] = microseconds, 1
    tables = [np.linspace(1000, 2500, bands), np.ones(bands), np.ones((bands, samples)), background.T]
    head = fixed.tobytes() + b"".join(table.astype("<f8").tobytes() for table in tables)
    path.write_bytes(head + counts.transpose(0, 2, 1).astype("<u2").tobytes())
    shape = {"samples": samples, "lines": len(counts), "bands": bands, "header_offset": len(head)}
    write_envi_header(path.with_suffix(".hdr"), **shape, data_type=12, interleave="bil", byte_order=0)
    return path


def test_time_and_dark_frame_of_the_header(tmp_path: Path) -> None:
    """The counts come from the ENVI header, time and dark frame from the binary one."""
    path = write_hyspex(tmp_path / "a_raw.hyspex", COUNTS, BACKGROUND, microseconds=7831)
    with open_cube(path) as cube, open_reference(path, key="background", axes="line,sample,band") as dark:
        np.testing.assert_array_equal(cube.read_lines(0, LINES), COUNTS)
        assert str(cube.extra["integration_time"]) == "7831 us"
        np.testing.assert_array_equal(dark.read_lines(0, 1)[0], BACKGROUND)


def test_what_the_file_does_not_hold(tmp_path: Path) -> None:
    """A wrong key and a cut file are named."""
    path = write_hyspex(tmp_path / "a_raw.hyspex", COUNTS, BACKGROUND, microseconds=0)
    with pytest.raises(MissingFileError, match="'white' is needed, but this file has 'background'"):
        read_background(path, key="white")
    path.write_bytes(path.read_bytes()[: FIXED.itemsize + 100])
    with pytest.raises(UnreadableError, match="the file is cut"):
        read_background(path, key="background")
