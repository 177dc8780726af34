"""Write simulated scenes as HDF5 in the layout of 2017, together with the truth."""

import io
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from semispectral.simulate.scene import SimulatedScene
from semispectral.storage.atomic import replacing

CHUNK_LINES = 32


def write_scene(path: Path, scene: SimulatedScene) -> None:
    """Write a scene atomically; the same scene gives the same bytes.

    The file holds ``/hsimage/data`` [line, sample, band], ``labels`` [line, sample], ``wavelengths`` [band] in nm,
    ``dark`` and ``white`` [sample, band]; ``/truth/mineral`` and ``/truth/class`` [line, sample]; attributes on the
    root; and a checksum of every block of the data.

    Parameters
    ----------
    path : Path, file to write.
    scene : SimulatedScene, simulated scene.
    """
    with replacing(path, needed=scene.counts.nbytes) as temporary, Steady(temporary, "w+") as steady:
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
    lines, samples, bands = scene.counts.shape
    chunks = (min(CHUNK_LINES, lines), samples, bands)
    _put(file, "hsimage/data", scene.counts, chunks=chunks)
    datasets = {
        "hsimage/labels": scene.codes,
        "hsimage/wavelengths": scene.wavelengths_nm,
        "hsimage/dark": scene.dark,
        "hsimage/white": scene.white,
        "truth/mineral": scene.mineral,
        "truth/class": scene.unit_class,
    }
    for name, values in datasets.items():
        _put(file, name, values, chunks=None)
    file["hsimage/wavelengths"].attrs["units"] = "nm"
    file.attrs.update(scene=scene.name, hole=scene.hole, pixel_mm=scene.pixel_mm)
    file.attrs.update(depth_from_m=scene.depth_from_m, depth_to_m=scene.depth_to_m)


def _put(file: h5py.File, name: str, values: np.ndarray, *, chunks: tuple[int, ...] | None) -> None:
    file.create_dataset(name, data=values, chunks=chunks or values.shape, track_times=False, fletcher32=True)
