"""The built-in collection, written in each format, gives byte-identical shards."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_limits

from cube_formats import FORMATS, Written
from semispectral.census.count import census
from semispectral.sampling.draw import shard
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
    classes = ClassMap.read(CLASSES_TABLE).select(found.counts.loc[found.counts["role"] == "class", "code"].tolist())
    parts = np.where(found.codes == 255, 0, 1 + np.arange(SETTINGS.samples) % 3).astype(np.uint8)
    quotas = pd.DataFrame(
        [("DH1_1", "DH1", label, part, 10) for label in range(-1, len(classes)) for part in ("train", "valid", "test")],
        columns=["scene", "hole", "label", "part", "quota"],
    )
    with open_scene(scene) as cube:
        pixels = shard(cube, found.codes, parts, quotas, scene, classes, seed=3, block_bytes=block_bytes, clusters=2)
    assert len(pixels) > 30
    write_shard(directory / "shard.parquet", pixels)
    return (directory / "shard.parquet").read_bytes()


@pytest.mark.parametrize("name", FORMATS)
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
