"""HDF5: keys, links that leave the file, chunks, scratch copies."""

from pathlib import Path

import h5py
import numpy as np
import pytest

from semispectral.errors import DataError, MissingFileError
from semispectral.io import open_cube, scratch
from semispectral.io.label_files import read_labels

CUBE = np.arange(4 * 3 * 2, dtype=np.uint16).reshape(4, 3, 2)


def write(path: Path, **datasets: np.ndarray) -> Path:
    with h5py.File(path, "w") as file:
        for name, values in datasets.items():
            file[name] = values
    return path


def test_the_only_cube_needs_no_key(tmp_path: Path) -> None:
    """Where one dataset alone has three axes, it is found without a key."""
    path = write(tmp_path / "a.h5", data=CUBE, labels=np.zeros((4, 3), np.uint8))
    with open_cube(path) as cube:
        assert cube.shape == (4, 3, 2)
    assert read_labels(path, shape=(4, 3)).sum() == 0


def test_two_cubes_need_a_key(tmp_path: Path) -> None:
    """Where two datasets could be meant, both are named and neither is taken."""
    path = write(tmp_path / "a.h5", one=CUBE, two=CUBE)
    with pytest.raises(MissingFileError, match="/one, /two"):
        open_cube(path)


def test_a_wrong_key_lists_the_right_ones(tmp_path: Path) -> None:
    """A key that is not there is answered with those that are."""
    path = write(tmp_path / "a.h5", data=CUBE)
    with pytest.raises(MissingFileError, match=r"'/hsimage/data'.*/data"):
        open_cube(path, key="/hsimage/data")


@pytest.mark.parametrize("key", ["linked", "group/data", "soft", "soft_group/data", "ring"])
def test_links_out_of_the_file_are_refused(tmp_path: Path, key: str) -> None:
    """An external link is refused wherever it stands on the way: last, in the middle, behind a soft link."""
    other = write(tmp_path / "other.h5", data=CUBE)
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file["linked"] = h5py.ExternalLink(str(other), "/data")
        file["group"] = h5py.ExternalLink(str(other), "/")
        file["soft"] = h5py.SoftLink("/linked")
        file["soft_group"] = h5py.SoftLink("/group")
        file["ring"] = h5py.SoftLink("/ring")
    with pytest.raises(DataError, match=r"external link|ring"):
        open_cube(path, key=key)


def test_soft_links_inside_the_file_are_followed(tmp_path: Path) -> None:
    """A soft link, also a relative one in a group, is as good as the dataset."""
    path = write(tmp_path / "a.h5", **{"group/data": CUBE})
    with h5py.File(path, "a") as file:
        file["group/alias"] = h5py.SoftLink("data")
        file["door"] = h5py.SoftLink("/group")
    with open_cube(path, key="door/alias") as cube:
        np.testing.assert_array_equal(cube.read_lines(0, 4), CUBE)


def test_virtual_datasets_may_not_point_outside(tmp_path: Path) -> None:
    """A virtual dataset of another file is refused; one of the same file is read."""
    other = write(tmp_path / "other.h5", data=CUBE)
    path = write(tmp_path / "a.h5", data=CUBE)
    with h5py.File(path, "a") as file:
        for name, source in (("outside", str(other)), ("inside", ".")):
            layout = h5py.VirtualLayout(shape=CUBE.shape, dtype=CUBE.dtype)
            layout[:] = h5py.VirtualSource(source, "data", shape=CUBE.shape)
            file.create_virtual_dataset(name, layout)
    with pytest.raises(DataError, match=r"virtual dataset.*other\.h5"):
        open_cube(path, key="outside")
    with open_cube(path, key="inside") as cube:
        np.testing.assert_array_equal(cube.read_lines(0, 4), CUBE)


def test_raw_data_in_another_file_is_refused(tmp_path: Path) -> None:
    """HDF5's external storage would read any file on the machine; it is refused."""
    raw = tmp_path / "raw.bin"
    raw.write_bytes(CUBE.tobytes())
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("data", CUBE.shape, CUBE.dtype, external=[(str(raw), 0, CUBE.nbytes)])
    with pytest.raises(DataError, match=r"raw\.bin"):
        open_cube(path, key="data")


def test_blocks_follow_the_chunks(tmp_path: Path) -> None:
    """A block is a multiple of the chunk's height, so that each chunk is decompressed once."""
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("data", data=np.zeros((40, 3, 2), np.uint16), chunks=(8, 3, 2))
    with open_cube(path) as cube:
        assert [first for first, _ in cube.blocks(max_bytes=20 * 12)] == [0, 16, 32]


@pytest.mark.parametrize(
    ("order", "chunks"),
    [("line,sample,band", (40, 2, 2)), ("band,sample,line", None), ("band,sample,line", (2, 4, 40))],
)
def test_a_layout_that_fights_with_lines_is_copied_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, order: str, chunks: tuple[int, ...] | None
) -> None:
    """Chunks over all lines are read once into a scratch file, and the blocks of that are the same values."""
    monkeypatch.setattr(scratch, "LARGEST_SLAB", 300)
    values = np.random.default_rng(3).integers(0, 65535, (40, 5, 4)).astype(np.uint16)
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        axes = [("line", "sample", "band").index(name) for name in order.split(",")]
        file.create_dataset("data", data=values.transpose(axes), chunks=chunks)
    with open_cube(path, axes=order) as cube:
        assert cube.chunk_lines == 1
        blocks = np.concatenate([block for _, block in cube.blocks(max_bytes=200)])
    assert blocks.tobytes() == values.tobytes()


def test_nodata_and_wavelengths_of_attributes(tmp_path: Path) -> None:
    """Attributes of the dataset give nodata and wavelengths where the table of scenes gives none."""
    path = write(tmp_path / "a.h5", data=CUBE)
    with h5py.File(path, "a") as file:
        file["data"].attrs.update(nodata=7, wavelengths=[1.1, 2.2], units="micrometers")
    with open_cube(path) as cube:
        assert cube.nodata == 7
        np.testing.assert_allclose(cube.wavelengths_nm, [1100, 2200])
