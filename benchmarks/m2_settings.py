"""How alpha and the width of z decide whether M2 learns from unlabelled pixels: macro-F1 on a hole not trained on.

    python benchmarks/m2_settings.py --seeds 101 102 --labels 10

Each seed is another simulated collection, none of them the demo's: holes 1 and 2 train, hole 3 is predicted. One M1 per
collection; beside every M2 stand q(y|x) on the labels alone and the SVM, all from the same labels.
"""

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import f1_score

from semispectral.dataset import Features, TrainingSet
from semispectral.inference.m1 import M1Inference
from semispectral.inference.m2 import M2Inference
from semispectral.models.run import Run, use_threads
from semispectral.models.settings import FitConfig
from semispectral.models.settings_m1 import M1Config
from semispectral.models.settings_m2 import M2Config
from semispectral.models.train_m1 import train_m1
from semispectral.models.train_m2 import train_m2, train_qy
from semispectral.normalise import fit_scaler
from semispectral.simulate import SimulateConfig, scene_names, simulate_scene
from semispectral.svm import SvmConfig, fit_svm

SETTINGS = {
    f"m2 z {latents} alpha {alpha}": M2Config(latents=latents, alpha=alpha)
    for latents in (2, 5, 16)
    for alpha in (0.1, 0.3, 1.0)
}
MOST_LABELLED, UNLABELLED = 300, 2000  # of a class, and in all, of one scene


def collection(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Counts float32 [pixel, band], labels (-1: unlabelled) and holes of a sample of a collection."""
    settings = SimulateConfig(seed=seed)
    random = np.random.default_rng(seed)
    parts = []
    for hole, number in scene_names(settings).values():
        scene = simulate_scene(settings, hole, number)
        live = (scene.white > scene.dark).any(axis=-1)  # not the camera's dead column
        code = np.where(live, scene.codes, 255).ravel()
        minerals = [np.flatnonzero(code == value) for value in np.unique(code[(code > 0) & (code < 100)])]
        labelled = np.concatenate([random.permutation(member)[:MOST_LABELLED] for member in minerals])
        unlabelled = random.permutation(np.flatnonzero((code == 0) | ((code >= 100) & (code < 255))))[:UNLABELLED]
        index = np.concatenate([labelled, unlabelled])
        label = np.where((code[index] > 0) & (code[index] < 100), code[index].astype(int), -1)
        parts.append((scene.counts.reshape(len(code), -1)[index].astype(np.float32), label, np.full(len(index), hole)))
    x, code, hole = (np.concatenate(part) for part in zip(*parts, strict=True))
    known = np.unique(code[code >= 0])
    return x, np.where(code >= 0, np.searchsorted(known, code), -1), hole


def part(mean: np.ndarray, std: np.ndarray, label: np.ndarray, index: np.ndarray) -> Features:
    """Features of some pixels."""
    return Features(mean[index], std[index], pd.DataFrame({"label": label[index].astype(np.int16)}))


def compare(seed: int, labels: int) -> dict[str, float]:
    """Macro-F1 on the third hole, by method."""
    x, label, hole = collection(seed)
    train, test = np.flatnonzero(hole < 2), np.flatnonzero((hole == 2) & (label >= 0))
    x = fit_scaler(x[train], method="snv_standardise").transform(x)
    run = Run(seed=seed, checkpoints=Path(tempfile.mkdtemp()))
    m1 = train_m1(x[train], x[train][:1000], settings=M1Config(fit=FitConfig(epochs=150)), run=run)
    mean, log_variance = M1Inference(m1.arrays, m1.description).encode(x)
    random = np.random.default_rng(seed)
    known = np.unique(label[train][label[train] >= 0])
    chosen = [random.permutation(train[label[train] == k])[:labels] for k in known]
    valid = np.concatenate([index[: labels // 5] for index in chosen])
    labelled = np.concatenate([index[labels // 5 :] for index in chosen])
    rest = np.setdiff1d(train, np.concatenate([labelled, valid]))
    data = TrainingSet(*(part(mean, np.exp(0.5 * log_variance), label, i) for i in (labelled, rest, valid)))
    both, classes = np.concatenate([labelled, valid]), int(label.max()) + 1
    found = {}
    for name, features in (("svm on bands", x), ("svm on latents", mean)):
        svm = fit_svm(features[both], label[both], classes=classes, settings=SvmConfig(), seed=seed)
        found[name] = svm.predict(features[test])
    fit = FitConfig(epochs=60, evaluate_every=5)
    for name, settings in {"q(y|x)": M2Config(), **SETTINGS}.items():
        train_it = train_qy if name == "q(y|x)" else train_m2
        trained = train_it(data, settings=replace(settings, fit=fit), run=run, classes=classes)
        found[name] = M2Inference(trained.arrays, trained.description).predict_proba(mean[test]).argmax(1)
    return {name: f1_score(label[test], predicted, average="macro") for name, predicted in found.items()}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", required=True, help="one simulated collection each")
    parser.add_argument("--labels", type=int, default=10, help="labels per class, a fifth of them for validation")
    asked = parser.parse_args()
    use_threads(2)
    table = pd.DataFrame({seed: compare(seed, asked.labels) for seed in asked.seeds})
    table["mean"] = table.mean(axis=1)
    print(table.round(3).to_string())
