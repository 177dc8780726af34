"""Formats: known by their first bytes, whatever the file is called; what is none is named, with what to do."""

import os
from pathlib import Path

import h5py
import numpy as np
import pytest
import scipy.io
from PIL import Image

from cube_formats import write_geotiff
from semispectral.errors import DataError, SemispectralError, UnreadableError
from semispectral.scans.labels.label_files import read_labels
from semispectral.scans.readers import open_cube, read_array

CUBE = np.random.default_rng(5).integers(0, 9000, (5, 4, 3)).astype(np.int16)
CODES = np.resize([0, 1, 2], (5, 4)).astype(np.uint8)


def write_hdf5(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file["cube"], file["labels"] = CUBE, CODES


def write_tiff(path: Path) -> None:
    write_geotiff(path, CUBE.transpose(2, 0, 1))


def write_bigtiff(path: Path) -> None:
    write_geotiff(path, CUBE.transpose(2, 0, 1), BIGTIFF="YES")


def write_npy(path: Path) -> None:
    with path.open("wb") as file:
        np.save(file, CUBE)


def write_mat(path: Path) -> None:
    with path.open("wb") as file:
        scipy.io.savemat(file, {"cube": CUBE, "labels": CODES})


WRITERS = {
    write_hdf5: (".he5", ".nc", ".nc4", ".H5E", ".dat", ".hsi", ""),
    write_tiff: (".gtiff", ".btf", ".TIFF", ".img", ".geo", ""),
    write_bigtiff: (".btf", ".tf8"),
    write_npy: (".array", ".dat"),
    write_mat: (".m5", ".data"),
}


@pytest.mark.parametrize(
    ("write", "suffix"), [pytest.param(w, s, id=f"{w.__name__}-{s}") for w, all_of in WRITERS.items() for s in all_of]
)
def test_a_scan_is_read_whatever_its_suffix(write: object, suffix: str, tmp_path: Path) -> None:
    """The first bytes say what a file is: PRISMA's .he5, EMIT's .nc, and names that nobody knows."""
    path = tmp_path / f"scan{suffix}"
    write(path)  # type: ignore[operator]
    with open_cube(path, key="cube" if write in (write_hdf5, write_mat) else "") as cube:
        np.testing.assert_array_equal(cube.read_lines(0, 5), CUBE)


@pytest.mark.parametrize("suffix", [".he5", ".nc", ".labels"])
def test_labels_and_arrays_too(suffix: str, tmp_path: Path) -> None:
    """Labels and references are found in the same way."""
    write_hdf5(tmp_path / f"a{suffix}")
    np.testing.assert_array_equal(read_labels(tmp_path / f"a{suffix}", key="labels", shape=(5, 4)), CODES)
    np.testing.assert_array_equal(read_array(tmp_path / f"a{suffix}", key="labels"), CODES)
    with (tmp_path / f"png{suffix}").open("wb") as file:
        Image.fromarray(CODES).save(file, "PNG")
    np.testing.assert_array_equal(read_labels(tmp_path / f"png{suffix}", shape=(5, 4)), CODES)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.hdf", b"\x0e\x03\x13\x01" + bytes(99), "HDF4.*h4toh5"),
        ("a.nc", b"CDF\x01" + bytes(99), "NetCDF of the classic kind.*nccopy"),
        ("a.zip", b"PK\x03\x04" + bytes(99), "ZIP archive or a workbook; unpack"),
        ("a.img.gz", b"\x1f\x8b\x08" + bytes(99), "gunzip"),
        ("a.img", b"EHFA_HEADER_TAG" + bytes(99), "ERDAS"),
        ("a.jp2", b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000"),
        (
            "a.xyz",
            b"1 2 3\n",
            r"known format, HDF5 \(\.h5.*ENVI header beside it; got '\.xyz', which begins with b'1 2 3",
        ),
        ("a.png", b"\x89PNG\r\n\x1a\n", "can only be labels"),
    ],
)
def test_other_formats_are_named(tmp_path: Path, name: str, content: bytes, told: str) -> None:
    """A format that is met and not read is called by its name, with what makes it one that is."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=rf"{name}.*{told}"):
        open_cube(tmp_path / name)


@pytest.mark.parametrize("name", ["a.h5", "a.mat", "a.img", "a.tif", "a.npy", "a.hdr", "a.png", "a.gpkg", "a"])
def test_a_pipe_is_no_file(tmp_path: Path, name: str) -> None:
    """A pipe, which would be waited for, and a device, which is endless, are refused by any name."""
    os.mkfifo(tmp_path / name)
    (tmp_path / f"device_{name}").symlink_to("/dev/zero")
    for path in (tmp_path / name, tmp_path / f"device_{name}"):
        with pytest.raises(UnreadableError, match="a pipe, a socket or a device"):
            open_cube(path)
        with pytest.raises(UnreadableError, match="a pipe, a socket or a device"):
            read_labels(path, shape=(5, 4))


def test_a_pipe_as_table_or_beside_a_header(tmp_path: Path) -> None:
    """A pipe is no table of wavelengths, and no data of a header."""
    write_npy(tmp_path / "a.npy")
    os.mkfifo(tmp_path / "w.csv")
    with pytest.raises(UnreadableError, match="a pipe, a socket or a device"):
        open_cube(tmp_path / "a.npy", wavelengths=str(tmp_path / "w.csv"))
    (tmp_path / "b.hdr").write_text("ENVI\nlines = 1\nsamples = 1\nbands = 1\ndata type = 1\n", "utf-8")
    os.mkfifo(tmp_path / "b.img")
    with pytest.raises(SemispectralError, match="there are none"):
        open_cube(tmp_path / "b.hdr")
