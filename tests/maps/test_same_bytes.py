"""The same run gives the same bytes: in every file of a map, its page, its log, and in a trained model."""

from pathlib import Path

import numpy as np
import pytest

import tiny_models as tiny
from semispectral.downhole.log import DownholeConfig
from semispectral.downhole.write_log import write_hole_log
from semispectral.maps.bundle import read_bundle
from semispectral.maps.classify import Drawn, Known, draw_map
from semispectral.maps.map_files import write_map
from semispectral.maps.numbers import Numbers, read_numbers, write_numbers
from semispectral.maps.scene_map import Ground
from semispectral.maps.smoothing import SmoothConfig
from semispectral.page import tiles
from semispectral.page.mapped import write_page
from semispectral.page.tiles import Facts, write_pixels
from semispectral.scans.identity import Identity
from semispectral.study.classes import CodeSet
from semispectral.study.scene import Scene


def _files(directory: Path) -> dict[str, bytes]:
    return {str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


def _run(directory: Path) -> dict[str, bytes]:
    """A model, a map with all its files, its page, and a downhole log."""
    tiny.tiny_bundle(directory / "model", seed=3)
    bundle, cube = read_bundle(directory / "model"), tiny.tiny_cube(tiny.tiny_counts(seed=4))
    label = np.random.default_rng(1).integers(-1, 3, (tiny.LINES, tiny.SAMPLES))
    known = Known(None, label.astype(np.int16), label >= 0)
    drawn: Drawn = draw_map(cube, bundle, known=known, smooth=SmoothConfig(), threads=2)
    write_map(directory / "map", drawn, ground=Ground(pixel_mm=1.0), scene="A", smoothing="none")
    write_numbers(directory / "map/numbers.parquet", Numbers(drawn, Ground(), "A", "none"))
    read = read_numbers(directory / "map/numbers.parquet").drawn.named(tiny.NAMES)
    facts = Facts(Identity("A", tiny.LINES, tiny.SAMPLES, "0"), 1e-4)
    write_pixels(directory / "map/pixels", cube, read.map, bundle, facts)
    write_page(directory / "map/page.html", read, directory / "map/pixels")
    none = CodeSet(())
    scene = Scene("A", "H1", Path("A"), "", Path("A"), "", "", "", 1.0, None, none, none, pixel_mm=1.0)
    names = {kind: directory / f"log.{suffix}" for kind, suffix in (("csv", "csv"), ("las", "las"), ("figure", "png"))}
    write_hole_log(
        **names, hole="H1", scenes=[scene], read=lambda _: read.map, settings=DownholeConfig(interval_m=0.005)
    )
    return _files(directory)


def test_a_map_its_page_and_its_log_are_the_same_bytes_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Made twice, in two folders: no path, no time, no number of a process, nothing random is in any file."""
    monkeypatch.setattr(tiles, "SPECTRA_BYTES", 2000)
    first = _run(tmp_path / "one")
    monkeypatch.setattr("os.getpid", lambda: 4_194_303)
    second = _run(tmp_path / "two folders further")
    expected = {"class.hdr", "class.tif.aux.xml", "page.html", "numbers.parquet", "pixels/0-0.js"}
    assert first.keys() == second.keys() >= {"log.las", *(f"map/{name}" for name in expected)}
    assert [name for name in first if first[name] != second[name]] == []
    assert [name for name, content in first.items() if b".tmp" in content or str(tmp_path).encode() in content] == []
