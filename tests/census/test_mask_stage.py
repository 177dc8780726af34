"""The mask of a scene: found, written as a picture, painted in, and used by the census."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from semispectral.census.census_files import read_census
from semispectral.census.mask_files import read_image, read_mask
from semispectral.census.stage_census import run_census
from semispectral.census.stage_mask import run_mask
from semispectral.errors import ConfigError, IntegrityError, ShapeError
from semispectral.scans.tray_mask import MaskConfig
from semispectral.study.classes import MASKED, CodeSet
from semispectral.study.scene import Scene
from semispectral.study.scenes import require_masks_outside
from semispectral.workflow.rerun import stage_cfg

LINES, SAMPLES = 30, 20
CORE = np.zeros((LINES, SAMPLES), bool)
CORE[:, 5:15] = True
NONE = CodeSet(())


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """A scan of bright core on a dark tray."""
    noise = np.random.default_rng(3).integers(0, 500, (LINES, SAMPLES, 6))
    np.save(tmp_path / "s.npy", (np.where(CORE, 20_000, 1000)[..., None] + noise).astype(np.uint16))
    file = tmp_path / "s.npy"
    return Scene("s", "h", file, "", file, "", "line,sample,band", "", 2e-5, None, NONE, NONE)


def mask_of(scene: Scene, folder: Path) -> tuple[Path, Path]:
    """The files of the stage `mask`, by otsu."""
    files = folder / "mask.png", folder / "image.png"
    sections = {"scene": asdict(scene), "mask": asdict(MaskConfig(method="otsu")), "cleaning": {}}
    run_mask(*files, cfg=stage_cfg(sections, *sections))
    return files


def census_of(scene: Scene, folder: Path, mask: Path) -> np.ndarray:
    """Codes of the census with a mask."""
    sections = {"scene": asdict(replace(scene, mask=None)), "cleaning": {}}
    run_census(folder / "c.parquet", folder / "c.npy", masks=[mask], cfg=stage_cfg(sections, *sections))
    return read_census(folder / "c.parquet").codes


def test_the_mask_is_a_picture_that_the_census_uses(tmp_path: Path, scene: Scene) -> None:
    """White is core, black is tray; the brightness lies beside it; what is black is masked in the census."""
    mask, image = mask_of(scene, tmp_path)
    np.testing.assert_array_equal(read_mask(mask, CORE.shape), CORE)
    np.testing.assert_array_equal(np.asarray(Image.open(mask)), np.where(CORE, 255, 0))
    assert read_image(image, CORE.shape)[CORE].min() > read_image(image, CORE.shape)[~CORE].max()
    np.testing.assert_array_equal(census_of(scene, tmp_path, mask) == MASKED, ~CORE)


def test_the_light_across_the_tray_does_not_count(tmp_path: Path, scene: Scene) -> None:
    """Core that a lamp hardly reaches is found by the references of the scan, and not without."""
    light = np.where(np.arange(SAMPLES) < 8, 0.06, 1.0)[None, :, None]
    np.save(scene.data, (np.load(scene.data) * light).astype(np.uint16))
    np.save(tmp_path / "white.npy", np.full((4, SAMPLES, 6), 40_000 * light[0]).astype(np.uint16))
    np.save(tmp_path / "dark.npy", np.zeros((4, SAMPLES, 6), np.uint16))
    named = replace(scene, white=tmp_path / "white.npy", dark=tmp_path / "dark.npy")
    without, _ = mask_of(scene, tmp_path)
    assert not np.array_equal(read_mask(without, CORE.shape), CORE)
    found, _ = mask_of(named, tmp_path)
    np.testing.assert_array_equal(read_mask(found, CORE.shape), CORE)


def test_a_painted_mask_takes_the_place_of_the_found_one(tmp_path: Path, scene: Scene) -> None:
    """A copy that was painted in and is named by the scene decides, whatever the settings say."""
    mask, _ = mask_of(scene, tmp_path)
    with Image.open(mask) as picture:
        edited = np.asarray(picture.convert("RGB")).copy()
    edited[:4] = 0
    Image.fromarray(edited).save(tmp_path / "mine.png")
    (tmp_path / "again").mkdir()
    again, _ = mask_of(replace(scene, mask=tmp_path / "mine.png"), tmp_path / "again")
    wanted = CORE.copy()
    wanted[:4] = False
    np.testing.assert_array_equal(census_of(scene, tmp_path, again) == MASKED, ~wanted)


def test_a_mask_that_was_painted_in_place_is_said(tmp_path: Path, scene: Scene) -> None:
    """The results are written by the workflow; the error says where to put the painting."""
    mask, image = mask_of(scene, tmp_path)
    with Image.open(mask) as picture:
        picture.rotate(180).save(mask)
    with pytest.raises(IntegrityError, match=r"column mask of scenes\.tsv"):
        census_of(scene, tmp_path, mask)
    with pytest.raises(ShapeError, match="9 x 9"):
        read_image(image, (9, 9))


def test_a_mask_of_the_results_is_no_mask_of_ones_own(tmp_path: Path, scene: Scene) -> None:
    """The workflow would overwrite it; a copy elsewhere is right."""
    results = tmp_path / "results"
    require_masks_outside([scene, replace(scene, mask=tmp_path / "mine.png")], results)
    with pytest.raises(ConfigError, match="copy it to your own folder"):
        require_masks_outside([replace(scene, mask=results / "masks/s/mask.png")], results)


def test_pixels_without_data_are_black_in_the_picture(tmp_path: Path, scene: Scene) -> None:
    """A scan of NaN on some lines gives a picture all the same."""
    values = np.load(scene.data).astype(np.float32)
    values[:3] = np.nan
    np.save(scene.data, values)
    _, image = mask_of(scene, tmp_path)
    assert not read_image(image, CORE.shape)[:3].any()
    assert json.loads(image.read_bytes().rpartition(b"IEND")[2][4:].decode())["seal"]
