"""HDF5: keys, links that leave the file, chunks, scratch copies."""

from pathlib import Path

import h5py
import numpy as np
import pytest

from semispectral.errors import DataError, MissingFileError, ShapeError, UnreadableError
from semispectral.scans.formats import rechunk as scratch
from semispectral.scans.labels.label_files import read_labels
from semispectral.scans.readers import open_cube, read_array

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


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("Data_Ignore_Value", [-9999.0], -9999),
        ("NoData", -1, -1),
        ("NODATA", np.float32(7), 7),
        ("_FillValue", np.array([-32768], np.int16), -32768),
        ("Missing_Value", b"-9999", -9999),
        ("nodata", "5.5", 5.5),
    ],
)
def test_nodata_by_any_name(tmp_path: Path, name: str, value: object, expected: float) -> None:
    """The attribute for nodata is found whatever the writing of its name, as a number or as the text of one."""
    path = write(tmp_path / "a.h5", data=CUBE)
    with h5py.File(path, "a") as file:
        file["data"].attrs[name] = value
    with open_cube(path) as cube:
        assert cube.nodata == expected


@pytest.mark.parametrize("value", ["none", b"n/a", "", h5py.Empty("f4"), np.array([], float)])
def test_a_nodata_that_is_no_number_is_passed_over(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, value: object
) -> None:
    """A text or nothing for nodata leaves the scan readable; a text is said."""
    path = write(tmp_path / "a.h5", data=CUBE)
    with h5py.File(path, "a") as file:
        file["data"].attrs["_FillValue"] = value
    with open_cube(path) as cube:
        assert cube.nodata is None
        np.testing.assert_array_equal(cube.read_lines(0, 4), CUBE)
    assert isinstance(value, h5py.Empty) or "_FillValue" in caplog.text


@pytest.mark.parametrize(("chosen", "expected"), [({"fillvalue": 9999}, 9999), ({"fillvalue": 0}, None), ({}, None)])
def test_the_fill_value_of_the_writer_is_nodata(tmp_path: Path, chosen: dict[str, int], expected: float | None) -> None:
    """HDF5's own fill value is nodata where the writer has set one; 0, which HDF5 itself takes, says nothing."""
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("data", data=CUBE, **chosen)
    with open_cube(tmp_path / "a.h5") as cube:
        assert cube.nodata == expected


def test_wavelengths_that_are_written_as_texts(tmp_path: Path) -> None:
    """An attribute of texts that are numbers is as good as one of numbers."""
    path = write(tmp_path / "a.h5", data=CUBE)
    with h5py.File(path, "a") as file:
        file["data"].attrs["wavelengths"] = ["500.5", "600"]
    with open_cube(path) as cube:
        np.testing.assert_array_equal(cube.wavelengths_nm, [500.5, 600])


def test_wavelengths_that_are_words_are_passed_over(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """An attribute 'wavelengths' of text is said and leaves the scan readable; too few numbers tell of turned axes."""
    path = write(tmp_path / "a.h5", data=CUBE)
    with h5py.File(path, "a") as file:
        file["data"].attrs["wavelengths"] = "see the manual"
    with open_cube(path) as cube:
        assert cube.wavelengths_nm is None
    assert "see the manual" in caplog.text
    with h5py.File(path, "a") as file:
        file["data"].attrs["wavelengths"] = [500.0, 600.0, 700.0]
    with pytest.raises(ShapeError, match=r"\(2\), got 3.*axes"):
        open_cube(path)
    with h5py.File(path, "a") as file:
        file["data"].attrs["wavelengths"] = 633.0  # of a laser
    with open_cube(path) as cube:
        assert cube.wavelengths_nm is None


@pytest.mark.parametrize("storage", [{}, {"chunks": (2, 3, 2)}, {"chunks": (2, 3, 2), "compression": "gzip"}])
def test_a_scan_that_was_never_written_is_refused(tmp_path: Path, storage: dict[str, object]) -> None:
    """A dataset that was created, of whatever size, and never written is no scan."""
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("data", (50_000_000, 3, 2), "u2", **storage)
    with pytest.raises(DataError, match=r"a\.h5: /data must hold values.*none was ever written.*write the scan again"):
        open_cube(tmp_path / "a.h5")


def test_a_scan_that_was_written_in_part_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Chunks that were never written are counted in a warning, and so are labels."""
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("data", (8, 3, 2), "u2", chunks=(2, 3, 2))[:4] = 5
        file.create_dataset("labels", (8, 3), "u1")
    with open_cube(tmp_path / "a.h5"):
        assert "2 of the 4 chunks of /data were never written" in caplog.text
    assert not read_labels(tmp_path / "a.h5", shape=(8, 3)).any()
    assert "/labels was created and never written" in caplog.text


def test_a_scene_of_more_pixels_than_any_is_refused(tmp_path: Path) -> None:
    """Lines and samples that no memory holds are refused by what the header says."""
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("data", (10**11, 3, 2), "u2", chunks=(2, 3, 2))[:2] = 5
        file.create_dataset("labels", (10**7, 10**4), "i4", chunks=(10, 10))[:2, :2] = 1
        file.create_dataset("white", (10**7, 10**4), "f4", chunks=(10, 10))[:2, :2] = 1
    with pytest.raises(ShapeError, match=r"at most \d+ pixels.*100000000000 lines"):
        open_cube(tmp_path / "a.h5")
    with pytest.raises(ShapeError, match=r"\(9, 5\), got \(10000000, 10000\)"):
        read_labels(tmp_path / "a.h5", key="labels", shape=(9, 5))
    with pytest.raises(ShapeError, match=r"white.*at most"):
        read_array(tmp_path / "a.h5", key="white")


def test_a_filter_that_is_not_installed_is_named(tmp_path: Path) -> None:
    """A dataset that is packed by a filter that is not there says which, and how to get it."""
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        settings = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        settings.set_chunk((4, 3, 2))
        settings.set_filter(32099, h5py.h5z.FLAG_OPTIONAL, ())
        space, kind = h5py.h5s.create_simple((4, 3, 2)), h5py.h5t.NATIVE_UINT16
        dataset = h5py.h5d.create(file.id, b"data", kind, space, settings)
        dataset.write_direct_chunk((0, 0, 0), CUBE.tobytes())
    with pytest.raises(UnreadableError, match=r"a\.h5: /data is packed by the HDF5 filter 32099.*hdf5plugin"):
        open_cube(path)


def test_a_wrong_key_among_many_names_a_few(tmp_path: Path) -> None:
    """Of very many datasets a few are named, and the one that is nearest; control characters stay out."""
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        for number in range(3000):
            file.create_dataset(f"cube_{number:04}", data=0)
        file["\x1b[2J\x1b[31mevil"] = CUBE
    with pytest.raises(MissingFileError) as caught:
        open_cube(path, key="/cube2718")
    message = str(caught.value)
    assert "did you mean '/cube_2718'" in message
    assert "and 2993 more" in message
    assert len(message) < 600
    assert "\x1b" not in message
    with pytest.raises(ShapeError) as caught_shape:
        open_cube(path, axes="line,sample,band", key="cube_0001")
    assert "\x1b" not in str(caught_shape.value)


@pytest.mark.parametrize("axis", [0, 1])
def test_wavelengths_on_another_axis_are_refused(tmp_path: Path, axis: int) -> None:
    """NetCDF names its axes: a scan whose bands come first is not read as if they came last."""
    with h5py.File(tmp_path / "s.nc", "w") as file:
        cube = file.create_dataset("cube", data=np.ones((4, 5, 6), np.float32))
        wavelength = file.create_dataset("wavelength", data=np.linspace(1000, 2000, cube.shape[axis]))
        wavelength.make_scale("wavelength")
        wavelength.attrs["units"] = "nm"
        cube.dims[axis].attach_scale(wavelength)
    order = ["line", "sample"]
    order.insert(axis, "band")
    with open_cube(tmp_path / "s.nc", key="cube", axes=",".join(order)) as found:
        assert found.wavelengths_nm is not None
    with pytest.raises(ShapeError, match=rf"has its wavelengths on axis {axis} of .*correct the order of its axes"):
        open_cube(tmp_path / "s.nc", key="cube")
