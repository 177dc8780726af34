"""Pictures inside a page: the colours that were drawn, in fewer bytes."""

import base64
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from semispectral.errors import IntegrityError
from semispectral.report import pictures
from semispectral.report.pictures import LARGE, embedded


def shown(address: str) -> tuple[int, np.ndarray]:
    """Bytes of an embedded picture, and its colours."""
    content = base64.b64decode(address.removeprefix("data:image/png;base64,"))
    return len(content), np.asarray(Image.open(io.BytesIO(content)).convert("RGBA")).astype(int)


def test_a_picture_in_a_page_has_its_colours_in_fewer_bytes(tmp_path: Path) -> None:
    """A map of few colours beside a noisy picture: a half of the bytes at most, flat colours kept to a step."""
    random = np.random.default_rng(1)
    drawn = np.full((1000, 600, 4), 255, np.uint8)
    drawn[:, :200, :3] = np.clip(random.normal([120, 90, 60], 12, (1000, 200, 3)), 0, 255)
    flat = np.array([[0xF2, 0xE2, 0xAF], [0xC4, 0x6F, 0x03], [0x0C, 0x6E, 0xA6], [0xFA, 0x0A, 0xFA]], np.uint8)
    drawn[:, 200:, :3] = flat[random.integers(4, size=(100, 40))].repeat(10, axis=0).repeat(10, axis=1)
    path = tmp_path / "map.png"
    Image.fromarray(drawn).save(path)
    assert path.stat().st_size > LARGE
    size, found = shown(embedded(path))
    assert size < path.stat().st_size / 2
    assert np.abs(found - drawn)[:, 200:].max() <= 4
    assert np.abs(found - drawn)[:, :200].mean() < 6


def test_a_small_picture_is_as_it_was_drawn(tmp_path: Path) -> None:
    """To the byte: few colours would save little, and take time in every report."""
    path = tmp_path / "curve.png"
    Image.fromarray(np.random.default_rng(2).integers(255, size=(100, 100, 3), dtype=np.uint8)).save(path)
    assert base64.b64decode(embedded(path).partition(",")[2]) == path.read_bytes()


def test_what_is_seen_through_stays_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Transparency is kept."""
    monkeypatch.setattr(pictures, "LARGE", 0)
    drawn = np.zeros((40, 40, 4), np.uint8)
    drawn[:20] = (200, 30, 30, 255)
    path = tmp_path / "plane.png"
    Image.fromarray(drawn).save(path)
    _, found = shown(embedded(path))
    np.testing.assert_array_equal(found[..., 3], drawn[..., 3])


def test_a_cut_picture_is_named(tmp_path: Path) -> None:
    """It is not shown in part."""
    path = tmp_path / "map.png"
    Image.new("RGB", (20, 20)).save(path)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(IntegrityError, match=r"map\.png"):
        embedded(path)
