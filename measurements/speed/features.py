"""Time the absorption features of a full-size scan beside the class map of the same scan.

    python measurements/speed/features.py

Both read the scan of `measurements/speed/map.py` in blocks, in turns, in this process, and do not write; the features
are those of all usual windows that its sensor sees. Other processes hardly change the seconds of the processor, which
are of all threads together. Spectra of that scan are noise over smooth curves: their hulls have many
corners, which is the slow case.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np
from map import make_bundle, map_once, write_scan

from semispectral.features.absorption import plan_for
from semispectral.features.feature_settings import FeaturesConfig
from semispectral.features.scan import measure_scan
from semispectral.maps.smoothing import SmoothConfig
from semispectral.scans.readers import open_cube

Taken = tuple[float, float]  # seconds of the processor, and by the clock


def main() -> None:
    """Print seconds and rate of both."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shape", type=int, nargs=3, default=(2848, 384, 268), metavar=("LINES", "SAMPLES", "BANDS"))
    parser.add_argument("--rounds", type=int, default=3, help="features and map take turns")
    parser.add_argument("--threads", type=int, default=2)
    wanted = parser.parse_args()
    lines, samples, bands = wanted.shape
    with TemporaryDirectory() as folder:
        scan, model, out = (Path(folder, name) for name in ("scan.h5", "model", "out"))
        write_scan(scan, (lines, samples, bands))
        make_bundle(model, bands)
        contestants: dict[str, Callable[[], Taken]] = {
            "absorption features": lambda: features_once(scan, wanted.threads),
            "class map": lambda: map_taken(scan, model, out, wanted.threads),
        }
        seconds: dict[str, list[Taken]] = {name: [] for name in contestants}
        for _ in range(wanted.rounds):
            for name, run in contestants.items():
                seconds[name].append(run())
    pixels = lines * samples
    print(f"{pixels} pixels of {bands} bands, {wanted.threads} threads, median of {wanted.rounds} rounds")
    print("| | seconds of the processor | thousand pixels per such second | seconds by the clock |\n|---|---|---|---|")
    for name, taken in seconds.items():
        busy, clock = (median(each[place] for each in taken) for place in (0, 1))
        print(f"| {name} | {busy:.1f} | {pixels / busy / 1000:.0f} | {clock:.1f} |")


def map_taken(scan: Path, model: Path, out: Path, threads: int) -> Taken:
    """Seconds to read a scan and to classify it."""
    taken = map_once(scan, model, out, SmoothConfig(smoothing="none"), threads)
    return taken["classify_cpu_s"], taken["classify_s"]


def features_once(scan: Path, threads: int) -> Taken:
    """Seconds to read a scan and to measure its features."""
    with open_cube(scan, key="/hsimage/data") as cube:
        plan = plan_for(FeaturesConfig(), cube.wavelengths_nm, where="the scan")
        begun, busy = time.perf_counter(), time.process_time()
        measure_scan(cube, plan, wanted=np.ones(cube.shape[:2], bool), threads=threads)
        return time.process_time() - busy, time.perf_counter() - begun


if __name__ == "__main__":
    main()
