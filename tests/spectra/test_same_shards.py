"""The built-in collection, written in each format, gives byte-identical shards."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_limits

from cube_formats import FORMATS, Written
from semispectral.census.count import census
from semispectral.pool.draw import draw_labelled, draw_unlabelled
from semispectral.pool.sample_settings import SampleConfig
from semispectral.scans.cube import Pixels
from semispectral.scans.readers import open_scene
from semispectral.simulate import SimulateConfig, SimulatedScene, simulate_scene
from semispectral.spectra.shards import write_shard
from semispectral.study.classes import ClassMap, CodeSet
from semispectral.study.scene import Scene

SETTINGS = SimulateConfig(seed=17, lines=40, samples=48, bands=24)
REFERENCE = "hdf5 contiguous"
CLASSES_TABLE = Path(__file__).parents[2] / "config" / "classes.tsv"


@pytest.fixture(scope="module")
def simulated() -> SimulatedScene:
    return simulate_scene(SETTINGS, 0, 0)


def scene_of(written: Written, table: Path) -> Scene:
    """A row of scenes.tsv for a written file, its wavelengths from one table for all formats."""
    return Scene(
        name="DH1_1",
        hole="DH1",
        data=written.path,
        data_key=written.options.get("key", ""),
        labels=written.labels,
        labels_key=written.label_options.get("key", ""),
        axes=written.options.get("axes", "line,sample,band"),
        wavelengths=str(table),
        scale=1.0,
        nodata=None,
        use=CodeSet(((1, 99),)),
        ignore=CodeSet(((255, 255),)),
        labels_axes=written.label_options.get("axes", "line,sample"),
    )


def shard_bytes(name: str, simulated: SimulatedScene, directory: Path, *, block_bytes: int) -> bytes:
    """The shard of the simulated scene, by way of this format."""
    directory.mkdir(exist_ok=True)
    table = directory / "bands.csv"
    pd.DataFrame({"wavelength_nm": simulated.wavelengths_nm}).to_csv(table, index=False)
    codes = simulated.codes.astype(np.int32)
    scene = scene_of(FORMATS[name](directory, simulated.counts, codes, simulated.wavelengths_nm), table)
    found = census(scene, ClassMap.read(CLASSES_TABLE))
    settings = SampleConfig(seed=3, unlabelled_per_scene=30, class_per_scene=10, clusters=2)
    with open_scene(scene) as cube:
        drawn = [
            draw(cube, found.codes, scene, settings=settings, block_bytes=block_bytes)
            for draw in (draw_unlabelled, draw_labelled)
        ]
    pixels = Pixels.concat(drawn)
    assert len(pixels) > 30
    write_shard(directory / "shard.parquet", pixels)
    return (directory / "shard.parquet").read_bytes()


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "tsg"])  # which holds one column of a scene
def test_every_format_gives_the_same_shard(name: str, simulated: SimulatedScene, tmp_path: Path) -> None:
    """The draw depends on the scene alone: not on the format, its byte order, its layout or the size of blocks."""
    reference = shard_bytes(REFERENCE, simulated, tmp_path / "reference", block_bytes=10**9)
    assert shard_bytes(name, simulated, tmp_path / "other", block_bytes=50_000) == reference


def test_neither_threads_nor_blocks_change_what_is_drawn(simulated: SimulatedScene, tmp_path: Path) -> None:
    """One thread or several, one line at a time or all at once: the same bytes, also where clusters are drawn from."""
    shards = set()
    for threads in (1, 2, 5):
        for block_bytes in (1, 30_000, 10**9):
            with threadpool_limits(limits=threads):
                place = tmp_path / f"{threads}_{block_bytes}"
                shards.add(shard_bytes(REFERENCE, simulated, place, block_bytes=block_bytes))
    assert len(shards) == 1
