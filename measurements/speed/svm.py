"""The SVM with scikit-learn-intelex beside scikit-learn's: seconds of a fit, in turns, and how the predictions differ.

    pip install scikit-learn-intelex
    python measurements/speed/svm.py

The data are random: each class a normal around a random spectrum, near enough that many labels are support vectors.
"""

import argparse
import importlib.metadata
import time
from typing import Any
from unittest.mock import patch

import numpy as np
from sklearn.svm import SVC
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from semispectral.classifiers import svm
from semispectral.inference.svm_inference import SvmModel

TESTED = 2000  # pixels whose predictions are compared
SPREAD = 2.2  # of a class, where class means are normal with deviation 1


def spectra(pixels: int, bands: int, classes: int) -> tuple[np.ndarray, np.ndarray]:
    """x float32 [pixel, band] and labels."""
    random = np.random.default_rng(0)
    label = random.integers(0, classes, pixels)
    x = random.normal(size=(classes, bands))[label] + SPREAD * random.normal(size=(pixels, bands))
    return x.astype(np.float32), label


def fit(kind: type, x: np.ndarray, label: np.ndarray, classes: int) -> tuple[SvmModel, float]:
    """The package's SVM on the machine of a library, and the seconds of its fit."""
    settings: dict[str, Any] = {"cost": 10.0, "gamma": 0.5 / x.shape[1], "temperature": 1.0}
    with patch.object(svm, "fastest_svc", lambda: kind):
        started = time.perf_counter()
        model = svm.train_svm(x, label, classes=classes, settings=svm.SvmConfig(), **settings)
        return model, time.perf_counter() - started


def main(asked: argparse.Namespace) -> None:
    """Fit in turns and print."""
    kinds = {"scikit-learn": SVC}
    fastest = svm.fastest_svc()
    if fastest is SVC:
        print("scikit-learn-intelex is not installed: only scikit-learn's SVM is timed")
    else:
        kinds["scikit-learn-intelex"] = fastest
    used = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in kinds)
    print(f"{used}; {asked.labels} labels, {asked.bands} bands, {asked.classes} classes, {asked.rounds} rounds")
    x, label = spectra(asked.labels + TESTED, asked.bands, asked.classes)
    known, rest = slice(0, asked.labels), x[asked.labels :]
    seconds: dict[str, list[float]] = {name: [] for name in kinds}
    found: dict[str, np.ndarray] = {}
    for _ in range(asked.rounds):
        for name, kind in kinds.items():
            model, spent = fit(kind, x[known], label[known], asked.classes)
            seconds[name].append(spent)
            found[name] = model.predict_proba(rest)
    first = found["scikit-learn"]
    for name, spent in seconds.items():
        share = np.median(spent) / np.median(seconds["scikit-learn"])
        differ = int((found[name].argmax(axis=1) != first.argmax(axis=1)).sum())
        print(
            f"{name}: {np.median(spent):.2f} s ({min(spent):.2f} to {max(spent):.2f}), {share:.2f} of scikit-learn's; "
            f"{differ} of {TESTED} predictions differ, probabilities by {np.abs(found[name] - first).max():.1g} at most"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--labels", type=int, default=6000)
    parser.add_argument("--bands", type=int, default=50)
    parser.add_argument("--classes", type=int, default=6)
    parser.add_argument("--rounds", type=int, default=5)
    with threadpool_limits(1):
        main(parser.parse_args())
