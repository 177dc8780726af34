"""Write simulated scenes as HDF5 in the layout of 2017, together with the truth."""

import io
import math
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from semispectral.simulate.scene import CHUNK_LINES, SimulatedScene
from semispectral.storage.atomic import replacing

COUNTS = np.dtype(np.uint16)


def write_scene(path: Path, scene: SimulatedScene) -> None:
    """Write a scene atomically, some lines at a time; the same scene gives the same bytes.

    The file holds ``/hsimage/data`` [line, sample, band], ``labels`` [line, sample], ``wavelengths`` [band] in nm,
    ``dark`` and ``white`` [sample, band]; ``/truth/mineral`` and ``/truth/class`` [line, sample]; attributes on the
    root; and a checksum of every block of the data.

    Parameters
    ----------
    path : Path, file to write.
    scene : SimulatedScene, simulated scene.
    """
    size = math.prod(scene.shape) * COUNTS.itemsize
    with replacing(path, needed=size) as temporary, Steady(temporary, "w+") as steady:
        with h5py.File(steady, "w") as file:
            _fill(file, scene)
        if steady.error:
            raise steady.error


class Steady(io.FileIO):
    """File that keeps the first error of a write and takes what follows: HDF5 crashes where it cannot write.

    Attributes
    ----------
    error : the error, or None.
    """

    error: OSError | None = None

    def write(self, data: Any) -> int:
        """Write bytes, unless an earlier write failed; say that they are written.

        Parameters
        ----------
        data : bytes to write.
        """
        left = memoryview(data).cast("B")
        size = len(left)
        try:
            while left and self.error is None:
                left = left[super().write(left) :]
        except OSError as error:
            self.error = error
        return size


def _fill(file: h5py.File, scene: SimulatedScene) -> None:
    lines, samples, bands = scene.shape
    chunks = (min(CHUNK_LINES, lines), samples, bands)
    data = _new(file, "hsimage/data", shape=scene.shape, dtype=COUNTS, chunks=chunks)
    start = 0
    for block in scene.blocks():
        data[start : start + len(block)] = block
        start += len(block)
    datasets = {
        "hsimage/labels": scene.codes,
        "hsimage/wavelengths": scene.wavelengths_nm,
        "hsimage/dark": scene.dark,
        "hsimage/white": scene.white,
        "truth/mineral": scene.mineral,
        "truth/class": scene.unit_class,
    }
    for name, values in datasets.items():
        _new(file, name, data=values, chunks=values.shape)
    file["hsimage/wavelengths"].attrs["units"] = "nm"
    file.attrs.update(scene=scene.name, hole=scene.hole, pixel_mm=scene.pixel_mm)
    file.attrs.update(depth_from_m=scene.depth_from_m, depth_to_m=scene.depth_to_m)


def _new(file: h5py.File, name: str, *, chunks: tuple[int, ...], **content: Any) -> h5py.Dataset:
    return file.create_dataset(name, chunks=chunks, track_times=False, fletcher32=True, **content)
