"""Write and read the plan, and check on disk that its parts are disjoint."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from semispectral.errors import IntegrityError, MissingFileError, SplitError
from semispectral.sampling.plan import Plan, label_rasters
from semispectral.sampling.quota_files import BAD_BANDS, bad_bands_of, read_quotas
from semispectral.sampling.quotas import available_pixels
from semispectral.sampling.split import check_parts
from semispectral.storage.parquet import write_table
from semispectral.storage.seal import read_array, read_json, write_array, write_json
from semispectral.study.classes import IGNORED, read_classes
from semispectral.study.scene import Scene

QUOTAS, CLASSES, WARNINGS, PARTS_FOLDER = "quotas.parquet", "classes.json", "warnings.json", "parts"


def write_plan(directory: Path, plan: Plan) -> None:
    """Write a plan, read it again and check that it is unchanged.

    Parameters
    ----------
    directory : Path, folder of the files.
    plan : Plan, plan to write.

    Raises
    ------
    SplitError, IntegrityError : the plan on disk is not disjoint, breaks its buffer, or differs.
    """
    (directory / PARTS_FOLDER).mkdir(parents=True, exist_ok=True)
    for scene, parts in plan.parts.items():
        write_array(_parts_path(directory, scene), parts)
    quotas = plan.quotas.copy()
    quotas.attrs[BAD_BANDS] = list(plan.bad_bands)
    write_table(directory / QUOTAS, quotas)
    write_json(directory / CLASSES, plan.classes.to_dict())
    write_json(directory / WARNINGS, {"method": plan.method, "guard": plan.guard, "warnings": list(plan.warnings)})
    _check_same(plan, read_plan(directory), directory)


def _check_same(meant: Plan, found: Plan, directory: Path) -> None:
    same = (
        meant.classes == found.classes
        and meant.quotas.equals(found.quotas)
        and meant.bad_bands == found.bad_bands
        and all(np.array_equal(parts, found.parts[scene]) for scene, parts in meant.parts.items())
    )
    if not same:
        raise IntegrityError(
            f"{directory}: the plan on disk differs from the one that was written; check the disk, run again"
        )


def _parts_path(directory: Path, scene: str) -> Path:
    return directory / PARTS_FOLDER / f"{scene}.npy"


def read_plan(directory: Path) -> Plan:
    """Read a plan that `write_plan` wrote, and check its parts and quotas again.

    Parameters
    ----------
    directory : Path, folder of the files.
    """
    quotas = read_quotas(directory / QUOTAS)
    notes = read_notes(directory)
    parts = {scene: read_parts(directory, scene) for scene in quotas["scene"].unique()}
    for scene, raster in parts.items():
        check_parts(raster, notes["guard"], where=str(_parts_path(directory, scene)))
    classes = read_classes(directory / CLASSES)
    said = tuple(notes["warnings"])
    return Plan(classes, parts, quotas, notes["method"], notes["guard"], said, bad_bands_of(quotas))


def read_parts(directory: Path, scene: str) -> np.ndarray:
    """Read the parts of one scene, uint8 [line, sample].

    Parameters
    ----------
    directory : Path, folder of the files.
    scene : str, name of the scene.
    """
    return read_array(_there(_parts_path(directory, scene)))


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
            f"{path}: the plan needs this file, but it does not exist; run plan again (snakemake -R plan)"
        )
    return path


def check_plan(directory: Path, scenes: Sequence[Scene], codes: Mapping[str, np.ndarray]) -> None:
    """Count the pixels of each class and part on disk again, and compare them with the quotas.

    Parameters
    ----------
    directory : Path, folder of the files.
    scenes : sequence of Scene, rows of ``scenes.tsv``.
    codes : label codes by scene, int [line, sample].

    Raises
    ------
    SplitError : a part holds another number of pixels of a class than planned, or ignored pixels.
    """
    found = read_plan(directory)
    rasters = label_rasters(scenes, codes, found.classes)
    for raster in rasters:
        parts = found.parts.get(raster.scene)
        if parts is None or parts.shape != raster.label.shape:
            raise SplitError(f"{directory}: has no parts of the shape of {raster.scene}'s labels; run plan again")
        if (parts[raster.label == IGNORED] != 0).any():
            raise SplitError(f"{_parts_path(directory, raster.scene)}: ignored pixels are in a part; run plan again")
    keys = ["scene", "label", "part"]
    counted = available_pixels(rasters, found.parts, classes=len(found.classes)).set_index(keys)["available"]
    planned = found.quotas.set_index(keys)["available"].reindex(counted.index, fill_value=-1)
    wrong = counted[counted != planned]
    if len(wrong):
        scene, label, part = wrong.index[0]
        raise SplitError(
            f"{directory}: {wrong.iloc[0]} pixels of label {label} of {scene} are in {part}, but "
            f"{planned.loc[wrong.index].iloc[0]} were planned, and so for {len(wrong)} rows; run plan again"
        )
