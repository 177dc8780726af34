"""Rank inputs of a classifier on real drill core and on simulated core: SNV, hull quotients, a mineral library.

python measurements/accuracy/inputs.py --tsg PE257D_0001_tsg.tsg --seeds 10
python measurements/accuracy/inputs.py --tsg PE257D_0001_tsg.tsg --library minerals.csv

Real core: kaolin against white mica, by the groups that The Spectral Geologist (TSA) gives to a HyLogger's spectra.
They are an estimate, made from about the window that is ranked here. The built-in library's entries were chosen while
looking at this hole, so that its figures are no test on an unseen one. Simulated core: the same two groups of the
built-in collection, and of the harder one of config/hard_core.yaml, in the mean of some collections. A part is tested
that no label comes from: every other block of the hole, or the deeper half of it; of simulated core, every other block
of lines, or another hole.
"""

import argparse
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import yaml
from sklearn.metrics import f1_score

from semispectral.classifiers.input_choice import best_input, input_scores
from semispectral.classifiers.svm import SvmConfig, fit_svm
from semispectral.library.class_entries import LibraryClassifier
from semispectral.library.entries import Library
from semispectral.library.groups import group_of, mineral_of
from semispectral.library.library_files import read_libraries
from semispectral.library.library_settings import LibraryConfig
from semispectral.library.matching import Matcher
from semispectral.scans.formats.tsg import open_cube, read_scalar
from semispectral.scans.formats.tsg_header import read_header
from semispectral.simulate import SimulateConfig, SimulatedScene, simulate_scene
from semispectral.simulate.scene import class_code
from semispectral.spectra.scaling import fit_scaler

ROOT = Path(__file__).resolve().parents[2]
GROUPS = ("kaolin", "white mica")
HARD_CORE = "harder simulated core"
HARD = SimulateConfig(**yaml.safe_load((ROOT / "config/hard_core.yaml").read_text(encoding="utf-8"))["simulate"])
BLOCK_M, BLOCK_LINES = 0.45, 20
WINDOW = (2080.0, 2400.0)
LABELS = (10, 20, None)  # None: all of the training part
# What an earlier prototype reached on PE257D with 10 / 20 / all labels, and a library of 77 spectra without labels.
FLOORS = {
    ("hull 2080-2400", "blocks"): "0.815 / 0.855 / 0.890",
    ("hull 2080-2400", "other half"): "0.603 / 0.618 / 0.616",
    ("SNV 1000-2500", "blocks"): "0.534 / 0.586 / 0.768",
    ("SNV 1000-2500", "other half"): "0.465 / 0.523 / 0.623",
    ("SNV 2050-2450", "blocks"): "0.677 / 0.756 / 0.889",
    ("SNV 2050-2450", "other half"): "0.594 / 0.645 / 0.829",
    ("library, no label", "blocks"): "0.754",
    ("library, no label", "other half"): "0.697",
}
Fit = Callable[[np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True, eq=False)
class Core:
    """Spectra of core with their groups: x float32 [pixel, band], label 0 or 1, test pixels of each split, blocks."""

    name: str
    x: np.ndarray
    wavelengths_nm: np.ndarray
    label: np.ndarray
    tests: dict[str, np.ndarray]
    block: np.ndarray


def real_core(path: Path) -> Core:
    """Spectra of a TSG dataset whose first group by TSA is one of the two."""
    header = read_header(path)
    group = read_scalar(path, "Grp1 sTSAS")
    names = [name.lower().replace("-", " ") for name in header.tables["Grp1 sTSAS"].names]
    codes = [names.index(name) for name in GROUPS]
    kept = np.flatnonzero(np.isin(group, codes))
    with open_cube(path, key="", axes="", wavelengths="") as cube:
        x = cube.read_lines(0, cube.shape[0])[kept, 0]
        nm = np.asarray(cube.wavelengths_nm)
    depth = header.depth_m[kept]
    block = np.floor((depth - depth.min()) / BLOCK_M).astype(int)
    tests = {"blocks": block % 2 == 1, "other half": depth > np.median(depth)}
    return Core("real core", x, nm, (group[kept] == codes[1]).astype(int), tests, block)


def simulated_core(seed: int, *, pixels: int, hard: bool) -> Core:
    """At most so many pixels of two simulated holes whose true dominant mineral is of one of the two groups."""
    settings = replace(HARD if hard else SimulateConfig(), seed=seed)
    group = {class_code(name): group_of(mineral_of(name)) for name in settings.minerals}
    scenes = [simulate_scene(settings, hole, tray) for hole in (0, 1) for tray in range(settings.scenes_per_hole)]
    parts = [_of_groups(scene, group) for scene in scenes]
    x, label, line = (np.concatenate([part[place] for part in parts]) for place in range(3))
    hole = np.repeat([scene.hole != scenes[0].hole for scene in scenes], [len(part[1]) for part in parts])
    thin = np.random.default_rng(seed).permutation(len(x))[:pixels]
    tests = {"blocks": (line // BLOCK_LINES) % 2 == 1, "other half": hole}
    kept = {name: test[thin] for name, test in tests.items()}
    return Core(
        HARD_CORE if hard else "simulated core",
        x[thin],
        scenes[0].wavelengths_nm,
        label[thin],
        kept,
        line[thin] // BLOCK_LINES,
    )


def _of_groups(scene: SimulatedScene, group: dict[int, str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Reflectance, group and line of the pixels of a scene that are of one of the two groups."""
    alive = scene.white.astype(int).min(axis=1) > scene.dark.astype(int).max(axis=1)
    of = np.vectorize(lambda code: GROUPS.index(group[code]) if group.get(code) in GROUPS else -1)(scene.mineral)
    chosen = scene.core & (of >= 0) & alive
    span = np.maximum(scene.white.astype(np.float32) - scene.dark, 1)
    reflectance = (scene.counts - scene.dark.astype(np.float32)) / span
    return reflectance[chosen], of[chosen], np.nonzero(chosen)[0]


def columns(core: Core, train: np.ndarray) -> dict[str, np.ndarray]:
    """Each input of all pixels, scaled on the training pixels, float32 [pixel, column]."""
    nm = core.wavelengths_nm

    def scaled(first_nm: float, last_nm: float, method: str) -> np.ndarray:
        inside = (nm >= first_nm) & (nm <= last_nm)
        axis = {"wavelengths_nm": nm[inside], "windows": [WINDOW]}
        x = core.x[:, inside]
        return fit_scaler(x[train], method=method, **axis).transform(x)

    return {
        "SNV 1000-2500": scaled(1000, 2500, "snv"),
        "SNV 2050-2450": scaled(2050, 2450, "snv"),
        "hull 2080-2400": scaled(1000, 2500, "hull"),
    }


def draw(label: np.ndarray, train: np.ndarray, labels: int | None, seed: int) -> np.ndarray:
    """Labelled pixels of the training part: so many in all, equally many of each class, or all of them."""
    places = np.flatnonzero(train)
    if labels is None:
        return places
    random = np.random.default_rng(seed)
    return np.concatenate([random.permutation(places[label[places] == k])[: labels // 2] for k in (0, 1)])


def svm_scores(core: Core, test: np.ndarray, seeds: range) -> dict[str, list[list[float]]]:
    """Macro-F1 on the test pixels of an SVM on each input, and on the one chosen on the labels: [labels][seed]."""
    inputs = columns(core, ~test)
    found: dict[str, list[list[float]]] = {name: [[] for _ in LABELS] for name in [*inputs, "chosen on the labels"]}
    for place, labels in enumerate(LABELS):
        for seed in seeds:
            known = draw(core.label, ~test, labels, seed)
            scores = {name: _svm_f1(x, core.label, known, test, seed) for name, x in inputs.items()}
            table = input_scores(
                {name: x[known] for name, x in inputs.items()}, core.label[known], settings=SvmConfig(), seed=seed
            )
            scores["chosen on the labels"] = scores[best_input(table)]
            for name, score in scores.items():
                found[name][place].append(score)
            if labels is None:
                break  # the labels are the same with every seed
    return found


def _svm_f1(x: np.ndarray, label: np.ndarray, known: np.ndarray, test: np.ndarray, seed: int) -> float:
    """Macro-F1 of the project's SVM."""
    model = fit_svm(x[known], label[known], classes=2, settings=SvmConfig(), seed=seed)
    return f1(label[test], model.predict(x[test]))


def f1(label: np.ndarray, predicted: np.ndarray) -> float:
    """Macro-F1."""
    return float(f1_score(label, predicted, average="macro", zero_division=0))


def library_f1(core: Core, test: np.ndarray, library: Library, mixture: int) -> float:
    """Macro-F1 of the mineral library, which sees no label."""
    return f1(core.label[test], library_probabilities(core, test, library, mixture).argmax(axis=1))


def library_probabilities(core: Core, test: np.ndarray, library: Library, mixture: int) -> np.ndarray:
    """Probabilities of the two groups by the mineral library, for the test pixels."""
    settings = LibraryConfig(windows=(WINDOW,), mixture=mixture)
    classifier = LibraryClassifier.of(
        library, core.wavelengths_nm, settings, names=GROUPS, minerals=("", ""), where=core.name
    )
    return np.asarray(classifier.predict_proba(core.x[test]))


def agreement(core: Core, library: Library) -> float:
    """Share of the spectra whose best match among all entries is of the group that they have."""
    matcher = Matcher.of(library, core.wavelengths_nm, LibraryConfig(windows=(WINDOW,)), where=core.name)
    groups = np.array([entry.group for entry in matcher.library.entries])
    best = groups[matcher.scores(core.x)[0].argmax(axis=1)]
    return float(np.mean(best == np.array(GROUPS)[core.label]))


def scores_of(core: Core, library: Library, seeds: range) -> Iterator[tuple[str, str, list[list[float]]]]:
    """Input, split and macro-F1 of 10 / 20 / all labels, each of every draw; of the library one number."""
    for split, test in core.tests.items():
        for name, scores in svm_scores(core, test, seeds).items():
            yield name, split, scores
        for mixture, words in ((1, "library, single entries, no label"), (2, "library, no label")):
            yield words, split, [[library_f1(core, test, library, mixture)]]


def rows(cores: Sequence[Core], library: Library, seeds: range) -> Iterator[tuple[str, str, str]]:
    """Input, split and the mean macro-F1 over draws and cores with 10 / 20 / all labels, as text."""
    found: defaultdict[tuple[str, str], list[list[float]]] = defaultdict(list)
    for core in cores:
        for name, split, scores in scores_of(core, library, seeds):
            known = found[name, split]
            known.extend([] for _ in scores[len(known) :])
            for all_draws, mine in zip(known, scores, strict=True):
                all_draws.extend(mine)
    for (name, split), scores in found.items():
        yield name, split, " / ".join(f"{np.mean(each):.3f}{standard_error(each)}" for each in scores)


def standard_error(scores: list[float]) -> str:
    """Standard error of the mean, as text; nothing for one score."""
    return f" +- {np.std(scores, ddof=1) / np.sqrt(len(scores)):.3f}" if len(scores) > 1 else ""


def main() -> None:
    """Parse the command line and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tsg", type=Path, help="TSG dataset with the groups of TSA; without it, simulated core only")
    parser.add_argument("--library", type=Path, nargs="*", default=[], help="mineral libraries; none: the built-in one")
    parser.add_argument("--seeds", type=int, default=10, help="draws of labels (default: %(default)s)")
    parser.add_argument("--simulated-seeds", type=int, nargs="+", default=[7, 8, 9], help="of the simulated cores")
    parser.add_argument("--pixels", type=int, default=2000, help="pixels of the simulated core (default: %(default)s)")
    wanted = parser.parse_args()
    library, seeds = read_libraries(wanted.library), range(1, wanted.seeds + 1)
    simulated = [
        [simulated_core(seed, pixels=wanted.pixels, hard=hard) for seed in wanted.simulated_seeds]
        for hard in (False, True)
    ]
    for cores in [*([[real_core(wanted.tsg)]] if wanted.tsg else []), *simulated]:
        name, spectra = cores[0].name, sum(len(core.x) for core in cores)
        print(f"\n{name}: {spectra} spectra of {' and '.join(GROUPS)}, {len(cores)} collection(s)")
        agreed = np.mean([agreement(core, library) for core in cores])
        print(f"library of {len(library)} spectra agrees with the groups for {agreed:.3f} of them")
        print("| input | test part | macro-F1 with 10 / 20 / all labels | prototype, real core |\n|---|---|---|---|")
        for words, split, text in rows(cores, library, seeds):
            floor = FLOORS.get((words, split), "") if name == "real core" else ""
            print(f"| {words} | {split} | {text} | {floor} |", flush=True)


if __name__ == "__main__":
    main()
