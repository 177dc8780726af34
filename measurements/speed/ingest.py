"""How fast a full-size scene is read, counted and drawn from, against a plain sequential read, and in what memory.

    python measurements/speed/ingest.py [--lines 2848] [--scenes 10] [--rounds 3] [--directory DIRECTORY]

Makes one scene in three formats (HDF5 contiguous, HDF5 in gzip chunks, ENVI BIL), then runs every measurement in a
process of its own and prints one row for each: seconds, MB/s of the uncompressed values, and peak memory. All files are
in the page cache, where there is room for them.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import h5py
import numpy as np
import spectral.io.envi

from semispectral.census.count import census
from semispectral.pool.draw import draw_labelled, draw_unlabelled
from semispectral.pool.sample_settings import SampleConfig
from semispectral.scans.readers import open_scene
from semispectral.spectra.shards import write_shard
from semispectral.study.classes import ClassMap, CodeSet
from semispectral.study.scene import Scene

SAMPLES, BANDS, CLASSES = 384, 268, 11
BLOCK_BYTES = 8_000_000
CHUNK_LINES = 32
CAP, UNLABELLED = 5000, 60_000
KEY = "/hsimage/data"
FORMATS = ["contiguous.h5", "gzip.h5", "bil.img"]
SEED = 2014


def blocks_of_lines(lines: int) -> Iterator[tuple[int, np.ndarray]]:
    """Values of a scene in slabs: smooth spectra with noise, so that gzip has something and not everything to do."""
    random = np.random.default_rng(SEED)
    nm = np.linspace(0, 12, BANDS)
    for first in range(0, lines, CHUNK_LINES):
        height = min(CHUNK_LINES, lines - first)
        phase, level = random.random((2, height, SAMPLES, 1))
        values = 12_000 + 9_000 * level + 4_000 * np.sin(nm + 6 * phase) + 60 * random.standard_normal(BANDS)
        values += 40 * random.standard_normal((height, SAMPLES, BANDS), dtype=np.float32)
        yield first, values.astype(np.uint16)


def codes_of(lines: int) -> np.ndarray:
    """Codes in patches: about a tenth labelled, 30 % tray."""
    random = np.random.default_rng(SEED)
    patches = random.choice(CLASSES + 1, (-(-lines // 16), SAMPLES // 16), p=[0.9, *[0.1 / CLASSES] * CLASSES])
    codes = np.kron(patches, np.ones((16, 16), int))[:lines]
    codes[:, : int(0.3 * SAMPLES)] = 255
    return codes.astype(np.uint8)


def make(directory: Path, lines: int) -> None:
    """Write the scene in the three formats, and its labels."""
    shape = (lines, SAMPLES, BANDS)
    with (
        h5py.File(directory / "contiguous.h5", "w") as plain,
        h5py.File(directory / "gzip.h5", "w") as packed,
        (directory / "bil.img").open("wb") as bil,
    ):
        first_file = plain.create_dataset(KEY, shape, np.uint16)
        second_file = packed.create_dataset(
            KEY, shape, np.uint16, chunks=(CHUNK_LINES, SAMPLES, BANDS), compression="gzip"
        )
        for first, values in blocks_of_lines(lines):
            first_file[first : first + len(values)] = values
            second_file[first : first + len(values)] = values
            bil.write(np.ascontiguousarray(values.transpose(0, 2, 1)).tobytes())
    header = (
        f"lines = {lines}\nsamples = {SAMPLES}\nbands = {BANDS}\ndata type = 12\ninterleave = bil\nbyte order = 0\n"
    )
    (directory / "bil.hdr").write_text("ENVI\n" + header, encoding="utf-8")
    np.save(directory / "labels.npy", codes_of(lines))


def scene_of(path: Path, name: str) -> Scene:
    """A row of scenes.tsv for one of the files."""
    key = KEY if path.suffix == ".h5" else ""
    labels = path.with_name("labels.npy")
    use, ignore = CodeSet(((1, 99),)), CodeSet(((255, 255),))
    return Scene(name, name, path, key, labels, "", "line,sample,band", "none", 1.0, None, use, ignore)


def classes() -> ClassMap:
    """Classes of the codes."""
    codes = tuple(range(1, CLASSES + 1))
    return ClassMap(codes, tuple(f"class {code}" for code in codes), tuple(f"#{code:06x}" for code in codes))


def plain_read(path: Path) -> None:
    """Sequential read with the format's own library, in slabs of 32 lines."""
    if path.suffix == ".h5":
        with h5py.File(path) as file:
            dataset = file[KEY]
            for first in range(0, dataset.shape[0], CHUNK_LINES):
                dataset[first : first + CHUNK_LINES]
        return
    image = spectral.io.envi.open(path.with_suffix(".hdr"), path)
    for first in range(0, image.nrows, CHUNK_LINES):
        image.read_subregion((first, min(first + CHUNK_LINES, image.nrows)), (0, image.ncols))


def our_read(path: Path) -> None:
    """All blocks of the open scene."""
    with open_scene(scene_of(path, "s")) as cube:
        for _ in cube.blocks(max_bytes=BLOCK_BYTES):
            pass


def our_census(path: Path) -> None:
    """Labels in full, data sparsely."""
    census(scene_of(path, "s"), classes())


def our_draws(path: Path, name: str = "s") -> None:
    """Both draws of the pool, each in one pass over the data, and their shards on disk."""
    scene, codes = scene_of(path, name), np.load(path.with_name("labels.npy")).astype(np.int32)
    settings = SampleConfig(seed=SEED, unlabelled_per_scene=UNLABELLED, class_per_scene=CAP)
    with tempfile.TemporaryDirectory(dir=path.parent) as directory:
        for draw in (draw_unlabelled, draw_labelled):
            with open_scene(scene) as cube:
                pixels = draw(cube, codes, scene, settings=settings, block_bytes=BLOCK_BYTES)
            write_shard(Path(directory) / "shard.parquet", pixels)


def many_draws(path: Path, *, scenes: int) -> None:
    """Census and draws of several scenes, one after another."""
    for number in range(scenes):
        our_census(path)
        our_draws(path, f"s{number}")


MEASURES: dict[str, Callable[[Path], None]] = {
    "plain read by the library": plain_read,
    "our blocks": our_read,
    "census": our_census,
    "draws": our_draws,
}


def measured(argv: list[str]) -> dict[str, float]:
    """Seconds and peak memory (MB) of one measure, in a process of its own; the memory of imports is told apart."""
    result = subprocess.run([sys.executable, __file__, *argv], check=True, capture_output=True, text=True)
    return dict(json.loads(result.stdout))


def peak_megabytes() -> float:
    """Largest memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(name: str, path: Path, scenes: int) -> None:
    """Run one measure here, and print its figures as JSON."""
    run = MEASURES.get(name, lambda file: many_draws(file, scenes=scenes))
    imports, start, busy = peak_megabytes(), time.perf_counter(), time.process_time()
    run(path)
    seconds, busy = time.perf_counter() - start, time.process_time() - busy
    print(json.dumps({"seconds": seconds, "processor": busy, "peak": peak_megabytes(), "imports": imports}))


def table(directory: Path, lines: int, scenes: int, rounds: int, formats: list[str]) -> None:
    """Print all rows: the median of some runs, or one run of several scenes."""
    megabytes = lines * SAMPLES * BANDS * 2 / 1e6
    print(f"scene of {lines} x {SAMPLES} x {BANDS} uint16, {megabytes:.0f} MB; seconds of the clock and the processor")
    print(
        f"{'format':14} {'measure':26} {'clock':>7} {'processor':>9} {'MB/s':>7} {'peak MB':>8} {'of it imports':>14}"
    )
    for file in formats:
        for name in (*MEASURES, *([f"census and draws of {scenes}"] if scenes else [])):
            runs = [
                measured(["--measure", name, "--file", str(directory / file), "--scenes", str(scenes)])
                for _ in range(rounds if name in MEASURES else 1)
            ]
            median = sorted(runs, key=lambda run: run["seconds"])[len(runs) // 2]
            rate = megabytes * (1 if name in MEASURES else scenes) / median["seconds"]
            row = f"{file:14} {name:26} {median['seconds']:7.2f} {median['processor']:9.2f} {rate:7.0f}"
            print(f"{row} {max(run['peak'] for run in runs):8.0f} {median['imports']:14.0f}", flush=True)


def main() -> None:
    """Make the files and print the table, or run one measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=2848)
    parser.add_argument("--scenes", type=int, default=10, help="scenes of the last row; 0 leaves it out")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each measure; the median counts")
    parser.add_argument("--formats", nargs="+", choices=FORMATS, default=FORMATS)
    parser.add_argument("--directory", type=Path, help="where the files are made; default: a temporary directory")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measure(options.measure, options.file, options.scenes)
        return
    with tempfile.TemporaryDirectory(dir=options.directory) as directory:
        make(Path(directory), options.lines)
        table(Path(directory), options.lines, options.scenes, options.rounds, options.formats)


if __name__ == "__main__":
    main()
