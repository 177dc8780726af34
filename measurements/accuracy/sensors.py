"""Measure what a second sensor adds, and how well the program finds where it lies.

python measurements/accuracy/sensors.py hole --tsg HOLE_tsg.tsg --more HOLE_tsg_mir.tsg HOLE_tsg_tir.tsg --seeds 5
python measurements/accuracy/sensors.py joined --tsg HOLE_tsg.tsg --more HOLE_tsg_mir.tsg HOLE_tsg_tir.tsg --seeds 5
python measurements/accuracy/sensors.py simulated --seeds 3

hole: kaolin against white mica, by the groups that The Spectral Geologist (TSA) gives to a HyLogger's short-wave
spectra, with that sensor alone and with others of the same spectra. Every other block of depth is tested. The groups
are made from the short waves alone, which favours that sensor. joined: how an SVM had best see the sensors of that
task, on bands and on MNF components, in blocks that each seed deals anew as the product does: first within the training
part (labels from every other of its blocks, scored on those between, and the other way round; no test spectrum is
looked at), then on the tested blocks; every way less the first sensor alone, with the same labels. simulated: trays of
the built-in collection, cut into two sensors, the second one with larger pixels, shifted and a little turned. Its place
is found as `semispectral align` does, and the error is the distance to the true place; then classes with each sensor
and with both. A hole is tested that no label comes from. ``half`` lacks the second sensor in every other scene of
training and of the test hole.
"""

import argparse
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
from sklearn.metrics import f1_score

from few_labels_work import Settings, markdown
from inputs import real_core
from semispectral.census.align_sensors import align
from semispectral.classifiers.by_sensor import fit_by_sensor
from semispectral.classifiers.input_choice import best_input, input_scores
from semispectral.classifiers.svm import SvmConfig, fit_svm
from semispectral.inference.m1_inference import M1Inference
from semispectral.inference.m2_inference import M2Inference
from semispectral.noise.covariance import estimate_noise
from semispectral.sampling.split import NO_PART, TEST, LabelRaster, SplitConfig, split
from semispectral.sampling.training_set import Features, TrainingSet
from semispectral.scans.cube import Cube, Pixels
from semispectral.scans.formats.tsg import open_cube, read_scalar
from semispectral.scans.placing import Affine, fit_affine, placed
from semispectral.scans.quality import valid_spectra
from semispectral.scans.sensor_bands import SensorBands, Sensors, columns_of
from semispectral.simulate import SimulateConfig, SimulatedScene, simulate_scene
from semispectral.spectra.cleaned_scans import open_cleaned
from semispectral.spectra.cleaning_settings import CleanConfig
from semispectral.spectra.scaling import fit_scaler, without_gaps
from semispectral.study.classes import CodeSet
from semispectral.study.scene import OtherSensor, Scene
from semispectral.study.sensors import read_tie_points
from semispectral.training.run import Run
from semispectral.training.train_m1 import train_m1
from semispectral.training.train_m2 import train_m2

LABELS = (10, 40, None)  # in all; None: all of the training part
VALID_EVERY = 5  # training spectra, of which one validates M1
FIRST_NM, SECOND_NM = (1000.0, 1750.0), (1650.0, 2500.0)  # of the simulated sensors: they overlap
SIZE, TURN = 2.0, 0.4  # lines and samples in a pixel of the second sensor, and degrees
SHIFT = (3.3, -2.1)  # in pixels of the second sensor
NONE = CodeSet(())


@dataclass(frozen=True, eq=False)
class Task:
    """Spectra with classes: x float32 [pixel, band], label [pixel] (-1: none), test bool [pixel]."""

    x: np.ndarray
    wavelengths_nm: np.ndarray
    sensors: Sensors
    label: np.ndarray
    test: np.ndarray

    def of(self, names: Sequence[str]) -> "Task":
        """The same pixels with some of the sensors."""
        chosen = [
            (each, place)
            for each, place in zip(self.sensors, columns_of(self.sensors), strict=True)
            if each.name in names
        ]
        bands = np.concatenate([np.arange(place.start, place.stop) for _, place in chosen])
        return replace(
            self,
            x=self.x[:, bands],
            wavelengths_nm=self.wavelengths_nm[bands],
            sensors=tuple(each for each, _ in chosen),
        )


def of_hole(swir: Path, more: Sequence[Path]) -> Task:
    """All spectra of a hole, with the sensors of several TSG datasets side by side."""
    known = real_core(swir)
    parts, nm, sensors = [], [], []
    for path in (swir, *more):
        with open_cube(path, key="", axes="", wavelengths="") as cube:
            parts.append(cube.read_lines(0, cube.shape[0])[:, 0])
            nm.append(np.asarray(cube.wavelengths_nm))
        sensors.append(SensorBands(name_of(path), parts[-1].shape[1]))
    if len({len(part) for part in parts}) > 1:
        raise SystemExit(f"the datasets must have the same spectra, got {[len(part) for part in parts]}")
    kept = np.flatnonzero(_known_rows(swir))
    label, test = np.full(len(parts[0]), -1), np.zeros(len(parts[0]), bool)
    label[kept] = known.label
    block = np.interp(np.arange(len(label)), kept, known.tests["blocks"].astype(float))
    test[:] = block > 0.5
    return Task(np.concatenate(parts, axis=1), np.concatenate(nm), tuple(sensors), label, test)


def name_of(path: Path) -> str:
    """The sensor of a TSG dataset, by the end of its name."""
    return {"mir": "MIR", "tir": "TIR"}.get(path.stem.rsplit("_", 1)[-1], "SWIR")


def _known_rows(path: Path) -> np.ndarray:
    from inputs import GROUPS
    from semispectral.scans.formats.tsg_header import read_header

    names = [name.lower().replace("-", " ") for name in read_header(path).tables["Grp1 sTSAS"].names]
    return np.isin(read_scalar(path, "Grp1 sTSAS"), [names.index(name) for name in GROUPS])


def draw(task: Task, labels: int | None, seed: int) -> np.ndarray:
    """Labelled training pixels: so many in all, as equally many of each class as there are; or all of them."""
    places = np.flatnonzero(~task.test & (task.label >= 0))
    if labels is None:
        return places
    random = np.random.default_rng(seed)
    classes = np.unique(task.label[places])
    each = max(2, labels // len(classes))
    return np.concatenate([random.permutation(places[task.label[places] == k])[:each] for k in classes])


def f1(task: Task, predicted: np.ndarray) -> float:
    """Macro-F1 on the labelled test pixels."""
    asked = task.test & (task.label >= 0)
    return float(f1_score(task.label[asked], predicted[asked], average="macro", zero_division=0))


@dataclass(frozen=True, eq=False)
class Work:
    """What is trained, and the latents of each sensor, which combinations share, as its views are trained alone."""

    settings: Settings
    labels: Sequence[int | None]
    trained: bool = True
    latents: dict[tuple[int, str, int], tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)

    def scores(self, task: Task, seed: int) -> dict[tuple[str, int | None], float]:
        """Macro-F1 of the SVM on the bands and of M1+M2, by method and number of labels."""
        train, classes = np.flatnonzero(~task.test), int(task.label.max()) + 1
        given = {"wavelengths_nm": task.wavelengths_nm, "sensors": task.sensors}
        scaler = fit_scaler(task.x[train], method=INPUTS[BANDS], **given)  # type: ignore[arg-type]
        x, of_svm = without_gaps(scaler.transform(task.x)), {"classes": classes, "settings": SvmConfig(), "seed": seed}
        found: dict[tuple[str, int | None], float] = {}
        for number in self.labels:
            known = draw(task, number, seed)
            side_by_side = fit_svm(x[known], task.label[known], **of_svm)
            found[f"{BANDS}, {SIDE_BY_SIDE}", number] = f1(task, side_by_side.predict(x))
            svms = fit_by_sensor(fit_svm, x[known], task.label[known], sensors=scaler.columns_by_sensor, **of_svm)
            found[BANDS, number] = f1(task, svms.predict(x))
        if self.trained:
            found |= self.of_m1m2(task, seed)
        return found

    def of_m1m2(self, task: Task, seed: int) -> dict[tuple[str, int | None], float]:
        """Macro-F1 of M1+M2, by method and number of labels."""
        train, classes = np.flatnonzero(~task.test), int(task.label.max()) + 1
        parts = [self.of_sensor(task.of([each.name]), seed) for each in task.sensors]
        mean, std = (np.concatenate([part[place] for part in parts], axis=1) for place in range(2))
        latents = Features(mean, std, pd.DataFrame({"label": task.label}))
        found: dict[tuple[str, int | None], float] = {}
        for number in self.labels:
            known = draw(task, number, seed)
            chosen = (known, np.setdiff1d(train, known), known[:0])
            data = TrainingSet(*(_rows(latents, index) for index in chosen))
            m2 = train_m2(data, settings=self.settings.m2, run=run_of(seed), classes=classes)
            predicted = M2Inference(m2.arrays, m2.description).predict_proba(mean).argmax(axis=1)
            found["M1+M2", number] = f1(task, predicted)
        return found

    def of_sensor(self, task: Task, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation of the latents of one sensor, of all pixels."""
        key = seed, task.sensors[0].name, hash(task.x.tobytes())
        if key not in self.latents:
            train = np.flatnonzero(~task.test)
            scaler = fit_scaler(task.x[train], method="views", wavelengths_nm=task.wavelengths_nm, sensors=task.sensors)
            seen, valid = scaler.transform(task.x), train[::VALID_EVERY]
            x = seen[np.setdiff1d(train, valid)]
            trained = train_m1(x, seen[valid], settings=self.settings.m1, run=run_of(seed), views=scaler.views)
            mean, log_variance = M1Inference(trained.arrays, trained.description).encode(seen)
            self.latents[key] = mean, np.exp(0.5 * log_variance)
        return self.latents[key]


# ------------------------------------------------------------------------------------------ how the SVM joins sensors

BANDS, MNF = "SVM", "MNF + SVM"
INPUTS = {BANDS: "snv_level", MNF: "mnf"}
ALONE, SIDE_BY_SIDE, CHOSEN, EACH = "first", "side by side", "sensors by cross-validation", "an SVM for each sensor"
WAYS = (ALONE, SIDE_BY_SIDE, CHOSEN, EACH)
REPEATS = 1  # of the folds by which sensors are chosen


@dataclass(frozen=True, eq=False)
class Seen:
    """What an SVM sees: x float32 [pixel, column], which columns are of which sensor, and the pixels' blocks."""

    task: Task
    x: np.ndarray
    sensors: Sensors
    block: np.ndarray

    def of(self, names: Sequence[str]) -> "Seen":
        """The columns of some sensors."""
        kept = [(each, place) for each, place in zip(self.sensors, columns_of(self.sensors), strict=True)]
        kept = [(each, place) for each, place in kept if each.name in names]
        x = np.concatenate([self.x[:, place] for _, place in kept], axis=1)
        return replace(self, x=x, sensors=tuple(each for each, _ in kept))

    def within_training(self, side: int) -> "Seen":
        """The training part alone; its blocks are dealt in turn to labels and to scores."""
        kept = ~self.task.test
        number = np.unique(self.block[kept], return_inverse=True)[1]
        inner = replace(self.task, x=self.task.x[kept], label=self.task.label[kept], test=number % 2 == side)
        return replace(self, task=inner, x=self.x[kept], block=self.block[kept])


def dealt(task: Task, seed: int) -> tuple[Task, np.ndarray]:
    """The pixels of the product's parts by blocks, those between blocks left out, and the line of each."""
    settings = SplitConfig(method="blocks", seed=seed)
    part = split([LabelRaster("hole", "hole", task.label[:, np.newaxis].astype(np.int16))], settings)["hole"][:, 0]
    line = np.flatnonzero(part != NO_PART)
    return replace(task, x=task.x[line], label=task.label[line], test=part[line] == TEST), line


def seen_by(task: Task, line: np.ndarray, method: str) -> Seen:
    """The normalised bands or MNF components, fitted on the training part."""
    train = ~task.test
    facts = {"wavelengths_nm": task.wavelengths_nm, "sensors": task.sensors}
    table = pd.DataFrame({"scene": "hole", "hole": "hole", "line": line, "sample": 0, "code": 0})[train]
    noise = estimate_noise(Pixels(task.x[train], table, **facts)).covariance if method == MNF else None
    scaler = fit_scaler(task.x[train], method=INPUTS[method], noise=noise, **facts)  # type: ignore[arg-type]
    x = without_gaps(scaler.transform(task.x))
    return Seen(task, x, scaler.columns_by_sensor, line // SplitConfig().block_lines)


def ways(seen: Seen, known: np.ndarray, seed: int) -> dict[str, Seen]:
    """What the SVM sees in each way but the last: the first sensor, all, or those that labels held out speak for.

    Of sets of sensors whose macro-F1 on held-out blocks lies within one standard error of the best one's, the smallest
    is chosen, and of equally small ones the best.
    """
    names = [each.name for each in seen.sensors]
    sets = [chosen for size in range(1, len(names) + 1) for chosen in combinations(names, size)]
    inputs = {" ".join(chosen): seen.of(chosen).x[known] for chosen in sets}
    label = seen.task.label[known]
    given = {"settings": SvmConfig(), "seed": seed, "groups": seen.block[known], "repeats": REPEATS}
    scores = input_scores(inputs, label, **given).set_index("input")
    best = scores.loc[best_input(scores.reset_index())]
    near = scores["macro_f1"].fillna(-1) >= best["macro_f1"] - np.nan_to_num(best["standard_error"])
    size = min(len(name.split()) for name in scores.index[near])
    few = [name for name in scores.index[near] if len(name.split()) == size]
    chosen = str(scores.loc[few, "macro_f1"].fillna(-1).idxmax())
    return {ALONE: seen.of(names[:1]), SIDE_BY_SIDE: seen, CHOSEN: seen.of(chosen.split())}


def way_scores(seen: Seen, number: int | None, seed: int) -> dict[str, float]:
    """Macro-F1 on the test pixels of every way, with the same labels."""
    known, classes = draw(seen.task, number, seed), int(seen.task.label.max()) + 1
    label, given = seen.task.label[known], {"classes": classes, "settings": SvmConfig(), "seed": seed}
    found = {
        way: f1(seen.task, fit_svm(each.x[known], label, **given).predict(each.x))
        for way, each in ways(seen, known, seed).items()
    }
    svms = fit_by_sensor(fit_svm, seen.x[known], label, sensors=seen.sensors, **given)
    return {**found, EACH: f1(seen.task, svms.predict(seen.x))}


def joined_rows(task: Task, labels: Sequence[int | None], seeds: Sequence[int], *, within: bool) -> Iterator[list[str]]:
    """Macro-F1 of the first sensor alone, and what every other way adds to it with the same labels and blocks."""
    for method in INPUTS:
        tasks: list[tuple[int, Seen]] = []
        for seed in seeds:
            seen = seen_by(*dealt(task, seed), method)
            tasks += [(seed, seen.within_training(side)) for side in (0, 1)] if within else [(seed, seen)]
        for number in labels:
            scores = pd.DataFrame([way_scores(seen, number, seed) for seed, seen in tasks])
            added = [_mean((scores[way] - scores[ALONE]).tolist(), "+") for way in WAYS[1:]]
            yield [method, f"{number or 'all'}", _mean(scores[ALONE].tolist()), *added]


def run_of(seed: int) -> Run:
    """A training without checkpoints."""
    return Run(seed=seed, checkpoints=None, code="")


def _rows(features: Features, index: np.ndarray) -> Features:
    return Features(features.mean[index], features.std[index], features.table.iloc[index].reset_index(drop=True))


def rows_of(tasks: dict[str, Callable[[int], Task]], seeds: Sequence[int], work: Work) -> Iterator[list[str]]:
    """Mean macro-F1 over the seeds with its standard error, one row for each choice of sensors and method."""
    yield ["sensors", "method", *(f"{number or 'all'} labels" for number in work.labels)]
    for name, make in tasks.items():
        by_seed = [work.scores(make(seed), seed) for seed in seeds]
        for method in dict.fromkeys(method for method, _ in by_seed[0]):
            yield [name, method, *(_mean([each[method, number] for each in by_seed]) for number in work.labels)]


def _mean(values: Sequence[float], sign: str = "") -> str:
    error = f" +- {np.std(values, ddof=1) / np.sqrt(len(values)):.3f}" if len(values) > 1 else ""
    return f"{np.mean(values):{sign}.3f}{error}"


# ------------------------------------------------------------------------------------------------ simulated sensors


def true_place() -> Affine:
    """Where the pixels of the first sensor lie in the second one."""
    turn = np.deg2rad(TURN)
    along, across = np.cos(turn) / SIZE, np.sin(turn) / SIZE
    return Affine((along, across, SHIFT[0]), (-across, along, SHIFT[1]))


def inverse(affine: Affine) -> tuple[float, ...]:
    """The six numbers of the inverse."""
    matrix = np.vstack([affine.line, affine.sample, [0, 0, 1]])
    back = np.linalg.inv(matrix)
    return tuple(back[0].tolist() + back[1].tolist())


def write_sensors(scene: SimulatedScene, folder: Path) -> Scene:
    """Write a simulated scene as the files of two sensors; its row has no place for the second one."""
    span = np.maximum(scene.white.astype(np.float32) - scene.dark, 1)
    reflectance = (scene.counts - scene.dark.astype(np.float32)) / span
    reflectance[:, scene.white.astype(int).min(axis=1) <= scene.dark.astype(int).max(axis=1)] = np.nan
    nm = scene.wavelengths_nm
    first, second = ((nm >= low) & (nm <= high) for low, high in (FIRST_NM, SECOND_NM))
    lines, samples, _ = reflectance.shape
    fine = np.where(np.isnan(reflectance), np.nanmedian(reflectance), reflectance)[:, :, second]
    whole = Cube(folder / "fine", fine.shape, fine.dtype, lambda begin, end: fine[begin:end])
    shape = round(lines / SIZE) + 4, round(samples / SIZE), 1
    grid = Cube(folder / "coarse", shape, fine.dtype, lambda begin, end: np.zeros((end - begin, *shape[1:])))
    row = _row(folder / f"{scene.name}_2.h5", scene)
    coarse = placed(whole, OtherSensor("second", row, inverse(true_place())), grid).read_lines(0, shape[0])
    own = _write(folder / f"{scene.name}_1.h5", reflectance[:, :, first], nm[first])
    _write(row.data, coarse, nm[second])
    return replace(_row(own, scene), sensor="first", others=(OtherSensor("second", row),))


def _row(path: Path, scene: SimulatedScene) -> Scene:
    return Scene(scene.name, scene.hole, path, "data", path, "", "line,sample,band", "nm", None, None, NONE, NONE)


def _write(path: Path, values: np.ndarray, nm: np.ndarray) -> Path:
    with h5py.File(path, "w") as file:
        file["data"], file["nm"] = values.astype(np.float32), nm
    return path


def registered(scenes: Sequence[Scene], folder: Path) -> Iterator[tuple[Scene, float]]:
    """Find the place of the second sensor of each scene; the scene with it, and its error in pixels of the second."""
    points = folder / "points.tsv"
    align(scenes, points, wavelength_nm=None, size=None)
    for scene in scenes:
        (other,) = scene.others
        found = read_tie_points(points, scene.name, other.name)
        with open_cleaned(scene.alone, CleanConfig()) as cube:
            lines, samples = np.indices(cube.shape[:2])
        off = np.subtract(fit_affine(found).affine.at(lines, samples), true_place().at(lines, samples))
        error = float(np.sqrt(np.mean(np.hypot(*off) ** 2)))
        yield replace(scene, others=(replace(other, tie_points=found, most_residual=5.0),)), error


def simulated(seed: int, folder: Path, *, pixels: int, small: bool) -> tuple[dict[str, Task], list[float]]:
    """Tasks by their sensors, and the errors of registration in pixels of the second sensor."""
    settings = SimulateConfig(seed=seed, **({"lines": 128, "samples": 96, "bands": 48} if small else {}))
    trays = range(1 if small else settings.scenes_per_hole)
    made = [simulate_scene(settings, hole, tray) for hole in (0, 1) for tray in trays]
    rows = [write_sensors(scene, folder) for scene in made]
    found = list(registered(rows, folder))
    random = np.random.default_rng(seed)
    parts = []
    for number, ((row, _), scene) in enumerate(zip(found, made, strict=True)):
        with open_cleaned(row, CleanConfig()) as cube:
            values = cube.read_lines(0, cube.shape[0]).reshape(-1, cube.shape[2])
            nm, sensors = np.asarray(cube.wavelengths_nm), cube.sensors
        there = valid_spectra(values[:, columns_of(sensors)[0]]) & scene.core.ravel()
        chosen = random.permutation(np.flatnonzero(there))[: pixels // len(made)]
        parts.append((values[chosen], scene.mineral.ravel()[chosen], np.full(len(chosen), number)))
    x, mineral, number = (np.concatenate([part[place] for part in parts]) for place in range(3))
    test = np.array([scene.hole != made[0].hole for scene in made])[number]
    task = Task(x, nm, sensors, labels_of(mineral, test), test)
    lacking = task.x.copy()
    lacking[number % 2 == 1, columns_of(sensors)[1]] = np.nan
    tasks = {"first": task.of(["first"]), "second": _whole(task.of(["second"])), "both": task}
    return {**tasks, "half": replace(task, x=lacking)}, [error for _, error in found]


def _whole(task: Task) -> Task:
    """The pixels that the sensor sees."""
    kept = valid_spectra(task.x)
    return replace(task, x=task.x[kept], label=task.label[kept], test=task.test[kept])


def labels_of(mineral: np.ndarray, test: np.ndarray) -> np.ndarray:
    """Numbers of the minerals that both holes have in more than a few pixels; -1 for others."""
    often = [
        code
        for code in np.unique(mineral)
        if code and min((mineral[test] == code).sum(), (mineral[~test] == code).sum()) > 8
    ]
    label = np.full(len(mineral), -1)
    for number, code in enumerate(often):
        label[mineral == code] = number
    return label


def main() -> None:
    """Parse the command line and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("hole", "joined", "simulated"))
    parser.add_argument("--tsg", type=Path, help="TSG dataset of the short waves, with the groups of TSA")
    parser.add_argument("--more", type=Path, nargs="*", default=[], help="datasets of the same spectra")
    parser.add_argument("--seeds", type=int, default=5, help="draws of labels and of weights (default: %(default)s)")
    parser.add_argument("--labels", type=int, nargs="*", default=None, help="numbers of labels; 0: all")
    parser.add_argument("--epochs", type=int, default=0, help="epochs of M1 (default: those of the configuration)")
    parser.add_argument("--svm-alone", action="store_true", help="leave out M1+M2, which takes minutes")
    parser.add_argument("--pixels", type=int, default=6000, help="pixels of the simulated trays (default: %(default)s)")
    parser.add_argument(
        "--small", action="store_true", help="few epochs and one small tray a hole: to see that it runs"
    )
    wanted = parser.parse_args()
    labels = LABELS if wanted.labels is None else tuple(number or None for number in wanted.labels)
    settings, seeds = Settings().quick() if wanted.small else Settings(), range(1, wanted.seeds + 1)
    if wanted.epochs:
        settings = replace(settings, m1=replace(settings.m1, fit=replace(settings.m1.fit, epochs=wanted.epochs)))
    work = Work(settings, labels, not wanted.svm_alone)
    if wanted.what in ("hole", "joined"):
        task = of_hole(wanted.tsg, wanted.more)
        names = [each.name for each in task.sensors]
        print(f"{len(task.x)} spectra, {np.bincount(task.label[task.label >= 0]).tolist()} with a group, {names}")
        choices = [names[:1], *([names[0], more] for more in names[1:]), *([names] if len(names) > 2 else [])]
        if wanted.what == "joined":
            head = ["method", "labels", f"{names[0]} alone", *(f"{way}, more" for way in WAYS[1:])]
            for within, title in ((True, "within the training part"), (False, "tested blocks")):
                rows = list(joined_rows(task, labels, seeds, within=within))
                print(f"{title}\n{markdown([head, *rows])}", flush=True)
            return
        tasks = {" + ".join(choice): (lambda seed, choice=choice: task.of(choice)) for choice in choices}
        print(markdown(list(rows_of(tasks, seeds, work))))
        return
    with tempfile.TemporaryDirectory() as folder:
        made = {seed: simulated(seed, Path(folder), pixels=wanted.pixels, small=wanted.small) for seed in seeds}
    errors = [error for _, found in made.values() for error in found]
    print(f"registration error, RMS over the grid, in pixels of the second sensor: median {np.median(errors):.3f}, ")
    print(f"largest {max(errors):.3f}, of {len(errors)} scenes; a pixel of it is {SIZE:g} pixels of the first")
    sensors = ("first", "second", "both", "half")
    chosen = {name: (lambda seed, name=name: made[seed][0][name]) for name in sensors}
    print(markdown(list(rows_of(chosen, seeds, work))))


if __name__ == "__main__":
    main()
