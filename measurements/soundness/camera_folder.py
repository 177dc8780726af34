"""Write the simulated collection as a camera's folder, find its scans there, and compare with the study it came from.

    python measurements/soundness/camera_folder.py --study . --output camera

writes ``camera/scans`` as Specim's Lumo would: raw counts in lines of bands, and a white and a dark reference of other
numbers of lines, the white one at half the integration time; then ``camera/scenes.tsv`` by ``semispectral scenes``. It
prints how far the reflectance of each scene is from that of the HDF5 files with keys, and, with ``--run``, in how many
pixels the maps of a run of the study differ.
"""

import argparse
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
import rasterio
import yaml
from PIL import Image

from semispectral.commands.main import main as semispectral
from semispectral.spectra.cleaned_scans import open_cleaned
from semispectral.spectra.cleaning_settings import CleanConfig
from semispectral.study.scene import Scene
from semispectral.study.scenes import read_scenes

WHITE_LINES, DARK_LINES = 40, 25
TIME_MS = {"scan": 8.0, "white": 4.0, "dark": 8.0}
PATTERN = "{hole}_{box}_{from}_{to}"
BLOCK_BYTES = 16_000_000
CLEANING = CleanConfig(white_reflectance=0.99)
COLOUR_BANDS = (0.8, 0.5, 0.2)  # places along the spectrum, for the picture


@dataclass(frozen=True)
class Folder:
    """A camera's folder that was written.

    Attributes
    ----------
    scans : Path, the folder.
    table : Path, table of labels and codes, for ``semispectral scenes --table``.
    """

    scans: Path
    table: Path


def write_folder(rows: list[Scene], output: Path) -> Folder:
    """Write scenes of the built-in collection as a Lumo folder, each in a folder of its own with its references."""
    scans, labels = output / "scans", output / "labels"
    labels.mkdir(parents=True, exist_ok=True)
    lines = ["scan,labels,scale,use,ignore,pixel_mm"]
    for scene in rows:
        name = _write_scan(scene, scans, labels)
        use, ignore = (
            ",".join(f"{a}-{b}" if a < b else f"{a}" for a, b in c.ranges) for c in (scene.use, scene.ignore)
        )
        lines.append(f'{name},labels/{name}.npy,{scene.scale},"{use}","{ignore}",{scene.pixel_mm}')
    table = output / "boxes.csv"
    table.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return Folder(scans, table)


def _write_scan(scene: Scene, scans: Path, labels: Path) -> str:
    """Write one scan with its references, labels, metadata and picture; return the camera's name of it."""
    with h5py.File(scene.data) as file:
        data, dark, white = file[scene.data_key], file[scene.dark_key][()], file[scene.white_key][()]
        nm, attributes = file[scene.wavelengths][()], dict(file.attrs)
        name = f"{scene.name}_{attributes['depth_from_m']:.3f}_{attributes['depth_to_m']:.3f}"
        capture = scans / name / "capture"
        capture.mkdir(parents=True, exist_ok=True)
        np.save(labels / f"{name}.npy", file[scene.labels_key][()])
        _write_bil(capture / f"{name}.raw", _blocks(data), data.shape, nm, TIME_MS["scan"])
        _write_metadata(scans / name, name, attributes, data)
    for role, frames in {
        "WHITE": _white_frames(white, dark),
        "DARK": np.repeat(dark[None], DARK_LINES, axis=0),
    }.items():
        _write_bil(capture / f"{role}REF_{name}.raw", [frames], frames.shape, nm, TIME_MS[role.lower()])
    return name


def _blocks(data: h5py.Dataset) -> Iterator[np.ndarray]:
    height = max(1, BLOCK_BYTES // (data.shape[1] * data.shape[2] * 2))
    for first in range(0, data.shape[0], height):
        yield data[first : first + height]


def _white_frames(white: np.ndarray, dark: np.ndarray) -> np.ndarray:
    """Counts of the panel at half the time; halves of odd numbers lie between two counts, which lines take in turn."""
    signal = white.astype(int) - dark
    frames = dark + np.stack([signal // 2, signal - signal // 2] * (WHITE_LINES // 2))
    frames[6:8, frames.shape[1] // 3] = frames.max()  # an outlier on two lines, which the mean must not see
    return frames


def _write_bil(
    path: Path, blocks: Iterator[np.ndarray] | list[np.ndarray], shape: tuple[int, ...], nm: np.ndarray, time_ms: float
) -> None:
    with path.open("wb") as file:
        for block in blocks:
            file.write(block.transpose(0, 2, 1).astype("<u2").tobytes())
    lines, samples, bands = shape
    fields = {
        "description": "{Simulated scan}",
        "samples": samples,
        "lines": lines,
        "bands": bands,
        "header offset": 0,
        "file type": "ENVI",
        "data type": 12,
        "interleave": "bil",
        "byte order": 0,
        "sensor type": "SIMULATED",
        "sensorid": 1,
        "acquisition date": "DATE(yyyy-mm-dd): 2024-03-05",
        "Start Time": "UTC TIME: 10:20:30",
        "tint": f"{time_ms:.6f}",
        "wavelength units": "nm",
        "wavelength": "{\n" + ",\n".join(repr(float(value)) for value in nm) + "\n}",
    }
    text = "ENVI\n" + "".join(f"{key} = {value}\n" for key, value in fields.items())
    path.with_suffix(".hdr").write_text(text, encoding="utf-8")


def _write_metadata(folder: Path, name: str, attributes: dict[str, object], data: h5py.Dataset) -> None:
    (folder / "metadata").mkdir(exist_ok=True)
    keys = "".join(f'<key field="{field}">{value}</key>' for field, value in sorted(attributes.items()))
    (folder / f"metadata/{name}.xml").write_text(f"<properties><core>{keys}</core></properties>", encoding="utf-8")
    bands = [int(place * (data.shape[2] - 1)) for place in COLOUR_BANDS]
    picture = np.stack([data[:, :, band] for band in bands], axis=-1) >> 8
    Image.fromarray(picture.astype(np.uint8)).save(folder / f"{name}.png")


def largest_difference(one: Scene, other: Scene, cleaning: CleanConfig) -> float:
    """Largest difference of the cleaned values of two scenes, over the largest value; infinite if gaps differ."""
    worst, largest = 0.0, 0.0
    with open_cleaned(one, cleaning) as first, open_cleaned(other, cleaning) as second:
        if first.shape != second.shape:
            return float("inf")
        height = first.block_lines(max_bytes=BLOCK_BYTES)
        for line in range(0, first.shape[0], height):
            a, b = (cube.read_lines(line, min(line + height, cube.shape[0])) for cube in (first, second))
            if not np.array_equal(np.isnan(a), np.isnan(b)):
                return float("inf")
            worst = max(worst, float(np.nanmax(np.abs(a - b), initial=0)))
            largest = max(largest, float(np.nanmax(np.abs(a), initial=0)))
    return worst / largest


def different_pixels(one: Path, other: Path) -> tuple[int, int]:
    """Number of pixels of two class maps that differ, and of all."""
    with rasterio.open(one) as first, rasterio.open(other) as second:
        a, b = first.read(1), second.read(1)
    return int((a != b).sum()), a.size


def main() -> int:
    """Write, find, compare, and run if wanted."""
    wanted = _parser().parse_args()
    study, output = wanted.study.resolve(), wanted.output.resolve()
    rows = list(read_scenes(study / wanted.scenes, data_root=study, allow_outside=True))
    folder = write_folder(rows, output)
    table = output / "scenes.tsv"
    table.unlink(missing_ok=True)
    table.with_name("scenes.sources.tsv").unlink(missing_ok=True)
    options = ["--output", str(table), "--data-root", str(output), "--name", PATTERN, "--table", str(folder.table)]
    if semispectral(["scenes", str(folder.scans), *options]):
        return 1
    found = {scene.name: scene for scene in read_scenes(table, data_root=output)}
    print("| scene | largest difference of reflectance, relative |\n|---|---|")
    for scene in rows:
        difference = largest_difference(scene, found[scene.name], CLEANING)
        print(f"| {scene.name} | {difference:.1e} |")
    return _run_study(study, output, table, wanted) if wanted.run else 0


def _run_study(study: Path, output: Path, table: Path, wanted: argparse.Namespace) -> int:
    """Check and run the study on the camera's folder and on its own files, and compare the maps."""
    ways = {"folder": (table, output), "keys": (study / wanted.scenes, study)}
    for name, (scenes, root) in ways.items():
        overlay = output / f"{name}.yaml"
        settings = {"scenes": str(scenes), "data_root": str(root), "simulate": {"enabled": False}}
        settings |= {"allow_outside": True, "pathvars": {"results": str(output / name)}}
        overlay.write_text(yaml.safe_dump(settings), encoding="utf-8")
        configs = [*([str(wanted.config)] if wanted.config else []), str(overlay)]
        if semispectral(["check", "--config", *configs, "--workflow", str(study)]):
            return 1
        command = ["snakemake", "--cores", str(wanted.cores), "--configfile", *configs, "--until", "paint"]
        if done := subprocess.run(command, cwd=study, check=False).returncode:
            return done
    print("| scene | pixels of the map that differ | of |\n|---|---|---|")
    for folder in sorted((output / "folder/maps").iterdir()):
        different, pixels = different_pixels(output / "keys/maps" / folder.name / "class.tif", folder / "class.tif")
        print(f"| {folder.name} | {different} | {pixels} |")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--study", type=Path, default=Path(), help="folder of the study, with results/scenes")
    parser.add_argument("--scenes", type=Path, default=Path("config/scenes.tsv"), help="its table of scenes")
    parser.add_argument("--config", type=Path, help="its overlay, if it has one")
    parser.add_argument("--output", type=Path, required=True, help="folder to write")
    parser.add_argument("--run", action="store_true", help="check and run the study both ways too")
    parser.add_argument("--cores", type=int, default=1, help="cores of these runs (default: %(default)s)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
