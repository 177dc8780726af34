"""Time the simulated collection, and measure how hard it is for a support vector machine.

python measurements/accuracy/simulate.py --seeds 7 11 13    # times
python measurements/accuracy/simulate.py --difficulty       # accuracies
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np
from sklearn.decomposition import PCA
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from semispectral.simulate import SimulateConfig, SimulatedScene, scene_names, simulate_scene, write_scene
from semispectral.simulate.scene import class_code

LABELS_PER_CLASS = (5, 10, 50)
TEST_PER_CLASS = 100
COMPONENTS, COMPONENT_PIXELS = 30, 3000  # the components come from unlabelled pixels of the training hole
PENALTY = 10.0
Pixels = tuple[np.ndarray, np.ndarray]  # spectra [pixel, band], codes [pixel]
Normalise = Callable[[np.ndarray], np.ndarray]
NORMALISATIONS: dict[str, Normalise] = {
    "raw": lambda spectra: spectra,
    "SNV": lambda spectra: (spectra - spectra.mean(axis=1, keepdims=True)) / spectra.std(axis=1, keepdims=True),
}


def time_scenes(settings: SimulateConfig, repeats: int) -> dict[str, float]:
    """Median seconds to simulate and write each scene."""
    seconds: dict[str, list[float]] = {}
    with TemporaryDirectory() as folder:
        for _ in range(repeats):
            for name, numbers in scene_names(settings).items():
                start = time.perf_counter()
                write_scene(Path(folder, f"{name}.h5"), simulate_scene(settings, *numbers))
                seconds.setdefault(name, []).append(time.perf_counter() - start)
    return {name: median(values) for name, values in seconds.items()}


def mineral_pixels(scene: SimulatedScene, codes: np.ndarray) -> Pixels:
    """Reflectance float64 [pixel, band] and true dominant mineral [pixel] of the units that are of one mineral."""
    alive = scene.white.astype(int).min(axis=1) > scene.dark.astype(int).max(axis=1)
    chosen = scene.core & (scene.mineral == scene.unit_class) & np.isin(scene.mineral, codes) & alive
    dark, white = scene.dark.astype(float), scene.white.astype(float)
    reflectance = (scene.counts - dark) / np.maximum(white - dark, 1.0)
    return reflectance[chosen], scene.mineral[chosen]


def draw(pixels: Pixels, per_class: int, random: np.random.Generator) -> np.ndarray:
    """Places of at most `per_class` random pixels of each class, int64 [pixel]."""
    places = [random.permutation(np.flatnonzero(pixels[1] == code))[:per_class] for code in np.unique(pixels[1])]
    return np.concatenate(places)


def hole_pixels(settings: SimulateConfig, hole: int) -> Pixels:
    """Pixels of all scenes of a hole."""
    codes = np.array([class_code(name) for name in settings.minerals])
    scenes = [simulate_scene(settings, hole, scene) for scene in range(settings.scenes_per_hole)]
    spectra, minerals = zip(*(mineral_pixels(scene, codes) for scene in scenes), strict=True)
    return np.concatenate(spectra), np.concatenate(minerals)


def select(pixels: Pixels, places: np.ndarray) -> Pixels:
    """The pixels at these places."""
    return pixels[0][places], pixels[1][places]


def accuracies(
    holes: list[Pixels], train_hole: int, labels: int, normalise: Normalise, seed: int
) -> tuple[float, float]:
    """Overall accuracy on other pixels of the training hole, and on the other holes, at classes that it has."""
    random = np.random.default_rng(seed)
    held = draw(holes[train_hole], TEST_PER_CLASS, random)
    rest = select(holes[train_hole], np.setdiff1d(np.arange(len(holes[train_hole][1])), held))
    train = select(rest, draw(rest, labels, random))
    unlabelled = rest[0][random.permutation(len(rest[1]))[:COMPONENT_PIXELS]]
    components = PCA(COMPONENTS, random_state=seed).fit(normalise(unlabelled))
    machine = make_pipeline(StandardScaler(), SVC(C=PENALTY)).fit(components.transform(normalise(train[0])), train[1])
    tests = [select(holes[train_hole], held)]
    for other in holes[:train_hole] + holes[train_hole + 1 :]:
        known = select(other, np.flatnonzero(np.isin(other[1], train[1])))
        tests.append(select(known, draw(known, TEST_PER_CLASS, random)))
    scores = [machine.score(components.transform(normalise(spectra)), minerals) for spectra, minerals in tests]
    return scores[0], float(np.mean(scores[1:]))


def print_difficulty(seeds: list[int]) -> None:
    """Print the accuracies, means over the seeds and over the holes that are trained on."""
    scores: dict[tuple[str, int], list[tuple[float, float]]] = {}
    for seed in seeds:
        settings = SimulateConfig(seed=seed)
        holes = [hole_pixels(settings, hole) for hole in range(settings.holes)]
        for name, normalise in NORMALISATIONS.items():
            for labels in LABELS_PER_CLASS:
                runs = [accuracies(holes, hole, labels, normalise, seed) for hole in range(settings.holes)]
                scores.setdefault((name, labels), []).extend(runs)
    print(f"SVM-RBF on {COMPONENTS} components, overall accuracy at {LABELS_PER_CLASS} labels per class, seeds {seeds}")
    for name in NORMALISATIONS:
        means = np.array([np.mean(scores[name, labels], axis=0) for labels in LABELS_PER_CLASS])
        for place, where in enumerate(("same core", "new core")):
            print(f"{where:10} {name:4} " + " / ".join(f"{value:.3f}" for value in means[:, place]))


def print_times(seed: int, repeats: int) -> None:
    """Print the seconds of each scene and their sum."""
    seconds = time_scenes(SimulateConfig(seed=seed), repeats)
    for name, value in seconds.items():
        print(f"{name:8} {value:6.2f} s")
    print(f"{'total':8} {sum(seconds.values()):6.2f} s in one process, medians of {repeats}")


def main() -> None:
    """Parse the command line and print one of the two tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", required=True, help="seeds of the collection")
    parser.add_argument("--repeats", type=int, default=3, help="repeats of each timing")
    parser.add_argument("--difficulty", action="store_true", help="measure accuracies instead of times")
    arguments = parser.parse_args()
    if arguments.difficulty:
        print_difficulty(arguments.seeds)
    else:
        print_times(arguments.seeds[0], arguments.repeats)


if __name__ == "__main__":
    main()
