"""Faults of the detector: what is put into a scan is found, and undone; what is not there is not found."""

from pathlib import Path

import numpy as np
import pytest

from semispectral.errors import DataError
from semispectral.scans.readers import open_scene
from semispectral.simulate import SimulateConfig, simulate_scene
from semispectral.spectra.cleaned_scans import open_cleaned
from semispectral.spectra.cleaning_settings import CleanConfig
from semispectral.spectra.detector_faults import estimate_smile, estimate_stripes, undo_smile
from semispectral.spectra.scene_sensor import sensor_for
from semispectral.study.classes import CodeSet
from semispectral.study.scene import Scene

LINES, SAMPLES, BANDS = 96, 40, 60
ACROSS = np.linspace(-1, 1, SAMPLES)
ALL = np.ones(BANDS, bool)


def spectrum(place: np.ndarray) -> np.ndarray:
    """A rock's reflectance at places along the bands: a slope and three absorptions."""
    depths = ((0.4, 15.0, 3.0), (0.25, 32.0, 5.0), (0.3, 47.0, 2.5))
    return (0.5 + 0.002 * place) * np.prod(
        [1 - d * np.exp(-(((place - at) / wide) ** 2)) for d, at, wide in depths], axis=0
    )


def scan_of(shift: np.ndarray, *, noise: float, light: float = 0.2, seed: int = 1) -> np.ndarray:
    """A scan [line, sample, band] whose samples see shifted bands, with brightness that varies from pixel to pixel."""
    random = np.random.default_rng(seed)
    seen = spectrum(np.arange(BANDS) + shift[:, None])
    lit = np.exp(light * random.standard_normal((LINES, SAMPLES, 1)))
    return seen * lit * (1 + noise * random.standard_normal((LINES, SAMPLES, BANDS)))


@pytest.mark.parametrize(("tilt", "bend"), [(0.0, 0.8), (-0.5, 0.3)])
def test_the_smile_that_is_there_is_found_and_undone(tmp_path: Path, tilt: float, bend: float) -> None:
    """Shift of every sample to a twentieth of a band; undone, all samples see the bands of the middle."""
    shift = tilt * ACROSS + bend * ACROSS**2
    found = estimate_smile([scan_of(shift, noise=0.01)], bands=ALL)
    np.testing.assert_allclose(found.shift, shift, atol=0.05)
    assert found.is_seen
    seen = spectrum(np.arange(BANDS) + shift[:, None]).astype(np.float32)
    undone = undo_smile(seen, shift=shift, wavelengths_nm=None)
    straight = spectrum(np.arange(BANDS) * np.ones((SAMPLES, 1)))
    inner = slice(3, -3)
    assert np.abs(undone - straight)[:, inner].max() < 0.03 * np.abs(seen - straight)[:, inner].max()


def test_a_smile_that_is_not_there_is_not_undone() -> None:
    """Without a smile none is seen above the error."""
    assert not estimate_smile([scan_of(np.zeros(SAMPLES), noise=0.02)], bands=ALL).is_seen


@pytest.mark.parametrize("smile", [0.0, 1.0])
def test_the_smile_of_the_simulator(smile: float) -> None:
    """On core whose minerals change from pixel to pixel the shift is right to a tenth of a band."""
    scene = simulate_scene(SimulateConfig(seed=7, smile_bands=smile, bands=134), 0, 0)
    signal = scene.white.astype(float) - scene.dark
    with np.errstate(divide="ignore", invalid="ignore"):
        reflectance = np.where(signal > 0, (scene.counts - scene.dark.astype(float)) / signal, np.nan)
    found = estimate_smile([reflectance], bands=np.ones(134, bool))
    truth = smile * np.linspace(-1, 1, signal.shape[0]) ** 2
    assert np.sqrt(np.mean((found.shift - truth) ** 2)) < 0.1
    assert found.is_seen == (smile > 0)


def test_bands_do_not_move_across_a_gap() -> None:
    """Where bands were left out, those beside the gap are not mixed with those behind it."""
    nm = np.r_[np.arange(1000, 1100, 10), np.arange(1500, 1600, 10)].astype(float)
    x = np.r_[np.ones(10), np.full(10, 5.0)][None].astype(np.float32)
    moved = undo_smile(x, shift=np.array([0.4]), wavelengths_nm=nm)
    np.testing.assert_allclose(moved, x, atol=1e-6)


def test_stripes_are_found_where_they_are() -> None:
    """Odd elements are found; everywhere else, also at the edges of core and on a dark column, the factor is 1."""
    scan = scan_of(np.zeros(SAMPLES), noise=0.005, light=0.05)
    scan[:, 30:] *= 0.2
    scan[:, 20] *= 0.7
    scan[:, 12, ::4] *= 1.06
    scan[:, 25, 30] *= 1.02
    factor = estimate_stripes([scan], threshold=4.0)
    assert factor[12, ::4].mean() == pytest.approx(1.06, abs=0.01)
    assert factor[25, 30] == pytest.approx(1.02, abs=0.004)
    others = np.delete(factor, 12, axis=0)
    others[24, 30] = 1
    assert (others != 1).mean() < 0.01


def write_scene(folder: Path, scan: np.ndarray) -> Scene:
    """A scan as a NumPy file with a table of wavelengths."""
    np.save(folder / "a.npy", np.round(scan * 10_000).astype(np.uint16))
    (folder / "nm.csv").write_text("wavelength_nm\n" + "\n".join(f"{1000 + 10 * band}" for band in range(BANDS)))
    none = CodeSet(())
    place = (folder / "a.npy", "", folder / "a.npy", "", "line,sample,band", str(folder / "nm.csv"))
    return Scene("a", "h", *place, 1e-4, None, none, none)


def test_cleaning_undoes_what_it_finds(tmp_path: Path) -> None:
    """The steps smile and stripes bring the mean spectra of all samples together; a range without bands is refused."""
    scan = scan_of(0.8 * ACROSS**2, noise=0.002)
    scan[:, 25, 30] *= 1.1
    scene = write_scene(tmp_path, scan)

    def spread(*steps: str) -> float:
        with open_cleaned(scene, CleanConfig(steps=steps)) as cube:
            shape = np.log(cube.read_lines(0, LINES).astype(float)).mean(axis=0)
        return float((shape - shape.mean(axis=1, keepdims=True)).std(axis=0)[3:-3].max())

    assert spread("stripes", "smile") < 0.1 * spread()
    with open_scene(scene) as cube, pytest.raises(DataError, match="at least 9 bands of the scan, got 3"):
        sensor_for(scene, cube, CleanConfig(steps=("smile",), smile_ranges_nm=((1000.0, 1025.0),)))
