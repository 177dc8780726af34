"""Scenes and files: pure functions of the seed, with the labels, the geometry and the faults that are promised."""

import time
import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from scipy import ndimage

from semispectral.errors import ConfigError
from semispectral.simulate import (
    SimulateConfig,
    SimulatedScene,
    scene_names,
    scene_numbers,
    simulate_scene,
    write_scene,
)
from semispectral.simulate.hole import draw_hole, mixed_minerals
from semispectral.simulate.scene import class_code

TINY = SimulateConfig(seed=3, lines=40, samples=30, bands=24)
DEFAULT = SimulateConfig(seed=7)
NEIGHBOURS = np.ones((3, 3), dtype=bool)
MUSCOVITE = class_code("muscovite")
Collection = dict[str, SimulatedScene]


@pytest.fixture(scope="module")
def collection() -> Collection:
    """The default collection, with few bands: its geometry and labels do not depend on them."""
    settings = replace(DEFAULT, bands=30)
    return {name: simulate_scene(settings, *numbers) for name, numbers in scene_names(settings).items()}


def labelled(scene: SimulatedScene) -> np.ndarray:
    """Pixels with a class, bool [line, sample]."""
    return (scene.codes > 0) & (scene.codes < 255)


def counts_of_labels(collection: Collection, hole: str) -> dict[int, int]:
    """Labelled pixels of each class in a hole."""
    codes = np.concatenate([scene.codes[labelled(scene)] for scene in collection.values() if scene.hole == hole])
    values, counts = np.unique(codes, return_counts=True)
    return dict(zip(values.tolist(), counts.tolist(), strict=True))


def test_shapes_and_types_are_the_promised_ones() -> None:
    """A scene of the default settings has the layout of the 2017 files."""
    scene = simulate_scene(DEFAULT, 0, 0)
    assert scene.counts.shape == (200, 96, 268)
    assert scene.codes.shape == (200, 96)
    assert scene.counts.dtype == scene.codes.dtype == scene.mineral.dtype == np.uint16
    assert scene.dark.shape == scene.white.shape == (96, 268)
    assert scene.wavelengths_nm[[0, -1]].tolist() == [1000.0, 2490.0]
    assert scene.core.dtype == bool


def test_a_scene_that_is_not_made_is_named() -> None:
    """A row of scenes.tsv beyond the collection is refused in words, whichever stage meets it first."""
    assert scene_numbers(DEFAULT, "DH2_1") == (1, 0)
    with pytest.raises(ConfigError, match=r"scenes\.tsv: DH1_2 is not a scene that the section simulate makes"):
        scene_numbers(replace(DEFAULT, scenes_per_hole=1), "DH1_2")


def test_codes_are_of_known_classes(collection: Collection) -> None:
    """Labels are of the labelled classes, the tray or nothing, and truth is of the minerals present."""
    known = {class_code(name) for name in DEFAULT.labelled_minerals + DEFAULT.labelled_lithologies}
    minerals = {mineral.code for mineral in mixed_minerals(DEFAULT)}
    for scene in collection.values():
        assert set(np.unique(scene.codes).tolist()) <= known | {0, 255}
        assert set(np.unique(scene.mineral[scene.core]).tolist()) <= minerals
        assert not scene.mineral[~scene.core].any()


def test_a_scene_depends_on_its_seed_and_numbers_alone() -> None:
    """The same numbers give the same scene, another seed or scene another one."""
    first = simulate_scene(TINY, 1, 0)
    simulate_scene(TINY, 0, 1)
    np.testing.assert_array_equal(simulate_scene(TINY, 1, 0).counts, first.counts)
    for other in (simulate_scene(TINY, 1, 1), simulate_scene(replace(TINY, seed=4), 1, 0)):
        assert (other.counts != first.counts).mean() > 0.5


def test_more_holes_leave_the_first_ones_as_they_are() -> None:
    """A longer collection begins with the same scenes."""
    longer = replace(TINY, holes=5, scenes_per_hole=3)
    np.testing.assert_array_equal(simulate_scene(longer, 2, 1).counts, simulate_scene(TINY, 2, 1).counts)


def test_scenes_of_a_hole_follow_each_other_in_depth() -> None:
    """The second tray begins where the first ends."""
    first, second = simulate_scene(TINY, 0, 0), simulate_scene(TINY, 0, 1)
    assert first.depth_to_m == pytest.approx(second.depth_from_m)
    assert first.depth_to_m - first.depth_from_m == pytest.approx(3 * 40 * 1.21e-3)


def test_core_covers_a_fifth_to_three_fifths(collection: Collection) -> None:
    """The rest of the image is tray, and most of it has the tray's code."""
    for scene in collection.values():
        assert 0.2 < scene.core.mean() < 0.6
        assert not (scene.core & (scene.codes == 255)).any()
        assert (scene.codes == 255).mean() > 0.8 * (1 - scene.core.mean())


def test_labels_cover_5_to_18_percent_of_the_core(collection: Collection) -> None:
    """Few pixels of the core are labelled, and no others."""
    for scene in collection.values():
        assert not (labelled(scene) & ~scene.core).any()
        assert 0.05 <= labelled(scene).sum() / scene.core.sum() <= 0.18


def test_a_small_share_of_the_labels_is_wrong_and_at_borders(collection: Collection) -> None:
    """2 to 5 % of the labels name another unit, and each touches a pixel that is truly of its class."""
    for scene in collection.values():
        wrong = labelled(scene) & (scene.codes != scene.unit_class)
        assert 0.02 <= wrong.sum() / labelled(scene).sum() <= 0.05
        for code in np.unique(scene.codes[wrong]):
            right = (scene.codes == code) & (scene.unit_class == code)
            beside = ndimage.binary_dilation(right, NEIGHBOURS)
            assert beside[wrong & (scene.codes == code)].all()


def test_labels_lie_on_patches(collection: Collection) -> None:
    """Nearly all labelled pixels lie with at least three others of their class in one connected patch."""
    for scene in collection.values():
        together = 0
        for code in np.unique(scene.codes[labelled(scene)]):
            components, _ = ndimage.label(scene.codes == code, NEIGHBOURS)
            sizes = np.bincount(components.ravel())[1:]
            together += sizes[sizes >= 4].sum()
        assert together / labelled(scene).sum() > 0.95


def test_one_class_prevails_in_the_first_hole_and_lacks_in_the_second(collection: Collection) -> None:
    """Muscovite has about nine labels of ten in DH1, none in DH2, and some in DH3."""
    first = counts_of_labels(collection, "DH1")
    assert first[MUSCOVITE] / sum(first.values()) == pytest.approx(0.9, abs=0.02)
    assert MUSCOVITE not in counts_of_labels(collection, "DH2")
    assert MUSCOVITE in counts_of_labels(collection, "DH3")


def test_two_holes_can_teach_the_third(collection: Collection) -> None:
    """Every class of the last hole has some 80 labels or more in the first two, on patches in both scenes' holes."""
    first, second, third = (counts_of_labels(collection, hole) for hole in ("DH1", "DH2", "DH3"))
    assert len(third) == len(DEFAULT.labelled_minerals) + len(DEFAULT.labelled_lithologies)
    assert min(first.get(code, 0) + second.get(code, 0) for code in third) >= 80


def test_dominant_mineral_is_the_units_mineral(collection: Collection) -> None:
    """In units of a mineral the dominant mineral is that one."""
    for scene in collection.values():
        of_mineral = scene.core & (scene.unit_class < 100)
        np.testing.assert_array_equal(scene.mineral[of_mineral], scene.unit_class[of_mineral])


def test_labels_lie_on_pure_pixels_where_that_is_asked_for() -> None:
    """The share of the dominant mineral is at least so much, and some of the rock's pixels are less pure."""
    pure = replace(TINY, dominant=(0.5, 0.98), labelled_purity=0.85, labelled_lithologies=())
    scene, mixed = simulate_scene(pure, 0, 0), simulate_scene(replace(pure, labelled_purity=0.0), 0, 0)
    labelled = (scene.codes > 0) & (scene.codes < 100)
    assert labelled.any()
    assert (scene.codes[labelled] == scene.mineral[labelled]).all()
    np.testing.assert_array_equal(scene.mineral, mixed.mineral)  # the rock is the same
    before = (mixed.codes > 0) & (mixed.codes < 100)
    assert before.sum() > labelled.sum()


def test_one_column_is_dead_and_some_pixels_are_saturated() -> None:
    """The dead column counts darkness in every scene, and glints fill the well."""
    for hole in range(2):
        scene = simulate_scene(DEFAULT, hole, 0)
        dead = (scene.white == scene.dark).all(axis=1)
        assert dead.sum() == 1
        np.testing.assert_array_equal(scene.counts[:, dead], np.broadcast_to(scene.dark[dead], (200, 1, 268)))
        assert (scene.white[~dead] > scene.dark[~dead]).all()
        assert (scene.counts == np.iinfo(np.uint16).max).any(axis=2).sum() > 0
        assert not labelled(scene)[:, dead].any()


def test_noise_falls_as_the_signal_to_noise_ratio_says() -> None:
    """The difference from a noiseless scene, at a reflectance near 1, is 1/SNR in the middle and 3/SNR at the ends."""
    quiet, noisy = simulate_scene(replace(DEFAULT, snr=1e9), 0, 0), simulate_scene(DEFAULT, 0, 0)
    span = noisy.white.astype(float) - noisy.dark
    reflectance = (quiet.counts - quiet.dark.astype(float)) / np.maximum(span, 1)
    residual = (noisy.counts.astype(float) - quiet.counts) / np.maximum(span, 1)
    unit = np.sqrt(0.3 + 0.7 * np.maximum(reflectance, 0)) / 100
    used = (span[:, 0] > 0)[None, :, None] & (noisy.counts < 65535) & (quiet.counts < 65535) & (quiet.counts > 2000)
    scaled = np.where(used, residual / unit, np.nan)
    assert np.nanstd(scaled[..., 130:138]) == pytest.approx(1, rel=0.03)
    assert np.nanstd(scaled[..., [0, -1]]) == pytest.approx(3, rel=0.05)


def test_a_hole_is_a_domain_of_its_own() -> None:
    """Scenes of a hole share its draws, other holes have others."""
    first, second = draw_hole(DEFAULT, 0), draw_hole(DEFAULT, 1)
    np.testing.assert_array_equal(draw_hole(DEFAULT, 0).centre_shift_nm, first.centre_shift_nm)
    assert not np.isclose(first.centre_shift_nm, second.centre_shift_nm).any()


@pytest.mark.parametrize("lines", [1, 7])
def test_a_scan_does_not_depend_on_the_lines_made_at_a_time(lines: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever part of a scan is in memory, the counts are the same to the last bit."""
    whole = simulate_scene(TINY, 1, 0)
    monkeypatch.setattr("semispectral.simulate.scene.BLOCK_PIXELS", lines * TINY.samples)
    monkeypatch.setattr("semispectral.simulate.scene.CHUNK_LINES", 1)
    made = simulate_scene(TINY, 1, 0)
    assert {len(block) for block in made.blocks()} >= {lines}
    np.testing.assert_array_equal(made.counts, whole.counts)


def test_a_scan_is_written_some_lines_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside what its pixels are made of, a scan of ten times the lines is not held as a whole while it is written."""
    held = []
    monkeypatch.setattr("semispectral.simulate.scene.BLOCK_PIXELS", 1)
    for lines in (32, 64, 640):  # the first of all imports what writes, which stays in memory
        scene = simulate_scene(replace(TINY, lines=lines, samples=24, bands=134), 0, 0)
        tracemalloc.start()
        write_scene(tmp_path / "scene.h5", scene)
        held.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert "counts" not in vars(scene)
    size = 640 * 24 * 134 * 2
    assert held[2] - held[1] < size / 4


def test_written_file_holds_the_scene(tmp_path: Path) -> None:
    """What is read back is what was simulated, in the layout of 2017 with units and depths."""
    scene = simulate_scene(TINY, 1, 1)
    write_scene(tmp_path / "scene.h5", scene)
    with h5py.File(tmp_path / "scene.h5") as file:
        np.testing.assert_array_equal(file["hsimage/data"][...], scene.counts)
        np.testing.assert_array_equal(file["hsimage/labels"][...], scene.codes)
        np.testing.assert_array_equal(file["truth/mineral"][...], scene.mineral)
        assert file["hsimage/white"].shape == file["hsimage/dark"].shape == (30, 24)
        assert file["hsimage/wavelengths"].attrs["units"] == "nm"
        assert (file.attrs["hole"], file.attrs["scene"], file.attrs["pixel_mm"]) == ("DH2", "DH2_2", 1.21)
        assert file.attrs["depth_to_m"] == scene.depth_to_m
    assert [path.name for path in tmp_path.iterdir()] == ["scene.h5"]


def test_the_same_scene_gives_the_same_bytes(tmp_path: Path) -> None:
    """Writing twice gives identical files, also in two different seconds: HDF5 writes no time of its own."""
    write_scene(tmp_path / "first.h5", simulate_scene(TINY, 0, 0))
    time.sleep(1.1)
    write_scene(tmp_path / "second.h5", simulate_scene(TINY, 0, 0))
    assert (tmp_path / "first.h5").read_bytes() == (tmp_path / "second.h5").read_bytes()


@pytest.mark.parametrize(
    "wrong",
    [
        {"seed": -1},
        {"snr": 0.0},
        {"minerals": ("kaolin",)},
        {"dominant": (0.9, 0.5)},
        {"labelled_minerals": ("kaolinite", "pyrite")},
        {"prevailing": "talcum"},
        {"samples": 12},
        {"wavelength_range_nm": (1000.0, 2600.0)},
    ],
)
def test_impossible_settings_are_refused(wrong: dict[str, Any]) -> None:
    """A setting outside its range is named in the error."""
    with pytest.raises(ConfigError, match=f"simulate.{next(iter(wrong))}"):
        replace(DEFAULT, **wrong)


def test_lists_of_a_yaml_file_become_tuples() -> None:
    """Settings from YAML equal those written in Python."""
    assert SimulateConfig(seed=7, dominant=[0.5, 0.9], lithologies=["granite", "greenstone"]) == DEFAULT  # type: ignore[arg-type]


def test_a_scene_beyond_the_collection_is_refused() -> None:
    """Asking for a hole that is not there says how many there are."""
    with pytest.raises(ConfigError, match="3 holes"):
        simulate_scene(TINY, 3, 0)
