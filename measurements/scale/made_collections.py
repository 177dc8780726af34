"""Collections of full-size scans: sparse ones, for what does not read the data, and simulated ones."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path

import h5py
import numpy as np
import yaml

from semispectral.simulate import SimulateConfig, simulate_scene, write_scene
from semispectral.simulate.hole_settings import MINERALS
from semispectral.study.config import lay_over

HEADER = (
    "scene hole data data_key labels labels_key axes wavelengths scale nodata use ignore pixel_mm white_key dark_key"
)
SCALE, TRAY_CODE, TRAY_SHARE = 2.5e-5, 255, 0.42
CLASSES, PATCH_LINES, LABELLED_SHARE = 15, 40, 0.14
WRITTEN_LINES = 2  # of a sparse scan; the others take no room on the disk, and are read as 0
PIXEL_MM = 1.21
LABELLED = SimulateConfig().labelled_minerals


@dataclass(frozen=True)
class Size:
    """Size of a scan, and how many of them are in a hole."""

    lines: int
    samples: int
    bands: int
    per_hole: int

    @property
    def pixels(self) -> int:
        """Number of pixels of a scan."""
        return self.lines * self.samples

    def names(self, scans: int) -> dict[str, str]:
        """The hole of each scan by its name."""
        holes = [number // self.per_hole + 1 for number in range(scans)]
        return {f"DH{hole}_{number % self.per_hole + 1}": f"DH{hole}" for number, hole in enumerate(holes)}


def write_tables(folder: Path, holes: dict[str, str], *, classes: Path, config: dict[str, object]) -> Path:
    """Write scenes.tsv and a configuration over the default one, for scans that lie in the folder; its path.

    What is given of other settings counts, but for where the scans lie and which holes are tested.
    """
    rows = [HEADER.split(), *(row_of(scene, hole) for scene, hole in holes.items())]
    text = "".join("\t".join(row) + "\n" for row in rows)
    (folder / "scenes.tsv").write_text(text, encoding="utf-8")
    own = {
        "scenes": str(folder / "scenes.tsv"),
        "classes": str(classes),
        "data_root": str(folder),
        "pathvars": {"results": str(folder / "results")},
        "simulate": {"enabled": False},
        "split": {"test_groups": [max(holes.values(), key=lambda hole: (len(hole), hole))]},
    }
    given = deepcopy(config)
    lay_over(given, own)
    path = folder / "full_size.yaml"
    path.write_text(yaml.safe_dump(given), encoding="utf-8")
    return path


def row_of(scene: str, hole: str) -> list[str]:
    """Return the row of scenes.tsv of a scan."""
    keys = ("/hsimage/data", "", "/hsimage/labels", "line,sample,band", "/hsimage/wavelengths")
    return [scene, hole, f"{scene}.h5", *keys, str(SCALE), "", "1-254", str(TRAY_CODE), str(PIXEL_MM), "/hsimage/white",
            "/hsimage/dark"]  # fmt: skip


def write_sparse(path: Path, size: Size, codes: Sequence[int], *, seed: int) -> None:
    """Write a scan whose data are a hole in the file but for its first lines, with labels in patches and references."""
    random = np.random.default_rng(seed)
    with h5py.File(path, "w") as file:
        data = _early(file, "hsimage/data", (size.lines, size.samples, size.bands))
        data[:WRITTEN_LINES] = random.integers(2000, 30000, (WRITTEN_LINES, size.samples, size.bands), np.uint16)
        file.create_dataset("hsimage/labels", data=labels(size, codes, random), compression="gzip")
        file["hsimage/wavelengths"] = np.linspace(1000, 2490, size.bands)
        for name, value in (("dark", 150), ("white", 39_000)):
            values = np.full((size.samples, size.bands), value, np.uint16)
            file.create_dataset(f"hsimage/{name}", data=values, compression="gzip")


def _early(file: h5py.File, name: str, shape: tuple[int, ...]) -> h5py.Dataset:
    """Make a contiguous dataset whose place in the file is taken at once and not filled."""
    facts = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    facts.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    facts.set_fill_time(h5py.h5d.FILL_TIME_NEVER)
    links = h5py.h5p.create(h5py.h5p.LINK_CREATE)
    links.set_create_intermediate_group(True)
    space = h5py.h5s.create_simple(shape)
    return h5py.Dataset(h5py.h5d.create(file.id, name.encode(), h5py.h5t.NATIVE_UINT16, space, dcpl=facts, lcpl=links))


def labels(size: Size, codes: Sequence[int], random: np.random.Generator) -> np.ndarray:
    """Labels of a tray, uint8 [line, sample]: the tray's code beside the core, and bands of classes over some of it."""
    band = random.choice(codes, size.lines // PATCH_LINES + 1)
    known = random.random(len(band)) < LABELLED_SHARE
    known[0] |= not known.any()
    of_line = np.repeat(np.where(known, band, 0), PATCH_LINES)[: size.lines]
    raster = np.repeat(of_line[:, np.newaxis].astype(np.uint8), size.samples, axis=1)
    raster[:, : round(TRAY_SHARE * size.samples)] = TRAY_CODE
    return raster


def write_real(path: Path, size: Size, *, hole: int, scan: int, seed: int, minerals: int = len(LABELLED)) -> None:
    """Simulate a scan and write it; so many of its minerals are labelled, and all of its lithologies."""
    shape = {"lines": size.lines, "samples": size.samples, "bands": size.bands}
    own = shape | {"labelled_minerals": MINERALS[:minerals]}
    known = SimulateConfig(seed=seed, holes=hole + 1, scenes_per_hole=size.per_hole, runs=min(4, size.samples // 8))
    write_scene(path, simulate_scene(replace(known, **own), hole, scan))
