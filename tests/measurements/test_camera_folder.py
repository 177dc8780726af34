"""A collection in a camera's folder, found by the command, is the collection in its HDF5 files with keys."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import h5py
import numpy as np
import pytest

import tiny_models as tiny
from painted import classified, probabilities
from scene_rows import GOOD, write_scenes
from semispectral.commands.main import main
from semispectral.simulate import SimulateConfig, simulate_scene, write_scene
from semispectral.study.scenes import read_scenes

PROGRAM = Path(__file__).parents[2] / "measurements/soundness/camera_folder.py"


@pytest.fixture(scope="module")
def program() -> ModuleType:
    """The program as a module."""
    spec = importlib.util.spec_from_file_location("camera_folder", PROGRAM)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["camera_folder"] = module
    spec.loader.exec_module(module)
    return module


def test_reflectance_is_the_same_bit_for_bit(
    tmp_path: Path, program: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """References of other lines and half the integration time, with an outlier, give the values of those with keys."""
    settings = SimulateConfig(holes=2, scenes_per_hole=1, lines=48, samples=32, bands=24, runs=2)
    names = {"DH1_1": 0, "DH2_1": 1}
    for name, hole in names.items():
        write_scene(tmp_path / f"{name}.h5", simulate_scene(settings, hole, 0))
    keys = {"white_key": "/hsimage/white", "dark_key": "/hsimage/dark", "pixel_mm": "1.21"}
    rows = [GOOD | keys | {"scene": name, "hole": name[:3], "data": f"{name}.h5"} for name in names]
    write_scenes(tmp_path / "scenes.tsv", *rows)
    given = ["--study", str(tmp_path), "--scenes", "scenes.tsv", "--output", str(tmp_path / "camera")]
    monkeypatch.setattr(sys, "argv", ["camera_folder.py", *given])
    assert program.main() == 0
    said = capsys.readouterr().out
    assert "2 scans: 2 Specim Lumo" in said
    assert "| DH1_1 | 0.0e+00 |" in said
    assert "| DH2_1 | 0.0e+00 |" in said
    scene = read_scenes(tmp_path / "camera/scenes.tsv", data_root=tmp_path / "camera")[0]
    assert (scene.hole, scene.depth_from_m is not None, scene.pixel_mm) == ("DH1", True, 1.21)


def test_maps_are_the_same(tmp_path: Path, program: ModuleType) -> None:
    """A model maps a scan with references in files as it maps the same scan with references under keys."""
    tiny.tiny_bundle(tmp_path / "model", seed=1)
    counts, dark = tiny.tiny_counts(seed=4), np.full(tiny.tiny_counts(seed=4).shape[1:], 7, np.uint16)
    white = (dark + np.linspace(20_001, 30_000, dark.size).reshape(dark.shape)).astype(np.uint16)
    with h5py.File(tmp_path / "scan.h5", "w") as file:
        file["data"], file["nm"], file["white"], file["dark"] = counts, tiny.WAVELENGTHS_NM, white, dark
    frames = {"scan": counts, "white": program._white_frames(white, dark), "dark": np.repeat(dark[None], 5, axis=0)}
    for name, values in frames.items():
        path, times = tmp_path / f"{name}.raw", program.TIME_MS
        program._write_bil(path, [values], values.shape, tiny.WAVELENGTHS_NM, times[name])
    keys = ["--key", "data", "--wavelengths", "nm", "--white-key", "white", "--dark-key", "dark"]
    files = ["--white", str(tmp_path / "white.raw"), "--dark", str(tmp_path / "dark.raw")]
    maps = []
    for scan, options in (("scan.h5", keys), ("scan.raw", files)):
        out = tmp_path / f"map_{scan}"
        given = ["--model", str(tmp_path / "model"), "--out", str(out), "--threads", "1", "--scale", "2.5e-5"]
        assert main(["predict", str(tmp_path / scan), *options, *given]) == 0
        maps.append((probabilities(out), classified(out)))
    for one, other in zip(*maps, strict=True):
        np.testing.assert_array_equal(one, other)
