"""A small study that is sound, for programs that break it in one place: tables, configuration and scans in a folder."""

import os
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import yaml

from semispectral.study.scenes import REQUIRED

LINES, SAMPLES, BANDS = 40, 12, 12
NM = np.linspace(1000.0, 1110.0, BANDS)  # as the model of tests/tiny_models.py wants them
HOLES = {"a1": "A", "a2": "A", "b1": "B"}
CLASSES = "code\tname\tcolour\n1\ttalc\t#00ff00\n2\tcalcite\t#0000ff\n255\ttray\t#000000\n"
CONFIG: dict[str, Any] = {
    "scenes": "scenes.tsv",
    "classes": "classes.tsv",
    "simulate": {"enabled": False},
    "split": {"test_groups": ["B"], "block_lines": 8, "buffer": 1},
    "runs": {"labels_per_class": [10, "all"]},
}
ENVI = {
    "samples": SAMPLES,
    "lines": LINES,
    "bands": BANDS,
    "header offset": 0,
    "data type": 12,
    "interleave": "bip",
    "byte order": 0,
    "wavelength units": "Nanometers",
    "wavelength": "{" + ", ".join(f"{value:.3f}" for value in NM) + "}",
}


def counts(seed: int) -> np.ndarray:
    """Spectra as stored, uint16 [line, sample, band]."""
    random = np.random.default_rng(seed)
    level = random.uniform(5_000, 20_000, (LINES, SAMPLES, 1))
    return (level * random.uniform(0.6, 1.4, (LINES, SAMPLES, BANDS))).astype(np.uint16)


def codes() -> np.ndarray:
    """Labels, uint8 [line, sample]: talc, calcite, a tray at the border, and between them nothing."""
    found = np.zeros((LINES, SAMPLES), np.uint8)
    found[::4, 1:8], found[2::8, 1:5], found[:, -1] = 1, 2, 255
    return found


class Study:
    """The study in the working directory; a case changes what it wants to, and `write` writes the rest.

    Parameters
    ----------
    folder : empty, and the working directory.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config: dict[str, Any] = {name: dict(v) if isinstance(v, dict) else v for name, v in CONFIG.items()}
        self.rows = {name: self._row(name) for name in HOLES}
        self.more_columns: tuple[str, ...] = ()
        for seed, name in enumerate(HOLES):
            self.write_scan(name, data=counts(seed), labels=codes(), nm=NM)

    def _row(self, name: str) -> dict[str, str]:
        row = {"scene": name, "hole": HOLES[name], "data": f"{name}.h5", "data_key": "data", "labels_key": "labels"}
        return row | {"axes": "line,sample,band", "wavelengths": "nm", "scale": "2.5e-5", "use": "1-9", "ignore": "255"}

    @property
    def first(self) -> dict[str, str]:
        """The row of the scene that cases break, a1."""
        return self.rows["a1"]

    def write_scan(self, name: str, **arrays: Any) -> None:
        """Write a scan's HDF5 file anew."""
        with h5py.File(self.folder / f"{name}.h5", "w") as file:
            for key, values in arrays.items():
                file[key] = values

    def put(self, **arrays: Any) -> None:
        """Put other arrays into the file of a1."""
        with self.h5() as file:
            for key, values in arrays.items():
                if key in file:
                    del file[key]
                file[key] = values

    def h5(self) -> h5py.File:
        """The file of a1, open for changes."""
        return h5py.File(self.folder / "a1.h5", "a")

    def use_file(self, name: str, content: bytes | None = None, **cells: str) -> Path:
        """Let a1 be another file, with its labels still those of the HDF5 file; cells go before."""
        path = self.folder / name
        if content is not None:
            path.write_bytes(content)
        self.first.update({"data": name, "data_key": "", "labels": "a1.h5", "wavelengths": "", **cells})
        return path

    def use_labels(self, name: str, content: bytes | None = None, key: str = "") -> Path:
        """Let the labels of a1 be another file."""
        path = self.folder / name
        if content is not None:
            path.write_bytes(content)
        self.first.update({"labels": name, "labels_key": key})
        return path

    def use_envi(
        self, *, data: str = "e.img", first: str = "ENVI\n", more: str = "", before: bytes = b"", **fields: Any
    ) -> Path:
        """Let a1 be an ENVI file whose header has these fields; None leaves one out."""
        header = ENVI | {name.replace("_", " "): value for name, value in fields.items()}
        lines = "".join(f"{name} = {value}\n" for name, value in header.items() if value is not None)
        (self.folder / "e.hdr").write_text(first + lines + more, encoding="utf-8")
        (self.folder / data).write_bytes(before + counts(0).tobytes())
        self.use_file(data)
        return self.folder / data

    def table(self, text: bytes | str, name: str = "scenes.tsv") -> None:
        """Write a table whole."""
        (self.folder / name).write_bytes(text.encode() if isinstance(text, str) else text)

    def classes(self, *rows: str) -> None:
        """classes.tsv with these rows behind talc and calcite."""
        self.table(CLASSES + "".join(f"{row}\n" for row in rows), "classes.tsv")

    def write(self) -> None:
        """Write whatever the case has not written itself."""
        columns = [*REQUIRED, *self.more_columns]
        lines = ["\t".join(columns), *("\t".join(row.get(name, "") for name in columns) for row in self.rows.values())]
        texts = {"scenes.tsv": "\n".join(lines) + "\n", "classes.tsv": CLASSES}
        texts |= {"study.yaml": yaml.safe_dump(self.config, allow_unicode=True)}
        for name, text in texts.items():
            if not os.path.lexists(self.folder / name):
                (self.folder / name).write_text(text, encoding="utf-8")
