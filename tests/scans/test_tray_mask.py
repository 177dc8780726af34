"""Tray and shadow: dark pixels without specks; labels win over the rule."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.cluster.vq import kmeans2

from semispectral.census.count import census
from semispectral.errors import ConfigError
from semispectral.pool.pixel_ranks import scene_labels
from semispectral.scans.cube import Cube
from semispectral.scans.facts.stated_values import as_values
from semispectral.scans.readers import open_scene
from semispectral.scans.tray_mask import MaskConfig, find_mask, otsu, shows_tray, without_specks
from semispectral.simulate import SimulateConfig, simulate_scene
from semispectral.study.classes import IGNORED, MASKED, UNLABELLED, ClassMap, CodeSet
from semispectral.study.scene import Scene

LINES, SAMPLES, BANDS = 30, 20, 6
CORE = np.zeros((LINES, SAMPLES), bool)
CORE[:, 5:15] = True
CLASSES = ClassMap((1,), ("talc",), ("#00ff00",))


def values_of(core: np.ndarray) -> np.ndarray:
    """Counts of 1000 on the tray and 20 000 on core, with noise."""
    noise = np.random.default_rng(3).integers(0, 500, (LINES, SAMPLES, BANDS))
    return (np.where(core, 20_000, 1000)[:, :, None] + noise).astype(np.uint16)


def cube_of(values: np.ndarray, nodata: float | None = None) -> Cube:
    return Cube(Path("s.npy"), values.shape, values.dtype, lambda first, last: values[first:last], nodata=nodata)


@pytest.mark.parametrize("method", ["threshold", "otsu"])
def test_the_tray_is_masked_and_specks_are_not_seen(method: str) -> None:
    """Dark minerals inside the core stay core, bright dust on the tray stays tray."""
    seen = CORE.copy()
    seen[10:12, 8:10] = False
    seen[3, 2] = True
    settings = MaskConfig(method=method, darker_than=0.2, smallest=10, holes=10)
    np.testing.assert_array_equal(find_mask(cube_of(values_of(seen)), scale=2e-5, settings=settings), ~CORE)


def test_nothing_is_masked_unless_asked() -> None:
    """The rule is off by default."""
    assert not find_mask(cube_of(values_of(CORE)), scale=2e-5, settings=MaskConfig()).any()


def test_pixels_without_data_are_not_judged() -> None:
    """Nodata is nodata, not shadow."""
    values = values_of(CORE)
    values[0] = 0
    cube = as_values(cube_of(values, nodata=0), scale=2e-5)
    found = find_mask(cube, scale=2e-5, settings=MaskConfig(method="threshold", darker_than=0.2))
    assert not found[0].any()
    np.testing.assert_array_equal(found[1:], ~CORE[1:])


def test_otsu_is_two_means() -> None:
    """In one dimension the threshold of Otsu parts values as k-means with two centres does."""
    random = np.random.default_rng(4)
    values = np.concatenate([random.normal(1, 0.3, 500), random.normal(4, 0.5, 300)])
    _, nearest = kmeans2(values[:, None], np.array([[1.0], [4.0]]), minit="matrix")
    wrong = (values > otsu(values)) != (nearest == 1)
    assert wrong.sum() <= 2


def test_sizes_of_pieces() -> None:
    """A piece stays from its smallest size on; a hole is filled up to its largest."""
    bright = np.zeros((7, 7), bool)
    bright[1:6, 1:6] = True
    bright[3, 3] = False
    filled = bright.copy()
    filled[3, 3] = True
    np.testing.assert_array_equal(without_specks(bright, smallest=24, holes=1), filled)
    np.testing.assert_array_equal(without_specks(bright, smallest=24, holes=0), bright)
    assert not without_specks(bright, smallest=25, holes=1).any()


def test_the_census_carries_the_mask_and_labels_win(tmp_path: Path) -> None:
    """Masked pixels are ignored from the census on, counted under their name; a labelled pixel is never masked."""
    codes = np.zeros((LINES, SAMPLES), np.uint8)
    codes[4:8, 0:3] = 1
    np.save(tmp_path / "s.npy", values_of(CORE))
    np.save(tmp_path / "l.npy", codes)
    use, ignore = CodeSet(((1, 99),)), CodeSet(())
    files = (tmp_path / "s.npy", "", tmp_path / "l.npy", "")
    scene = Scene("s", "h", *files, "line,sample,band", "none", 2e-5, None, use, ignore)
    with open_scene(scene) as cube:
        core = ~find_mask(cube, scale=scene.factor, settings=MaskConfig(method="otsu"))
    found = census(scene, CLASSES, core=core)
    np.testing.assert_array_equal(found.codes == MASKED, ~CORE & (codes == 0))
    assert found.pixels("ignored") == int((~CORE & (codes == 0)).sum())
    label = scene_labels(found.codes, CLASSES, use=use, ignore=ignore)
    np.testing.assert_array_equal(label, np.where(codes == 1, 0, np.where(CORE, UNLABELLED, IGNORED)))
    assert replace(found, codes=codes).pixels("class") == 12


@pytest.mark.parametrize("wrong", [{"method": "guess"}, {"darker_than": 0}, {"smallest": -1}, {"holes": -1}])
def test_wrong_settings(wrong: dict[str, object]) -> None:
    """Each setting has its range."""
    with pytest.raises(ConfigError, match="mask"):
        MaskConfig(**wrong)


def tray_of_dark_core() -> tuple[Cube, np.ndarray]:
    """Two runs, one of bright and one of dark rock, in a tray between them in brightness, with a wooden block."""
    random = np.random.default_rng(5)
    lines, samples, bands = 120, 40, 16
    place = np.linspace(0, 1, bands)
    tray, wood = 0.12 + 0.05 * place, 0.5 - 0.2 * place
    rocks = {
        "bright": 0.6 - 0.25 * np.exp(-(((place - 0.7) / 0.08) ** 2)),
        "dark": 0.1 - 0.06 * np.exp(-(((place - 0.4) / 0.1) ** 2)),
    }
    spectra = np.broadcast_to(tray, (lines, samples, bands)).copy()
    core = np.zeros((lines, samples), bool)
    core[3:-3, 4:15], core[3:-3, 24:35] = True, True
    spectra[:, :20][core[:, :20]] = rocks["bright"]
    spectra[:, 20:][core[:, 20:]] = rocks["dark"]
    spectra[:40, 24:35] = rocks["bright"]  # the second run is bright above and dark below
    spectra[70:76, 2:17], core[70:76, 2:17] = wood, False
    core[:3], core[-3:] = False, False
    spectra[:3], spectra[-3:] = tray, tray
    values = (spectra * (1 + 0.03 * random.standard_normal(spectra.shape))).astype(np.float32)
    return Cube(Path("tray.npy"), values.shape, values.dtype, lambda first, last: values[first:last]), core


def test_dark_core_is_no_tray_and_a_block_is_no_core() -> None:
    """By spectra nearly all core is kept, and the block is left out; by brightness the dark rock is lost."""
    cube, core = tray_of_dark_core()

    def overlap(method: str) -> float:
        kept = ~find_mask(cube, scale=1.0, settings=MaskConfig(method=method))  # type: ignore[arg-type]
        return float((kept & core).sum() / (kept | core).sum())

    assert overlap("otsu") < 0.75
    assert overlap("spectra") > 0.95


def test_without_columns_of_both_kinds_brightness_decides() -> None:
    """A scan without tray beside the core is masked as by otsu."""
    cube, _ = tray_of_dark_core()
    whole = cube.read_lines(0, 120)[:, 4:15]
    inner = Cube(Path("core.npy"), whole.shape, whole.dtype, lambda first, last: whole[first:last])
    masks = [find_mask(inner, scale=1.0, settings=MaskConfig(method=method)) for method in ("otsu", "spectra")]
    np.testing.assert_array_equal(*masks)


def test_dark_strips_along_the_lines_seem_to_be_a_tray() -> None:
    """Beside core they do; so do simulated trays. Fields, one dark edge and columns without data do not."""
    assert shows_tray(cube_of(values_of(CORE)))
    scene = simulate_scene(SimulateConfig(seed=5, lines=96, samples=64, bands=24), 0, 0)
    assert shows_tray(cube_of(scene.counts))
    random = np.random.default_rng(2)
    fields = np.kron(random.uniform(1000, 20_000, (5, 4)), np.ones((6, 5)))[:, :, None] * np.ones(BANDS)
    assert not shows_tray(cube_of(fields.astype(np.uint16)))
    assert not shows_tray(cube_of(values_of(np.arange(SAMPLES) > 4 + np.zeros((LINES, 1)))))
    rock = random.uniform(8000, 20_000, (LINES, SAMPLES, BANDS)).astype(np.uint16)
    rock[:, [0, 1, 19]] = 0
    assert not shows_tray(cube_of(rock))
