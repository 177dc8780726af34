"""Measure what the steps of cleaning that mend faults of the detector find and change in a scene."""

from typing import Any

import numpy as np

from semispectral.scans.cube import Cube
from semispectral.scans.instrument import Sensor
from semispectral.scans.quality import repeats, sparse_blocks
from semispectral.spectra.cleaning import STEPS, bridged
from semispectral.spectra.cleaning_settings import CleanConfig
from semispectral.spectra.detector_faults import estimate_smile
from semispectral.spectra.scene_sensor import sensor_for, smile_bands, whole_blocks
from semispectral.study.cleaning_steps import CLEANING_STEPS
from semispectral.study.scene import Scene

CHANGED = 1e-3  # of a value, from which it counts as changed


def effect_of(scene: Scene, cube: Cube, settings: CleanConfig) -> dict[str, Any]:
    """Return what each step that mends a fault does, by a sparse sample of a scene.

    Parameters
    ----------
    scene : Scene, row of ``scenes.tsv``.
    cube : Cube, open scene.
    settings : CleanConfig, steps of cleaning.

    Returns
    -------
    dict: scene; steps, a list of dict with name, found (a sentence), changed (share of the values looked at that it
    changes by more than a thousandth) and change (root mean square of the relative change); and the curves smile (shift
    of each sample in bands) and stripes (root mean square over the bands of factor - 1), where these steps are taken.
    """
    sensor = sensor_for(scene, cube, settings)
    changes = _changes(cube, sensor, settings)
    words, curves = _found(cube, sensor, settings)
    steps = [
        {"name": name, "found": words[name], "changed": changes[name][0], "change": changes[name][1]}
        for name in settings.steps
        if CLEANING_STEPS[name].mends
    ]
    return {"scene": scene.name, "steps": steps, "curves": curves}


def _changes(cube: Cube, sensor: Sensor, settings: CleanConfig) -> dict[str, tuple[float, float]]:
    """Return the share of values that each step changes, and by how much."""
    sums = {name: np.zeros(3) for name in settings.steps}
    for values in sparse_blocks(cube):
        sample = np.tile(np.arange(cube.shape[1]), len(values))
        x = values.reshape(len(sample), -1)
        found, lost = bridged(x, sample=sample, sensor=sensor, settings=settings)
        marked = {
            "dead_columns": _dead(sensor, sample, x.shape),
            "dropped_lines": _one_value(x),
            "repeated_lines": repeats(values),
        }
        for name in settings.steps:
            before = found.x
            if name in marked:
                sums[name] += (marked[name].sum(), 0, marked[name].size)
            elif not CLEANING_STEPS[name].first:
                found = STEPS[name](found, settings)
            if CLEANING_STEPS[name].mends and name not in marked:
                sums[name] += _difference(before[~lost], found.x[~lost])
    shares = {name: (hit / max(size, 1), np.sqrt(square / max(size, 1))) for name, (hit, square, size) in sums.items()}
    return {name: (float(share), float(change)) for name, (share, change) in shares.items()}


def _dead(sensor: Sensor, sample: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    return np.zeros(shape, bool) if sensor.dead is None else sensor.dead[sample]


def _one_value(x: np.ndarray) -> np.ndarray:
    return np.asarray(np.fmin.reduce(x, axis=1) == np.fmax.reduce(x, axis=1))


def _difference(before: np.ndarray, after: np.ndarray) -> tuple[float, float, float]:
    """Return the number of changed values, the sum of squared relative changes, and the number of values."""
    usual = np.abs(before).mean(axis=1, keepdims=True)
    relative = np.divide(after - before, usual, out=np.zeros_like(after), where=usual > 0)
    return float((np.abs(relative) > CHANGED).sum()), float((relative.astype(float) ** 2).sum()), float(relative.size)


def _found(cube: Cube, sensor: Sensor, settings: CleanConfig) -> tuple[dict[str, str], dict[str, list[float]]]:
    """Return a sentence on what each step found, and the curves across the samples."""
    words = {
        "spikes": f"values more than {settings.spike_threshold:g} sigmas from their neighbours",
        "dropped_lines": "spectra of one value in all bands",
        "repeated_lines": "lines that equal the line before them in every value",
    }
    curves: dict[str, list[float]] = {}
    if sensor.dead is not None:
        words["dead_columns"] = f"{int(sensor.dead.sum())} of {sensor.dead.size} detector elements are dead"
    if sensor.stripes is not None:
        odd = sensor.stripes != 1
        curves["stripes"] = np.sqrt(np.mean((sensor.stripes - 1.0) ** 2, axis=1)).tolist()
        words["stripes"] = f"{int(odd.sum())} of {odd.size} detector elements differ from their neighbours"
    if "smile" in settings.steps:
        smile = estimate_smile(whole_blocks(cube, sensor, settings), bands=smile_bands(cube, settings))
        curves["smile"] = smile.shift.tolist()
        fate = "undone" if smile.is_seen else "within its error, left as it is"
        size = f"{smile.largest:.2f} \N{PLUS-MINUS SIGN} {smile.error:.2f} bands"
        words["smile"] = f"the bands of two samples lie up to {size} apart: {fate}"
    return words, curves
