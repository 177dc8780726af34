"""A full disk at every stage that writes: one clear message, nothing half done, and it goes on when there is space.

The disk is a small tmpfs that the test mounts; where it may not, it says so and is skipped.
"""

import gc
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import tiny_models as tiny
from semispectral.census.census_files import Census, read_census, write_census
from semispectral.downhole.log import Core, DownholeConfig, downhole_log
from semispectral.downhole.log_files import write_csv, write_las
from semispectral.errors import NoSpaceError
from semispectral.figures.style import save
from semispectral.maps.classify import Drawn, Known, draw_map
from semispectral.maps.map_files import read_facts, write_map
from semispectral.maps.numbers import NUMBERS, Numbers, read_numbers, write_numbers
from semispectral.maps.scene_map import Ground
from semispectral.maps.smoothing import SmoothConfig
from semispectral.page.mapped import write_page
from semispectral.page.pixel_files import read_index
from semispectral.page.tiles import Facts, write_pixels
from semispectral.sampling.split_files import read_split, write_split
from semispectral.sampling.study_split import DEALT, StudySplit
from semispectral.scans.cube import Latents
from semispectral.scans.identity import Identity
from semispectral.simulate import SimulateConfig, simulate_scene, write_scene
from semispectral.spectra.shards import read_latents, read_shard, write_latents, write_shard
from semispectral.storage.disk_rows import store
from semispectral.storage.model_files import load_model, save_model
from semispectral.storage.parquet import read_table, write_table

DISK_BYTES = 24 << 20
LEFT_BYTES = 8192  # room for a few directories and not for any result


@pytest.fixture(scope="module")
def mounted() -> Iterator[Path]:
    """A small disk of its own, outside the folders that pytest clears: it cannot clear what is left mounted."""
    place = Path(tempfile.mkdtemp(prefix="semispectral-disk-"))
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "none", str(place)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        reason = done.stderr.strip() if done.returncode else ""
    except FileNotFoundError as error:
        reason = str(error)
    if reason:
        place.rmdir()
        pytest.skip(f"no disk was filled: a tmpfs cannot be mounted here ({reason})")
    yield place
    gc.collect()  # what a write raised may still hold its file
    subprocess.run(["umount", str(place)], check=True)
    place.rmdir()


@pytest.fixture
def disk(mounted: Path) -> Iterator[Path]:
    """The disk, empty."""
    yield mounted
    subprocess.run(["find", str(mounted), "-mindepth", "1", "-delete"], check=True)


def fill(disk: Path) -> Path:
    """Leave next to no space."""
    ballast = disk / "ballast"
    with ballast.open("wb") as file:
        free = os.statvfs(disk)
        file.write(bytes(free.f_bavail * free.f_frsize - LEFT_BYTES))
    return ballast


def latents(path: Path) -> None:
    pixels = tiny.tiny_pixels(seed=1)
    random = np.random.default_rng(1).normal(size=(len(pixels), 8)).astype(np.float32)
    write_latents(path, Latents(random, random, pixels.table))


def census(directory: Path) -> None:
    counts = pd.DataFrame({"code": [1], "name": "talc", "role": "class", "pixels": [9]})
    codes = np.ones((90, 90), np.int32)
    found = Census("a", "h", 90, 90, 2, "uint16", None, 0.0, 1.0, 0.0, 0.0, counts, codes)
    write_census(found, directory / "a.parquet", directory / "a.npy")


def split(directory: Path) -> None:
    row = {"scene": "a", "hole": "h", "label": [0], "part": "train"}
    quotas = pd.DataFrame({**row, "available": [9], "drawn": [9], "quota": [9]})
    pixels = pd.DataFrame({**row, "line": 1, "sample": 1, "code": 1, "row": 0, "hash": 5})[[*DEALT, "hash"]]
    parts = {"a": np.pad(np.ones((3, 3), np.uint8), (0, 90))}
    write_split(directory, StudySplit(tiny.NAMES, parts, quotas, pixels, "groups", 0, ()))


def model(directory: Path) -> None:
    weights = np.random.default_rng(1).normal(size=5000).astype(np.float32)
    save_model(directory, {"w": weights}, {"kind": "toy"}, {"history.parquet": b"x" * 99})


def drawn(directory: Path) -> tuple[Drawn, Any]:
    bundle = tiny.tiny_bundle(directory / "model", seed=3)
    cube = tiny.tiny_cube(tiny.tiny_counts(seed=4, lines=120, samples=60))
    return draw_map(cube, bundle, known=Known(), smooth=SmoothConfig(), threads=1), bundle


DRAWN: dict[str, Any] = {}


def make_map(directory: Path) -> None:
    write_map(directory, DRAWN["map"], ground=Ground(), scene="a", smoothing="none")


def numbers(path: Path) -> None:
    write_numbers(path, Numbers(DRAWN["map"], Ground(), "a", "none"))


def tiles(directory: Path) -> None:
    cube = tiny.tiny_cube(tiny.tiny_counts(seed=4, lines=120, samples=60))
    facts = Facts(Identity("a", 120, 60, "0"), 1.0)
    write_pixels(directory, cube, DRAWN["map"].map, DRAWN["bundle"], facts)


def page(path: Path) -> None:
    write_page(path, DRAWN["map"], DRAWN["pixels"])


def scene(path: Path) -> None:
    settings = SimulateConfig(seed=1, lines=32, samples=32, bands=16)
    write_scene(path, simulate_scene(settings, 0, 0))


def figure(path: Path) -> None:
    from matplotlib.figure import Figure

    drawn = Figure()
    drawn.subplots().imshow(np.random.default_rng(1).random((90, 90)))
    save(drawn, path)


def log(directory: Path) -> None:
    random = np.random.default_rng(1)
    core = Core(
        random.uniform(0, 90, 500), random.dirichlet(np.ones(3), 500).astype(np.float32), random.random(500) < 0.1
    )
    table = downhole_log("H1", [core], tiny.NAMES, DownholeConfig(interval_m=0.1, correlation_m=0.02))
    write_las(directory / "h.las", table, tiny.NAMES)
    write_csv(directory / "h.csv", table)


# what each stage writes, and how it is read again
STAGES: dict[str, tuple[str, Callable[[Path], Any], Callable[[Path], Any]]] = {
    "simulate": ("a.h5", scene, lambda path: path.read_bytes()),
    "census": ("census", census, lambda path: read_census(path / "a.parquet")),
    "split": ("split", split, read_split),
    "shard": ("a.parquet", lambda path: write_shard(path, tiny.tiny_pixels(seed=1)), read_shard),
    "encode": ("z.parquet", latents, read_latents),
    "train": ("m1", model, load_model),
    "predict": (
        "p.parquet",
        lambda path: write_table(path, pd.DataFrame({"p": np.random.default_rng(1).random(5000)})),
        read_table,
    ),
    "bundle": ("model", lambda path: tiny.tiny_bundle(path, seed=1), load_model),
    "map": (NUMBERS, numbers, read_numbers),
    "pixels": ("pixels", tiles, read_index),
    "paint": ("maps", make_map, read_facts),
    "page": ("page.html", page, lambda path: path.read_text(encoding="utf-8").index("</html>")),
    "report": ("figure.png", figure, lambda path: path.read_bytes()),
    "downhole": ("log", log, lambda path: pd.read_csv(path / "h.csv")),
}


def contents(disk: Path) -> set[Path]:
    """Files on the disk besides what fills it, and what a bundle was made from."""
    files = {path.relative_to(disk) for path in disk.rglob("*") if path.is_file() and path.name != "ballast"}
    return {path for path in files if not path.parts[0].endswith("_parts")}


@pytest.mark.parametrize("stage", STAGES)
def test_a_full_disk(stage: str, disk: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The message names a file, what it needs and what to do; nothing is left of it; with space, it is made."""
    if not DRAWN:
        folder = tmp_path_factory.mktemp("drawn")
        DRAWN["map"], DRAWN["bundle"] = drawn(folder)
        DRAWN["pixels"] = folder / "pixels"
        tiles(DRAWN["pixels"])
    name, write, read = STAGES[stage]
    if stage == "bundle":
        tiny.tiny_parts(disk / "model_parts", seed=1)
    ballast = fill(disk)
    with pytest.raises(NoSpaceError) as caught:
        write(disk / name)
    message = str(caught.value)
    assert str(disk) in message
    assert [
        word for word in ("needed to write it", "free on its disk", "make room and run again") if word not in message
    ] == []
    whole = contents(disk)
    assert not [path for path in whole if ".tmp" in str(path)]
    assert whole <= {Path(name) / "a.npy", Path(name) / "parts/a.npy", Path(name) / "h.las"}, (
        "files before the one that failed"
    )
    ballast.unlink()
    write(disk / name)
    read(disk / name)
    assert not [path for path in contents(disk) if ".tmp" in str(path)]


def test_the_old_result_stays_on_a_full_disk(disk: Path) -> None:
    """What was there before is still there, whole."""
    write_shard(disk / "a.parquet", tiny.tiny_pixels(seed=1))
    before = (disk / "a.parquet").read_bytes()
    fill(disk)
    with pytest.raises(NoSpaceError):
        write_shard(disk / "a.parquet", tiny.tiny_pixels(seed=2))
    assert (disk / "a.parquet").read_bytes() == before


def test_streamed_spectra_need_space_too(disk: Path) -> None:
    """The file that training unpacks spectra into is named with what it needs, and nothing of it stays."""
    ballast = fill(disk)
    spectra = np.zeros((2000, 64), np.float32)
    with pytest.raises(NoSpaceError, match=r"spectra: up to 0\.5 MB are needed"):
        store([spectra], disk, needed=spectra.nbytes)
    assert list(disk.iterdir()) == [ballast]


def test_the_log_falls_silent(disk: Path) -> None:
    """A log file that cannot be written costs neither the stage nor a traceback per line; the terminal still speaks."""
    path = disk / "logs/census/a.log"
    path.parent.mkdir(parents=True)
    fill(disk)
    body = f"import logging; from semispectral.workflow import logs; logs.start({str(path)!r})\n"
    body += "for _ in range(300): logging.getLogger('semispectral').info('a line ' * 20)\n"
    done = subprocess.run([sys.executable, "-c", body], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    assert done.stderr.count("census a: a line") == 300
