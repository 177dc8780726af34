"""Measure what labels of intervals teach M2: alone, and with 5 labelled pixels per class beside.

    python measurements/accuracy/interval_labels.py --seeds 1 2 3
    python measurements/accuracy/interval_labels.py --seeds 1 2 3 --tsg PE257D_0001_tsg.tsg
    python measurements/accuracy/interval_labels.py --seeds 1 2 3 --part valid
    python measurements/accuracy/interval_labels.py --term

The truth of the unlabelled training pixels is summed up over intervals of a hole, and M2 is trained on these shares.
Simulated: the built-in collection, whose third hole is tested, with the true dominant minerals. With --tsg, a HyLogger
hole: kaolin against white mica by TSG's groups, in every other block of 3 m; the blocks between are tested. Printed is
macro-F1 on the tested pixels, with the labels of pixels alone beside it. With --part valid, by which the terms of the
loss are chosen, no test pixel is seen: validation pixels of the training holes are scored; the training blocks of the
HyLogger hole are too short for that. With --term, no model is trained: printed is what the shares of intervals cost a
q(y|x) that is right and sure of it, beside one that says the same of every pixel, by the number of pixels drawn.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import f1_score

from few_labels_tasks import TASKS
from few_labels_work import markdown
from inputs import GROUPS
from semispectral.inference.m2_inference import M2Inference
from semispectral.models.settings_m2 import M2Config
from semispectral.sampling.interval_set import IntervalSet
from semispectral.sampling.training_set import KEY, Features, TrainingSet
from semispectral.scans.formats.tsg import open_cube, read_scalar
from semispectral.scans.formats.tsg_header import read_header
from semispectral.simulate import SimulateConfig, scene_names
from semispectral.spectra.scaling import fit_scaler
from semispectral.training.run import Run
from semispectral.training.train_m2 import train_m2

LENGTHS_M = (0.25, 1.0)
PER_CLASS = 5
BLOCK_M = 3.0
DRAWN_PIXELS, DRAWS, SURE = (32, 128, 256), 2000, 0.99


@dataclass(frozen=True, eq=False)
class Core:
    """Normalised spectra float32 [pixel, band]; hole, depth in m, truth (-1 unknown) and whether it is tested."""

    x: np.ndarray
    place: pd.DataFrame  # scene, line and sample: M2 takes the neighbours of labels for their class
    hole: np.ndarray
    depth_m: np.ndarray
    truth: np.ndarray
    tested: np.ndarray
    labelled: np.ndarray
    classes: int


def simulated(part: str) -> Core:
    """The built-in collection: labelled pixels of the third hole, or of the validation part, are scored."""
    settings, dealt = SimulateConfig(seed=2017), TASKS["collection"](Path(), 1)
    table = dealt.table
    tray = table["scene"].map({name: scene for name, (_, scene) in scene_names(settings).items()}).to_numpy()
    run = table["sample"].to_numpy() * settings.runs // settings.samples
    line_m = settings.pixel_mm / 1000
    depth_m = ((tray * settings.runs + run) * settings.lines + table["line"].to_numpy() + 0.5) * line_m
    parts, label = table["part"].to_numpy(str), table["label"].to_numpy(np.int64)
    used = (parts == "train") | ((parts == part) & (label >= 0))
    x = fit_scaler(dealt.x[parts == "train"], method="snv_level").transform(dealt.x)
    hole = table["scene"].str.partition("_")[0].to_numpy(str)
    truth = np.where(label >= 0, label, table["mineral"].to_numpy(np.int64))
    facts = (hole, depth_m, truth, parts == part, label >= 0)
    return Core(x[used], table.loc[used, KEY], *(each[used] for each in facts), dealt.classes)


def real(path: Path) -> Core:
    """A HyLogger hole: spectra whose first group by TSG is one of the two, in blocks of depth."""
    header = read_header(path)
    names = [name.lower().replace("-", " ") for name in header.tables["Grp1 sTSAS"].names]
    group, codes = read_scalar(path, "Grp1 sTSAS"), [names.index(name) for name in GROUPS]
    kept = np.flatnonzero(np.isin(group, codes))
    with open_cube(path, key="", axes="", wavelengths="") as cube:
        values = cube.read_lines(0, cube.shape[0])[kept, 0]
        window = np.asarray(cube.wavelengths_nm) >= 1000
    depth_m = header.depth_m[kept]
    tested = np.floor((depth_m - depth_m.min()) / BLOCK_M).astype(int) % 2 == 1
    x = fit_scaler(values[~tested][:, window], method="snv_level").transform(values[:, window])
    place = pd.DataFrame({"scene": "hole", "line": kept, "sample": 0})
    truth = (group[kept] == codes[1]).astype(np.int64)
    return Core(x, place, np.full(len(x), "hole"), depth_m, truth, tested, ~tested, 2)


def features(core: Core, rows: np.ndarray, label: np.ndarray) -> Features:
    """Pixels as the training takes them."""
    table = core.place.iloc[rows].assign(label=label.astype(np.int16)).reset_index(drop=True)
    return Features(core.x[rows], np.zeros((len(rows), 1), np.float32), table)


def few(core: Core, *, seed: int) -> np.ndarray:
    """So many labelled training pixels of each class, at random."""
    random = np.random.default_rng(seed)
    known = np.flatnonzero(core.labelled & ~core.tested)
    members = [known[core.truth[known] == label] for label in range(core.classes)]
    return np.concatenate([random.permutation(member)[:PER_CLASS] for member in members])


def intervals(core: Core, rows: np.ndarray, length_m: float) -> IntervalSet:
    """The pixels ``rows`` in intervals of a length, with their true shares; pixels without truth count in none."""
    known = core.truth[rows] >= 0
    key = pd.Series(core.hole[rows]) + " " + pd.Series(np.floor(core.depth_m[rows] / length_m)).astype(str)
    place = np.unique(key[known], return_inverse=True)[1]
    order = np.argsort(place, kind="stable")
    counts = np.zeros((place.max() + 1, core.classes), np.float32)
    np.add.at(counts, (place, core.truth[rows][known]), 1)
    shares = counts / counts.sum(axis=1, keepdims=True)
    return IntervalSet(np.flatnonzero(known)[order], place[order], shares, np.ones(len(shares), np.float32))


def scored(core: Core, labelled: np.ndarray, found: IntervalSet | None, settings: M2Config, *, seed: int) -> float:
    """Macro-F1 of an M2 on the tested pixels, in percent."""
    rows = np.flatnonzero(~core.tested)
    none = np.empty(0, np.int64)
    data = TrainingSet(
        features(core, labelled, core.truth[labelled]),
        features(core, rows, np.full(len(rows), -1)),
        features(core, none, none),
    )
    trained = train_m2(data, settings=settings, run=Run(seed, None), classes=core.classes, intervals=found)
    labels = np.asarray(trained.description["labels"])
    tested = np.flatnonzero(core.tested)
    guess = labels[M2Inference(trained.arrays, trained.description).log_q_y(core.x[tested]).argmax(axis=1)]
    return 100 * float(f1_score(core.truth[tested], guess, average="macro"))


def rows_of(core: Core, name: str, seeds: Sequence[int], settings: M2Config) -> Iterator[list[str]]:
    """One row for each kind of labels."""
    train = np.flatnonzero(~core.tested)
    none = np.empty(0, np.int64)
    cases: list[tuple[str, float | None, bool]] = [(f"{PER_CLASS} pixels per class", None, True)]
    cases += [(f"intervals of {length:g} m", length, False) for length in LENGTHS_M]
    cases += [(f"intervals of {length:g} m, {PER_CLASS} pixels per class", length, True) for length in LENGTHS_M]
    for words, length, with_pixels in cases:
        found = None if length is None else intervals(core, train, length)
        figures = [
            scored(core, few(core, seed=seed) if with_pixels else none, found, settings, seed=seed) for seed in seeds
        ]
        said = ", ".join(f"{figure:.1f}" for figure in figures)
        print(f"{name}, {words}: {said}", flush=True)
        yield [name, words, "" if found is None else str(len(found)), mean_of(figures), said]


def mean_of(figures: Sequence[float]) -> str:
    """The mean of several seeds with its standard error; one figure as it is."""
    if len(figures) == 1:
        return f"{figures[0]:.1f}"
    return f"{np.mean(figures):.1f} +- {np.std(figures, ddof=1) / len(figures) ** 0.5:.1f}"


def cost_of_shares(core: Core) -> Iterator[list[str]]:
    """Nats per pixel that the shares of intervals cost, for each length of intervals and number of drawn pixels."""
    random, train = np.random.default_rng(1), np.flatnonzero(~core.tested)
    for length in LENGTHS_M:
        found = intervals(core, train, length)
        shares = found.shares.astype(np.float64)
        common = np.bincount(found.interval) @ shares / len(found.interval)
        same = -(shares * np.log(common)).sum(axis=1).mean()
        least = -(shares * np.log(np.where(shares > 0, shares, 1))).sum(axis=1).mean()
        right = []
        for pixels in DRAWN_PIXELS:
            drawn = (
                random.multinomial(pixels, shares / shares.sum(axis=1, keepdims=True), (DRAWS, len(shares))) / pixels
            )
            expected = SURE * drawn + (1 - SURE) / (core.classes - 1) * (1 - drawn)
            right.append(-(shares * np.log(expected)).sum(axis=2).mean())
        yield [f"{length:g} m", str(len(shares)), *(f"{value:.3f}" for value in (least, *right, same))]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--part", choices=("test", "valid"), default="test", help="which pixels of the collection")
    parser.add_argument("--tsg", type=Path, help="HyLogger dataset, in place of the built-in collection")
    parser.add_argument("--term", action="store_true", help="what the shares cost, and no training")
    parser.add_argument("--quick", action="store_true", help="few steps: to see that it runs")
    wanted = parser.parse_args()
    settings = replace(M2Config(), select="last")
    if wanted.quick:
        settings = replace(settings, fit=replace(settings.fit, epochs=2, least_steps=2, most_steps=2))
    name = "HyLogger hole" if wanted.tsg else "simulator"
    core = real(wanted.tsg) if wanted.tsg else simulated(wanted.part)
    if wanted.term:
        drawn = [f"right, {pixels} pixels" for pixels in DRAWN_PIXELS]
        head = ["intervals", "number", "least possible", *drawn, "the same of every pixel"]
        print(markdown([head, *cost_of_shares(core)]))
        return
    table = list(rows_of(core, name, wanted.seeds, settings))
    print(markdown([["core", "labels", "intervals", "macro-F1", "of each seed"], *table]))


if __name__ == "__main__":
    main()
