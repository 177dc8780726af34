"""A painted mask: any black and white PNG of the size of its scan, and nothing else."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from semispectral.errors import DataError, SemispectralError, ShapeError, UnreadableError
from semispectral.scans.mask_picture import read_core

CORE = np.zeros((5, 4), bool)
CORE[1:4, 1:3] = True
GREY = np.where(CORE, 255, 0).astype(np.uint8)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_any_black_and_white_png_is_a_mask(tmp_path: Path, mode: str) -> None:
    """Whatever a paint program makes of the channels, white is core."""
    path = tmp_path / "mask.png"
    Image.fromarray(GREY).convert(mode).save(path)
    np.testing.assert_array_equal(read_core(path, CORE.shape), CORE)


def painted(line: int, sample: int, colour: tuple[int, int, int, int]) -> Image.Image:
    """The mask with one pixel of another colour."""
    image = Image.fromarray(GREY).convert("RGBA")
    image.putpixel((sample, line), colour)
    return image


@pytest.mark.parametrize(
    ("image", "words"),
    [
        (painted(3, 2, (128, 128, 128, 255)), "1 of its 20 pixels are neither, the first on line 3, sample 2 .#808080"),
        (painted(0, 1, (255, 0, 0, 255)), "line 0, sample 1 .#ff0000"),
        (painted(2, 2, (255, 255, 255, 0)), "transparent"),
        (Image.fromarray(np.zeros((5, 4), np.uint8)), "all of this one are black"),
        (Image.fromarray(GREY.astype(np.uint16)), "8 bits"),
    ],
)
def test_other_values_are_refused(tmp_path: Path, image: Image.Image, words: str) -> None:
    """Smoothed edges, colours, transparency and masks of nothing are named with their place and the remedy."""
    path = tmp_path / "mask.png"
    image.save(path)
    with pytest.raises(DataError, match=words):
        read_core(path, CORE.shape)


def test_another_size_is_refused(tmp_path: Path) -> None:
    """Both sizes are named, and a picture on its side is recognised."""
    path = tmp_path / "mask.png"
    Image.fromarray(GREY).save(path)
    with pytest.raises(ShapeError, match="9 x 4, got 5 x 4"):
        read_core(path, (9, 4))
    with pytest.raises(ShapeError, match="on its side"):
        read_core(path, (4, 5))


def test_what_is_no_png_is_refused(tmp_path: Path) -> None:
    """A JPEG under the name of a PNG, a cut file, and no file at all."""
    path = tmp_path / "mask.png"
    Image.fromarray(GREY).save(path, "JPEG")
    with pytest.raises(UnreadableError, match="PNG"):
        read_core(path, CORE.shape)
    Image.fromarray(GREY).save(path)
    path.write_bytes(path.read_bytes()[:50])
    with pytest.raises(UnreadableError, match="PNG"):
        read_core(path, CORE.shape)
    with pytest.raises(SemispectralError, match="nothing is there"):
        read_core(tmp_path / "other.png", CORE.shape)
