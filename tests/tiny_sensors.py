"""A tiny collection in the files of two sensors: visible light, and short waves in pixels twice as large."""

from pathlib import Path
from typing import Any

import h5py
import numpy as np

from scene_rows import write_scenes
from semispectral.simulate import SimulateConfig
from semispectral.simulate.stage_simulate import run_simulate
from semispectral.workflow.rerun import stage_cfg

SPLIT_BAND = 10  # from which on bands are of the second sensor
OVERLAP = 2  # bands that both have
SIZE = 2  # lines and samples of the first sensor in a pixel of the second
PLACE = "0.5 0 -0.25 0 0.5 -0.25"  # of the pixels of the first sensor in the second
ROW = {"data_key": "data", "axes": "", "wavelengths": "nm", "scale": "", "nodata": ""}


def write_two_sensors(folder: Path, simulated: dict[str, Any], scenes: dict[str, str], *, without: str = "") -> None:
    """Simulate scenes, write each as two files, and the tables ``scenes.tsv`` and ``sensors.tsv``.

    Parameters
    ----------
    scenes : hole of each scene, by its name.
    without : name of a scene that has no file of the second sensor.
    """
    first, second = [], []
    for name, hole in scenes.items():
        whole = folder / f"{name}_whole.h5"
        run_simulate(whole, scene=name, cfg=stage_cfg({"simulate": simulated}, "simulate"))
        with h5py.File(whole) as file:
            cube, nm, labels = (file[f"hsimage/{key}"][()] for key in ("data", "wavelengths", "labels"))
            dark, white = (file[f"hsimage/{key}"][()] for key in ("dark", "white"))
        whole.unlink()
        signal = white.astype(np.float32) - dark
        signal[signal <= 0] = np.nan  # dead elements
        reflectance = (cube.astype(np.float32) - dark) / signal
        _write(
            folder / f"{name}_vnir.h5", reflectance[:, :, : SPLIT_BAND + OVERLAP], nm[: SPLIT_BAND + OVERLAP], labels
        )
        row = {"scene": name, "hole": hole, "data": f"{name}_vnir.h5", **ROW}
        first.append(row | {"labels": "", "labels_key": "labels", "use": "1-99", "ignore": "255", "sensor": "vnir"})
        if name != without:
            _write(folder / f"{name}_swir.h5", coarse(reflectance[:, :, SPLIT_BAND:]), nm[SPLIT_BAND:])
            second.append({"scene": name, "sensor": "swir", "data": f"{name}_swir.h5", **ROW, "place": PLACE})
    write_scenes(folder / "scenes.tsv", *first)
    write_scenes(folder / "sensors.tsv", *second)


def coarse(values: np.ndarray) -> np.ndarray:
    """Means of squares of pixels."""
    lines, samples, bands = values.shape
    return values.reshape(lines // SIZE, SIZE, samples // SIZE, SIZE, bands).mean(axis=(1, 3))


def _write(path: Path, values: np.ndarray, nm: np.ndarray, labels: np.ndarray | None = None) -> None:
    with h5py.File(path, "w") as file:
        file["data"], file["nm"] = values.astype(np.float32), nm
        file["nm"].attrs["units"] = "nm"
        if labels is not None:
            file["labels"] = labels


def simulated_of(config: dict[str, Any]) -> dict[str, Any]:
    """The section simulate, as settings of a simulation."""
    given = {key: value for key, value in config["simulate"].items() if key != "enabled"}
    SimulateConfig(**given)
    return given
