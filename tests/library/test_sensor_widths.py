"""The widths of bands that files and tables state, for the bands that cleaning leaves."""

from pathlib import Path

import h5py
import numpy as np
import pytest
from scipy.io import savemat

from cube_formats import write_envi_header
from scene_rows import GOOD, write_scenes
from semispectral.library.sensor_widths import stated_widths
from semispectral.study.scene import Scene
from semispectral.study.scenes import read_scenes

NM = np.array([2100.0, 2110.0, 2120.0, 2130.0])


def scan(folder: Path, **fields: str) -> Scene:
    """Write a scan of four bands, and return its row."""
    np.ones((2, 2, 4), np.float32).tofile(folder / "box.img")
    numbers = ", ".join(f"{nm / 1e3:.6f}" for nm in NM)
    size = {"lines": 2, "samples": 2, "bands": 4, "data_type": 4, "interleave": "bip", "byte_order": 0}
    axis = {"wavelength_units": "Micrometers", "wavelength": "{" + numbers + "}"}
    write_envi_header(folder / "box.hdr", **size, **axis, **fields)
    row = GOOD | {"data": "box.img", "data_key": "", "axes": "", "wavelengths": "", "labels_key": "", "scale": ""}
    return read_scenes(write_scenes(folder / "scenes.tsv", row), data_root=folder)[0]


def test_widths_are_those_of_the_header(tmp_path: Path) -> None:
    """In nm, whatever the unit of the header; a band that cleaning made has none."""
    scene = scan(tmp_path, fwhm="{0.0051, 0.0052, 0.0053, 0.0054}")
    found = stated_widths(scene, np.array([2130.0, 2115.0, 2100.0]))
    assert found == pytest.approx([5.4, np.nan, 5.1], nan_ok=True)
    assert stated_widths(scene, None) is None


@pytest.mark.parametrize("fields", [{}, {"fwhm": "{0.005, 0.005}"}, {"fwhm": "{wide}"}])
def test_widths_that_are_of_no_use_are_none(fields: dict[str, str], tmp_path: Path) -> None:
    """None stated, too few, or words: the spacing of the bands is taken then."""
    assert stated_widths(scan(tmp_path, **fields), NM) is None


WIDTHS = np.array([5.1, 5.2, 5.3, 5.4])


def hdf5_scan(folder: Path, *, unit: str = "nm", per_unit: float = 1.0, **where: str) -> Scene:
    """Write a scan with its wavelengths as a dataset, and the widths in one of the places that files have them in."""
    with h5py.File(folder / "box.h5", "w") as file:
        file["cube"] = np.ones((2, 2, 4), np.float32)
        file["axes/wavelengths"] = NM / per_unit
        file["axes/wavelengths"].attrs["units"] = unit
        if "attribute" in where:
            file[where["attribute"]].attrs["Full Width Half Max"] = WIDTHS / per_unit
        if "dataset" in where:
            file[where["dataset"]] = WIDTHS / per_unit
        if "short" in where:
            file[where["short"]] = WIDTHS[:2]
    row = GOOD | {
        "data": "box.h5",
        "data_key": "cube",
        "wavelengths": "axes/wavelengths",
        "labels_key": "",
        "scale": "",
    }
    return read_scenes(write_scenes(folder / "scenes.tsv", row), data_root=folder)[0]


@pytest.mark.parametrize("where", [{"attribute": "cube"}, {"attribute": "axes/wavelengths"}, {"dataset": "axes/FWHM"}])
@pytest.mark.parametrize(("unit", "per_unit"), [("nm", 1.0), ("micrometers", 1e3)])
def test_widths_of_an_hdf5_file(tmp_path: Path, where: dict[str, str], unit: str, per_unit: float) -> None:
    """An attribute of the data or of the wavelengths, or a dataset beside these, in the unit of the wavelengths."""
    found = stated_widths(hdf5_scan(tmp_path, unit=unit, per_unit=per_unit, **where), NM)
    assert found == pytest.approx(WIDTHS)


def test_widths_of_an_hdf5_file_that_do_not_fit_are_none(tmp_path: Path) -> None:
    """Another number of them, and none at all."""
    assert stated_widths(hdf5_scan(tmp_path, short="axes/fwhm"), NM) is None
    assert stated_widths(hdf5_scan(tmp_path), NM) is None


@pytest.mark.parametrize("version", ["5", "7.3"])
def test_widths_of_a_matlab_file(tmp_path: Path, version: str) -> None:
    """The variable fwhm beside that of the wavelengths."""
    path = tmp_path / "box.mat"
    if version == "5":
        savemat(path, {"cube": np.ones((2, 2, 4)), "wl": NM, "fwhm": WIDTHS})
    else:
        with h5py.File(path, "w", userblock_size=512) as file:
            file["cube"], file["wl"], file["fwhm"] = np.ones((4, 2, 2)), NM[:, None], WIDTHS[:, None]
        path.write_bytes(b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM" + path.read_bytes()[128:])
    row = GOOD | {"data": "box.mat", "data_key": "cube", "wavelengths": "wl", "labels_key": "", "scale": ""}
    scene = read_scenes(write_scenes(tmp_path / "scenes.tsv", row), data_root=tmp_path)[0]
    assert stated_widths(scene, NM) == pytest.approx(WIDTHS)


@pytest.mark.parametrize(("column", "factor"), [("fwhm_nm", 1.0), ("fwhm_um", 1e-3)])
def test_widths_of_a_table_of_wavelengths(tmp_path: Path, column: str, factor: float) -> None:
    """A second column states them, in its own unit; it stands before what the file of the scan says."""
    np.save(tmp_path / "box.npy", np.ones((2, 2, 4), np.float32))
    rows = [f"{nm:g},{width * factor:g}" for nm, width in zip(NM, WIDTHS, strict=True)]
    (tmp_path / "nm.csv").write_text("\n".join([f"wavelength_nm,{column}", *rows]) + "\n")
    row = GOOD | {"data": "box.npy", "data_key": "", "wavelengths": "nm.csv", "labels_key": "", "scale": ""}
    scene = read_scenes(write_scenes(tmp_path / "scenes.tsv", row), data_root=tmp_path)[0]
    assert stated_widths(scene, NM) == pytest.approx(WIDTHS)


def test_widths_in_another_unit_than_their_file_says_are_none(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Hundredths of a nanometre are no widths of a camera: the spacing is taken, and the log says why."""
    assert stated_widths(scan(tmp_path, fwhm="{0.000005, 0.000005, 0.000005, 0.000005}"), NM) is None
    assert "passed over" in caplog.text
