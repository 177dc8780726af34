"""Time the map of a full-size scan, beside a matrix product of the same FLOPs and scikit-learn's SVM.

    python measurements/speed/map.py
    python measurements/speed/map.py --model results/bundle

The models are M1 in the shape of the default configuration, on one view, whose decoder tells how likely a pixel is, and
q(y|x) of M2 with 128 softplus units, with random weights: speed does not depend on what they learnt. With `--model` it
is a trained one, such as the default average of M1+M2, an SVM and linear discriminants, whose products are not counted;
the scan is taken for one whose tray is masked. Each map runs in a process of its own, whose peak memory is reported:
without smoothing, and smoothed. Rates are for each second of the processor, so that other processes hardly count.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import h5py
import numpy as np
from sklearn.svm import SVC
from threadpoolctl import threadpool_limits

from semispectral.maps.bundle import Bundle, pipeline_of, read_bundle
from semispectral.maps.bundle_build import guide_of, write_bundle
from semispectral.maps.classify import Known, draw_map
from semispectral.maps.map_files import write_map
from semispectral.maps.scene_map import Ground
from semispectral.maps.smoothing import SMOOTHING_NAMES, SmoothConfig
from semispectral.scans.readers import open_cube
from semispectral.spectra.scaling import fit_scaler
from semispectral.storage.model_files import load_model, save_model
from semispectral.study.classes import ClassMap

CLASSES, LATENTS, M2_LATENTS = 10, 30, 16
HIDDEN, M2_HIDDEN = (256, 256), (128,)
CHUNK_LINES = 32
PRODUCT_PIXELS = 8192
SVM_SAMPLE = 2000


def spectra(count: int, bands: int, *, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Noisy mixtures of smooth class spectra, uint16 [pixel, band], and their labels."""
    random = np.random.default_rng(seed)
    ends = 8000 + np.cumsum(np.random.default_rng(0).normal(0, 300, (CLASSES, bands)), axis=1)
    label = random.integers(0, CLASSES, count)
    share = random.uniform(0.4, 1, (count, 1)).astype(np.float32)
    other = ends[random.integers(0, CLASSES, count)]
    noise = random.standard_normal((count, bands), np.float32) * 300
    values = share * ends[label].astype(np.float32) + (1 - share) * other.astype(np.float32) + noise
    return np.clip(values, 1, 65535).astype(np.uint16), label


def write_scan(path: Path, shape: tuple[int, int, int]) -> None:
    """A scan in the layout of 2017."""
    lines, samples, bands = shape
    with h5py.File(path, "w") as file:
        data = file.create_dataset("hsimage/data", shape, np.uint16, chunks=(min(CHUNK_LINES, lines), samples, bands))
        for first in range(0, lines, CHUNK_LINES):
            height = min(CHUNK_LINES, lines - first)
            data[first : first + height] = spectra(height * samples, bands, seed=first)[0].reshape(
                height, samples, bands
            )
        data.attrs["wavelengths_nm"] = np.linspace(1000, 2490, bands)


def network(name: str, widths: tuple[int, ...], heads: dict[str, int], random: Any) -> dict[str, np.ndarray]:
    """Random weights of one perceptron, as training saves them."""
    layers = {f"hidden_{i}": pair for i, pair in enumerate(pairwise(widths))}
    layers |= {head: (widths[-1], width) for head, width in heads.items()}
    arrays = {}
    for layer, (rows, columns) in layers.items():
        arrays[f"{name}_{layer}/kernel_0"] = random.normal(0, rows**-0.5, (rows, columns)).astype(np.float32)
        arrays[f"{name}_{layer}/bias"] = np.zeros(columns, np.float32)
    return arrays


def make_bundle(directory: Path, bands: int) -> None:
    """A bundle of M1 and M2 on its latents, in the default shapes."""
    random = np.random.default_rng(1)
    raw, _ = spectra(5000, bands, seed=1)
    scaler = fit_scaler(raw, method="snv_standardise")
    m1 = network("q_z", (bands, *HIDDEN), {"mean": LATENTS, "log_variance": LATENTS}, random)
    m1 |= network("p_x", (LATENTS, *HIDDEN), {"output": bands}, random)
    m1["likelihood/log_sigma"] = np.zeros(bands, np.float32)
    common = {"likelihood": "gaussian", "sigma_floor": 0.02, "net": {"activation": "softplus"}}
    m1_facts = {"kind": "m1", "settings": {**common, "latents": LATENTS}, "live": list(range(LATENTS))}
    m2 = network("q_y", (LATENTS, *M2_HIDDEN), {"logits": CLASSES}, random)
    m2_settings = {**common, "latents": M2_LATENTS, "classifier": {"activation": "softplus"}}
    m2_facts: dict[str, Any] = {"kind": "m2", "settings": m2_settings}
    m2_facts |= {"labels": list(range(CLASSES)), "classes": CLASSES}
    saved = {"scaler": scaler.to_saved(), "m1": (m1, m1_facts), "classifier": (m2, m2_facts)}
    for name, model in saved.items():
        save_model(directory.parent / name, *model)
    parts = {name: load_model(directory.parent / name) for name in saved}
    names = tuple(f"class {number}" for number in range(CLASSES))
    classes = ClassMap(tuple(range(1, CLASSES + 1)), names, ("#336699",) * CLASSES)
    pipeline = pipeline_of(parts, guide_of(scaler, raw), method="m2", features="latents")
    threshold = float(np.quantile(pipeline.scores(raw).log_p, 0.01))
    facts = {"scale": 2.5e-5, "method": "m2", "features": "latents", "per_class": "20", "seed": 1, "false_alarm": 0.01}
    facts["description"] = "M1+M2 with random weights"
    facts |= {"config": {}, "scores": {}, "holes": {}, "provenance": {}}
    means = np.zeros((CLASSES, bands), np.float32)
    write_bundle(directory, Bundle(pipeline, classes, np.linspace(1000, 2490, bands), means, threshold, facts), parts)


def flops_per_pixel(bands: int) -> int:
    """Of all matrix products of a pixel: q(z|x), p(x|z), q(y|z), and the guide's three components."""
    first, second = HIDDEN
    encoder = bands * first + first * second + second * 2 * LATENTS
    decoder = LATENTS * first + first * second + second * bands
    classifier = LATENTS * M2_HIDDEN[0] + M2_HIDDEN[0] * CLASSES
    return 2 * (encoder + decoder + classifier + 3 * bands)


def map_once(scan: Path, model: Path, out: Path, smooth: SmoothConfig, threads: int) -> dict[str, float]:
    """Seconds to classify a scan, also those of the processor, and to write it; this process's peak memory in MB."""
    bundle = read_bundle(model)
    start, busy = time.perf_counter(), time.process_time()
    with open_cube(scan, key="/hsimage/data") as cube:
        drawn = draw_map(cube, bundle, known=Known(parted=True), smooth=smooth, threads=threads)
    classified, busy = time.perf_counter(), time.process_time() - busy
    write_map(out, drawn, ground=Ground(), scene="scan", smoothing=smooth.smoothing)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    wrote = time.perf_counter() - classified
    return {"classify_s": classified - start, "classify_cpu_s": busy, "write_s": wrote, "peak_mb": peak}


def product_rate(bands: int, threads: int, pixels: int) -> float:
    """FLOP for each second of the processor, of a float32 product with one matrix that costs a pixel as many FLOPs."""
    width = flops_per_pixel(bands) // (2 * bands)
    random = np.random.default_rng(2)
    x = random.standard_normal((pixels, bands), np.float32)
    matrix = random.standard_normal((bands, width), np.float32)
    repeats = 20
    with threadpool_limits(threads):
        x @ matrix
        start = time.process_time()
        for _ in range(repeats):
            x @ matrix
        seconds = time.process_time() - start
    return repeats * 2.0 * pixels * bands * width / seconds


def svm_rate(bands: int, labels: int) -> tuple[float, int]:
    """Pixels per second of the processor of ``SVC.predict`` on normalised bands, and its number of support vectors."""
    raw, label = spectra(labels, bands, seed=3)
    scaler = fit_scaler(raw, method="snv_standardise")
    machine = SVC(C=10.0, gamma="scale").fit(scaler.transform(raw), label)
    sample = scaler.transform(spectra(SVM_SAMPLE, bands, seed=4)[0])
    start = time.process_time()
    machine.predict(sample)
    return SVM_SAMPLE / (time.process_time() - start), int(machine.n_support_.sum())


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shape", type=int, nargs=3, default=(2848, 384, 268), metavar=("LINES", "SAMPLES", "BANDS"))
    parser.add_argument("--rounds", type=int, default=3, help="map and matrix product take turns")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--svm-labels", type=int, default=10_000)
    parser.add_argument("--model", type=Path, help="a trained model of as many bands")
    parser.add_argument("--smoothing", nargs="+", choices=SMOOTHING_NAMES, default=SMOOTHING_NAMES)
    parser.add_argument("--child", nargs=4, help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.child:
        *paths, smoothing = wanted.child
        print(json.dumps(map_once(*map(Path, paths), SmoothConfig(smoothing=smoothing), wanted.threads)))
        return
    lines, samples, bands = wanted.shape
    with TemporaryDirectory() as folder:
        scan, model, out = (Path(folder, name) for name in ("scan.h5", "model", "out"))
        write_scan(scan, (lines, samples, bands))
        if wanted.model is None:
            make_bundle(model, bands)
        paths = [str(path) for path in (scan, wanted.model or model, out)]
        command = [sys.executable, __file__, "--threads", str(wanted.threads), "--child", *paths]
        multiplied = min(PRODUCT_PIXELS, lines * samples)
        rates = [product_rate(bands, wanted.threads, multiplied)]
        runs: dict[str, list[dict[str, float]]] = {name: [] for name in wanted.smoothing}
        for _ in range(wanted.rounds):
            for name, done in runs.items():
                child = subprocess.run([*command, name], check=True, capture_output=True, text=True)
                done.append(json.loads(child.stdout))
            rates.append(product_rate(bands, wanted.threads, multiplied))
    pixels = lines * samples
    report(pixels, runs)
    if wanted.model is None and "none" in runs:
        compare(pixels / median_of(runs["none"], "classify_cpu_s"), flops_per_pixel(bands), rates)
        beside_svm(pixels / median_of(runs["none"], "classify_cpu_s"), svm_rate(bands, wanted.svm_labels))


def median_of(runs: list[dict[str, float]], name: str) -> float:
    """The median of a measure."""
    return median(run[name] for run in runs)


def report(pixels: int, runs: dict[str, list[dict[str, float]]]) -> None:
    """A line for the map with each smoothing."""
    print(f"{pixels} pixels")
    for name, done in runs.items():
        seconds, busy = (median_of(done, key) for key in ("classify_s", "classify_cpu_s"))
        print(
            f"map, smoothed by {name}: {seconds:.1f} s, {busy:.1f} s of the processor, "
            f"{pixels / busy / 1e3:.0f} thousand pixels per such second; "
            f"writing it: {median_of(done, 'write_s'):.1f} s; peak memory {median_of(done, 'peak_mb'):.0f} MB"
        )


def compare(rate: float, flops: int, rates: list[float]) -> None:
    """The share of a matrix product's rate that the map without smoothing reaches."""
    product = median(rates)
    print(f"{flops / 1e6:.2f} MFLOP a pixel in matrix products, {rate * flops / 1e9:.0f} GFLOP/s without smoothing")
    print(
        f"matrix product of the same FLOPs: {product / 1e9:.0f} GFLOP/s; the map runs at {rate * flops / product:.0%}"
    )


def beside_svm(rate: float, svm: tuple[float, int]) -> None:
    """How much faster than scikit-learn's SVM the map without smoothing is."""
    print(f"SVC.predict, {svm[1]} support vectors: {svm[0]:.0f} pixels/s; the map is {rate / svm[0]:.0f} times as fast")


if __name__ == "__main__":
    main()
