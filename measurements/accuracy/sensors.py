"""Measure what a second sensor adds, and how well the program finds where it lies.

python measurements/accuracy/sensors.py hole --tsg HOLE_tsg.tsg --more HOLE_tsg_mir.tsg HOLE_tsg_tir.tsg --seeds 5
python measurements/accuracy/sensors.py joined --tsg HOLE_tsg.tsg --more HOLE_tsg_mir.tsg HOLE_tsg_tir.tsg --seeds 20
python measurements/accuracy/sensors.py simulated --seeds 3

hole: kaolin against white mica, by the groups that The Spectral Geologist (TSA) gives to a HyLogger's short-wave
spectra, with that sensor alone and with others of the same spectra. Every other block of depth is tested. The groups
are made from the short waves alone, which favours that sensor. joined: how the SVM had best see the sensors side by
side, within the training part of that task: labels from every other of its blocks, scored on those between, in turn; no
test spectrum is looked at. Below it stand the tested blocks, by what the product does. simulated: trays of the built-in
collection, cut into two sensors, the second one with larger pixels, shifted and a little turned. Its place is found as
`semispectral align` does, and the error is the distance to the true place; then classes with each sensor and with both.
A hole is tested that no label comes from. ``half`` lacks the second sensor in every other scene of training and of the
test hole.
"""

import argparse
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
from sklearn.metrics import f1_score

from few_labels_work import Settings, markdown
from inputs import real_core
from semispectral.census.align_sensors import align
from semispectral.classifiers.svm import SvmConfig, fit_svm
from semispectral.inference.m1_inference import M1Inference
from semispectral.inference.m2_inference import M2Inference
from semispectral.sampling.training_set import Features, TrainingSet
from semispectral.scans.cube import Cube
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
    latents: dict[tuple[int, str, int], tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)

    def scores(self, task: Task, seed: int) -> dict[tuple[str, int | None], float]:
        """Macro-F1 of the SVM on the bands and of M1+M2, by method and number of labels."""
        train, classes = np.flatnonzero(~task.test), int(task.label.max()) + 1
        given = {"wavelengths_nm": task.wavelengths_nm, "sensors": task.sensors}
        x = without_gaps(fit_scaler(task.x[train], method="snv_level", **given).transform(task.x))  # type: ignore[arg-type]
        parts = [self.of_sensor(task.of([each.name]), seed) for each in task.sensors]
        mean, std = (np.concatenate([part[place] for part in parts], axis=1) for place in range(2))
        latents = Features(mean, std, pd.DataFrame({"label": task.label}))
        found: dict[tuple[str, int | None], float] = {}
        for number in self.labels:
            known = draw(task, number, seed)
            model = fit_svm(x[known], task.label[known], classes=classes, settings=SvmConfig(), seed=seed)
            found["SVM", number] = f1(task, model.predict(x))
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

Columns = Callable[[Task], np.ndarray]


def inner_task(task: Task) -> Task:
    """The training part alone; its blocks are dealt in turn to labels and to scores."""
    kept = np.flatnonzero(~task.test)
    block = np.cumsum(np.diff(kept, prepend=kept[0]) > 1)
    return replace(task, x=task.x[kept], label=task.label[kept], test=block % 2 == 1)


def standardised(task: Task) -> tuple[np.ndarray, list[slice]]:
    """All columns standardised, side by side, and which of them are of each sensor."""
    given = {"wavelengths_nm": task.wavelengths_nm, "sensors": task.sensors}
    scaler = fit_scaler(task.x[~task.test], method="snv_level", **given)  # type: ignore[arg-type]
    return without_gaps(scaler.transform(task.x)), [part.columns for part in scaler.parts]


def columns_alike(task: Task) -> np.ndarray:
    """What the product gives to the SVM."""
    return standardised(task)[0]


def sensors_alike(task: Task) -> np.ndarray:
    """The same, with each sensor's columns divided by the root of their number: each sensor has as much variance."""
    x, places = standardised(task)
    return np.concatenate([x[:, place] / np.sqrt(place.stop - place.start) for place in places], axis=1)


def by_signal(task: Task) -> np.ndarray:
    """The same, with each column weighted by the root of the share of its variance that is no noise.

    Noise is half the variance of the differences of neighbouring spectra, as the noise covariance is estimated.
    """
    x, _ = standardised(task)
    train = x[~task.test]
    noise = np.diff(train, axis=0).var(axis=0) / 2
    return x * np.sqrt(np.clip(1 - noise / np.maximum(train.var(axis=0), 1e-9), 0, 1))


WAYS: dict[str, Columns] = {
    "columns alike": columns_alike,
    "sensors alike": sensors_alike,
    "columns by their signal": by_signal,
}
MEAN = "mean of an SVM for each sensor"


def joined_scores(task: Task, labels: Sequence[int | None], seeds: Sequence[int]) -> Iterator[list[str]]:
    """Mean macro-F1 of the SVM within the training part, one row for each way to join the sensors."""
    inner = inner_task(task)
    sides = {seed: replace(inner, test=~inner.test) if seed % 2 else inner for seed in seeds}

    def row(way: str, inputs: Sequence[Columns]) -> list[str]:
        return [way, *(_mean([svm_f1(sides[seed], inputs, number, seed) for seed in seeds]) for number in labels)]

    for way, columns in WAYS.items():
        if way == "sensors alike" and len(task.sensors) == 1:
            continue  # a factor that all columns share changes nothing
        yield row(way, [columns])
    if len(task.sensors) > 1:
        yield row(MEAN, [(lambda whole, name=each.name: columns_alike(whole.of([name]))) for each in task.sensors])


def svm_f1(task: Task, inputs: Sequence[Columns], labels: int | None, seed: int) -> float:
    """Macro-F1 on the test pixels of the mean probabilities of an SVM on each input."""
    known, classes = draw(task, labels, seed), int(task.label.max()) + 1
    found = []
    for columns in inputs:
        x = np.ascontiguousarray(columns(task), np.float32)
        model = fit_svm(x[known], task.label[known], classes=classes, settings=SvmConfig(), seed=seed)
        found.append(model.predict_proba(x))
    return f1(task, np.mean(found, axis=0).argmax(axis=1))


def differences(
    task: Task, choices: Sequence[Sequence[str]], labels: Sequence[int | None], seeds: Sequence[int]
) -> Iterator[list[str]]:
    """Macro-F1 on the tested blocks, and what more sensors add to the first choice with the labels of the same seed."""
    scores = {
        (place, number): np.array([svm_f1(task.of(choice), [columns_alike], number, seed) for seed in seeds])
        for place, choice in enumerate(choices)
        for number in labels
    }
    for place, choice in enumerate(choices):
        cells = []
        for number in labels:
            mean, added = _mean(scores[place, number].tolist()), scores[place, number] - scores[0, number]
            cells += [mean, _mean(added.tolist()) if place else ""]
        yield [" + ".join(choice), *cells]


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
        for method in ("SVM", "M1+M2"):
            yield [name, method, *(_mean([each[method, number] for each in by_seed]) for number in work.labels)]


def _mean(values: Sequence[float]) -> str:
    error = f" +- {np.std(values, ddof=1) / np.sqrt(len(values)):.3f}" if len(values) > 1 else ""
    return f"{np.mean(values):.3f}{error}"


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
    parser.add_argument("--pixels", type=int, default=6000, help="pixels of the simulated trays (default: %(default)s)")
    parser.add_argument(
        "--small", action="store_true", help="few epochs and one small tray a hole: to see that it runs"
    )
    wanted = parser.parse_args()
    labels = LABELS if wanted.labels is None else tuple(number or None for number in wanted.labels)
    settings, seeds = Settings().quick() if wanted.small else Settings(), range(1, wanted.seeds + 1)
    if wanted.epochs:
        settings = replace(settings, m1=replace(settings.m1, fit=replace(settings.m1.fit, epochs=wanted.epochs)))
    work = Work(settings, labels)
    if wanted.what in ("hole", "joined"):
        task = of_hole(wanted.tsg, wanted.more)
        names = [each.name for each in task.sensors]
        print(f"{len(task.x)} spectra, {np.bincount(task.label[task.label >= 0]).tolist()} with a group, {names}")
        choices = [names[:1], *([names[0], more] for more in names[1:]), *([names] if len(names) > 2 else [])]
        if wanted.what == "joined":
            words = [f"{number or 'all'} labels" for number in labels]
            rows = [
                [" + ".join(choice), *row]
                for choice in choices
                for row in joined_scores(task.of(choice), labels, seeds)
            ]
            print(markdown([["sensors", "the SVM sees", *words], *rows]), flush=True)
            head = ["tested blocks", *(cell for word in words for cell in (word, f"more than {names[0]} alone"))]
            print(markdown([head, *differences(task, choices, labels, seeds)]))
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
