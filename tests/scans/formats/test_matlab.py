"""MATLAB version 5: fields of structures, sparse labels, and files that unpack to more than they should."""

import struct
import zlib
from pathlib import Path

import h5py
import numpy as np
import pytest
import scipy.io
import scipy.sparse

from semispectral.errors import DataError, MissingFileError, SemispectralError, ShapeError
from semispectral.scans.labels.label_files import read_labels
from semispectral.scans.readers import open_cube, read_array

CUBE = np.random.default_rng(8).integers(0, 9000, (5, 4, 3)).astype(np.uint16)
CODES = np.resize([0, 1, 2], (5, 4)).astype(np.uint8)
NM = np.array([500.0, 600.0, 700.0])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A scan in a structure, as many public scenes are."""
    inner = {"cube": CUBE, "gt": scipy.sparse.csc_matrix(CODES.astype(float)), "bands": {"nm": NM}, "note": "text"}
    content = {"scene": inner, "sparse": scipy.sparse.csc_matrix(CODES.astype(float)), "labels": CODES}
    scipy.io.savemat(tmp_path / "s.mat", content, do_compression=True)
    return tmp_path / "s.mat"


def test_fields_of_structures(path: Path) -> None:
    """``structure/field`` is read in version 5 as it is in 7.3, for data, wavelengths, labels and references."""
    with open_cube(path, key="scene/cube", wavelengths="scene/bands/nm") as cube:
        np.testing.assert_array_equal(cube.read_lines(0, 5), CUBE)
        np.testing.assert_array_equal(cube.wavelengths_nm, NM)
    with h5py.File(path.with_name("new.mat"), "w", userblock_size=512) as file:
        file["scene/cube"] = CUBE.transpose(2, 1, 0)
    with open_cube(path.with_name("new.mat"), key="scene/cube") as cube:
        np.testing.assert_array_equal(cube.read_lines(0, 5), CUBE)
    np.testing.assert_array_equal(read_array(path, key="/scene/cube"), CUBE)


@pytest.mark.parametrize("key", ["sparse", "scene/gt", "labels"])
def test_sparse_labels(path: Path, key: str) -> None:
    """Labels may be stored sparsely: what is not stored is 0."""
    np.testing.assert_array_equal(read_labels(path, key=key, shape=(5, 4)), CODES)
    with pytest.raises(ShapeError, match=r"\(6, 4\), got \(5, 4\)"):
        read_labels(path, key=key, shape=(6, 4))


@pytest.mark.parametrize("codes", [CODES, np.zeros_like(CODES)])
def test_sparse_labels_of_version_7_3(tmp_path: Path, codes: np.ndarray) -> None:
    """Version 7.3 keeps sparse labels as a group, without values where there are none; they are read all the same."""
    stored = scipy.sparse.csc_matrix(codes.astype(float))
    with h5py.File(tmp_path / "s.mat", "w", userblock_size=512) as file:
        group = file.create_group("scene/gt")
        group.attrs["MATLAB_sparse"] = np.uint64(5)
        group["jc"] = stored.indptr.astype(np.uint64)
        if stored.nnz:
            group["data"], group["ir"] = stored.data, stored.indices.astype(np.uint64)
    np.testing.assert_array_equal(read_labels(tmp_path / "s.mat", key="scene/gt", shape=(5, 4)), codes)
    turned = read_labels(tmp_path / "s.mat", key="scene/gt", axes="sample,line", shape=(4, 5))
    np.testing.assert_array_equal(turned, codes.T)
    with pytest.raises(ShapeError, match=r"\(6, 4\), got \(5, 4\)"):
        read_labels(tmp_path / "s.mat", key="scene/gt", shape=(6, 4))


@pytest.mark.parametrize("version", ["5", "7.3"])
def test_sparse_labels_that_lie_are_refused(tmp_path: Path, version: str) -> None:
    """A row beyond the last, which would be written beyond the array, is refused."""
    stored = scipy.sparse.csc_matrix(CODES.astype(float))
    stored.indices[3] = 10**8
    path = tmp_path / "s.mat"
    if version == "5":
        scipy.io.savemat(path, {"gt": stored})
    else:
        with h5py.File(path, "w") as file:
            file.create_group("gt").attrs["MATLAB_sparse"] = np.uint64(5)
            file["gt/jc"], file["gt/data"], file["gt/ir"] = stored.indptr, stored.data, stored.indices
    with pytest.raises(SemispectralError, match=r"s\.mat"):
        read_labels(path, key="gt", shape=(5, 4))


@pytest.mark.parametrize(
    ("key", "error", "told"),
    [
        ("scene", DataError, "got a MATLAB struct; name a field.*scene/field"),
        ("scene/cub", MissingFileError, r"field 'cub' \(fields: cube, gt, bands, note\)"),
        ("scene/cube/deeper", MissingFileError, "field 'deeper'"),
        ("scene/note", DataError, "plain numbers"),
        ("labels/x", DataError, "plain numbers"),
        ("scen", MissingFileError, "holds scene, sparse, labels.*did you mean 'scene'"),
        ("", MissingFileError, "structure/field.*holds scene"),
    ],
)
def test_wrong_keys_name_what_there_is(path: Path, key: str, error: type[Exception], told: str) -> None:
    """A key that leads to no array is answered with the fields or variables that are there."""
    with pytest.raises(error, match=told):
        open_cube(path, key=key)


def write_bomb(path: Path, unpacked: int, *, beside: np.ndarray | None = None) -> None:
    """Write a version 5 file whose variable ``x`` says that it unpacks to so many zeros."""
    scipy.io.savemat(path, {} if beside is None else {"good": beside}, do_compression=True)
    name, flags = struct.pack("<II4s4x", 1, 1, b"x"), struct.pack("<IIII", 6, 8, 9, 0)
    shape = struct.pack("<IIIIII", 5, 12, 1024, 1024, unpacked // 2**20, 0)
    head = flags + shape + name + struct.pack("<II", 2, unpacked)
    packer = zlib.compressobj(9)
    packed = packer.compress(struct.pack("<II", 14, len(head) + unpacked) + head)
    for _ in range(8):  # the rest need not be there
        packed += packer.compress(bytes(2**20))
    packed += packer.flush()
    with path.open("ab") as file:
        file.write(struct.pack("<II", 15, len(packed)) + packed)


def test_a_variable_that_unpacks_to_very_much_more_is_refused(tmp_path: Path) -> None:
    """What a variable says that it unpacks to is looked at before it is read; another one beside it is read."""
    write_bomb(tmp_path / "a.mat", 2**31, beside=CUBE)
    for read in (lambda: open_cube(tmp_path / "a.mat", key="x"), lambda: read_array(tmp_path / "a.mat", key="x")):
        with pytest.raises(DataError, match=r"x takes \d+ bytes and says that it unpacks to 2147\d+"):
            read()
    with open_cube(tmp_path / "a.mat", key="good") as cube:
        np.testing.assert_array_equal(cube.read_lines(0, 5), CUBE)


def test_a_variable_cut_in_its_middle_is_refused(tmp_path: Path) -> None:
    """One that is small enough to be tried, and is cut, ends in our words."""
    write_bomb(tmp_path / "a.mat", 2**26)
    with pytest.raises(SemispectralError, match=r"a\.mat"):
        open_cube(tmp_path / "a.mat", key="x")
