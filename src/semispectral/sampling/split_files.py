"""Write and read the split of a study, and check on disk that its parts are disjoint."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from semispectral.census.copies import refuse_shared
from semispectral.errors import IntegrityError, MissingFileError, SplitError
from semispectral.sampling.quota_files import read_quotas
from semispectral.sampling.quotas import available_pixels
from semispectral.sampling.split import check_parts
from semispectral.sampling.split_names import CLASSES, PARTS_FOLDER, PIXELS, QUOTAS, WARNINGS
from semispectral.sampling.study_split import DEALT, StudySplit, label_rasters
from semispectral.scans.cube import PARTS
from semispectral.storage.parquet import read_table, write_table
from semispectral.storage.read_later import ReadLater
from semispectral.storage.run_again import run_command
from semispectral.storage.seal import read_array, read_json, write_array, write_json
from semispectral.study.classes import IGNORED, read_classes
from semispectral.study.scene import Scene


def write_split(directory: Path, found: StudySplit) -> None:
    """Write a split, read it again and check that it is unchanged.

    Parameters
    ----------
    directory : Path, folder of the files.
    found : StudySplit, split to write.

    Raises
    ------
    SplitError, IntegrityError : the split on disk is not disjoint, breaks its buffer, or differs.
    """
    (directory / PARTS_FOLDER).mkdir(parents=True, exist_ok=True)
    for scene, parts in found.parts.items():
        write_array(_parts_path(directory, scene), parts)
    write_tables(directory, found)
    _check_same(found, read_split(directory), directory)


def write_tables(directory: Path, found: StudySplit) -> None:
    """Write a split without the parts of pixels that were not drawn.

    Parameters
    ----------
    directory : Path, folder of the files.
    found : StudySplit, split to write.

    Raises
    ------
    SplitError : two scenes give the same pixels to different parts.
    """
    refuse_shared(found.pixels)
    write_table(directory / QUOTAS, found.quotas)
    write_table(directory / PIXELS, found.pixels[DEALT])
    write_json(directory / CLASSES, found.classes.to_dict())
    write_json(directory / WARNINGS, {"method": found.method, "buffer": found.buffer, "warnings": list(found.warnings)})


def _check_same(meant: StudySplit, found: StudySplit, directory: Path) -> None:
    same = (
        meant.classes == found.classes
        and meant.quotas.equals(found.quotas)
        and meant.pixels[DEALT].equals(found.pixels)
        and all(np.array_equal(parts, found.parts[scene]) for scene, parts in meant.parts.items())
    )
    if not same:
        raise IntegrityError(
            f"{directory}: the split on disk differs from the one that was written; check the disk, run again"
        )


def _parts_path(directory: Path, scene: str) -> Path:
    return directory / PARTS_FOLDER / f"{scene}.npy"


def read_split(directory: Path) -> StudySplit:
    """Read a split that `write_split` wrote, and check its parts, its pixels and its quotas again.

    Parameters
    ----------
    directory : Path, folder of the files.

    Raises
    ------
    SplitError : two parts are nearer than the buffer, or a pixel is not in the part that it was dealt to.
    """
    quotas = read_quotas(directory / QUOTAS)
    notes = read_notes(directory)
    pixels = read_table(directory / PIXELS)
    parts = stored_parts(directory, quotas["scene"].unique().tolist())
    for scene, raster in parts.items():
        check_parts(raster, notes["buffer"], where=str(_parts_path(directory, scene)))
        mine = pixels[pixels["scene"] == scene]
        dealt = mine["part"].map({part: number for number, part in enumerate(PARTS, start=1)})
        wrong = int((raster[mine["line"], mine["sample"]] != dealt.to_numpy()).sum())
        if wrong:
            raise SplitError(
                f"{directory / PIXELS}: {wrong} pixels of {scene} are not in the part that their raster says; run "
                "split again"
            )
    classes = read_classes(directory / CLASSES)
    return StudySplit(classes, parts, quotas, pixels, notes["method"], notes["buffer"], tuple(notes["warnings"]))


def stored_parts(directory: Path, scenes: Sequence[str]) -> ReadLater[np.ndarray]:
    """Return the parts by scene, as written.

    Parameters
    ----------
    directory : Path, folder of the files of the split.
    scenes : names of the scenes.
    """
    return ReadLater({scene: _parts_path(directory, scene) for scene in scenes}, lambda path: read_array(_there(path)))


def read_notes(directory: Path) -> dict[str, Any]:
    """Read the notes of a split: its method, its buffer in pixels, its warnings.

    Parameters
    ----------
    directory : Path, folder of the files.
    """
    return read_json(_there(directory / WARNINGS))


def _there(path: Path) -> Path:
    if not path.is_file():
        raise MissingFileError(
            f"{path}: this file of the split is needed, but it does not exist; run split again "
            f"({run_command('-R split')})"
        )
    return path


def check_split(directory: Path, scenes: Sequence[Scene], codes: Mapping[str, np.ndarray]) -> None:
    """Count the pixels of each class and part on disk again, and compare them with the quotas.

    Parameters
    ----------
    directory : Path, folder of the files.
    scenes : sequence of Scene, rows of ``scenes.tsv``.
    codes : label codes by scene, int [line, sample].

    Raises
    ------
    SplitError : a part holds another number of pixels of a class than its quotas say, or ignored pixels.
    """
    found = read_split(directory)
    rasters = label_rasters(scenes, codes, found.classes)
    for raster in rasters:
        parts, label = found.parts.get(raster.scene), raster.label
        if parts is None or parts.shape != label.shape:
            raise SplitError(f"{directory}: has no parts of the shape of {raster.scene}'s labels; run split again")
        if (parts[label == IGNORED] != 0).any():
            raise SplitError(f"{_parts_path(directory, raster.scene)}: ignored pixels are in a part; run split again")
    keys = ["scene", "label", "part"]
    counted = available_pixels(rasters, found.parts, classes=len(found.classes)).set_index(keys)["available"]
    planned = found.quotas.set_index(keys)["available"].reindex(counted.index, fill_value=-1)
    wrong = counted[counted != planned]
    if len(wrong):
        scene, label, part = wrong.index[0]
        raise SplitError(
            f"{directory}: {wrong.iloc[0]} pixels of label {label} of {scene} are in {part}, but its quotas say "
            f"{planned.loc[wrong.index].iloc[0]}, and so for {len(wrong)} rows; run split again"
        )
