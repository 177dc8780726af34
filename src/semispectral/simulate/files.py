"""Write simulated scenes as HDF5 in the layout of 2017, together with the truth."""

from pathlib import Path

import h5py
import numpy as np

from semispectral.simulate.scene import SimulatedScene
from semispectral.storage.atomic import write_atomically

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
    with h5py.File(path.name, "w", driver="core", backing_store=False) as file:  # HDF5 crashes on a full disk
        _fill(file, scene)
        file.flush()
        content = file.id.get_file_image()
    write_atomically(path, content)


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
