"""Files of the features of a scene: GeoTIFF and ENVI rasters, a table, and features.json, which describes them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd

from semispectral.errors import IntegrityError, MissingFileError
from semispectral.features.absorption import Plan
from semispectral.features.feature_settings import FACTS, RASTER, TABLE, Window
from semispectral.maps.rasters import copy_bands_as_envi, read_bands, write_bands
from semispectral.maps.scene_map import Ground
from semispectral.storage.atomic import replacing_files
from semispectral.storage.parquet import write_table
from semispectral.storage.seal import file_sha256, read_json, write_json

POSITION_BINS = 60
UNITS = {"position_nm": "nm", "width_nm": "nm", "area_nm": "nm"}


@dataclass(frozen=True, eq=False)
class SceneFeatures:
    """Features of one scene.

    Attributes
    ----------
    names : tuple of str, name of each value.
    values : float32 [value, line, sample], NaN without one.
    windows : windows in which they were measured; values of formulas belong to none.
    """

    names: tuple[str, ...]
    values: np.ndarray
    windows: tuple[Window, ...] = ()


class Measured(Protocol):
    """Features of a scene, at hand or on disk."""

    @property
    def names(self) -> tuple[str, ...]:
        """Name of each value."""

    @property
    def values(self) -> np.ndarray:
        """Values, float32 [value, line, sample], NaN without one."""


@dataclass(frozen=True)
class StoredFeatures:
    """Features of one scene on disk: their names are known, and their values are read whenever they are asked for.

    Attributes
    ----------
    directory : directory of the features of the scene.
    names : tuple of str, name of each value.
    """

    directory: Path
    names: tuple[str, ...]

    @classmethod
    def of(cls, directory: Path) -> "StoredFeatures":
        """Return the features that lie in a directory.

        Parameters
        ----------
        directory : directory of the features of a scene.
        """
        return cls(directory, tuple(row["name"] for row in read_facts(directory)["values"]))

    @property
    def values(self) -> np.ndarray:
        """Values, float32 [value, line, sample], NaN without one."""
        return read_features(self.directory).values


NO_FEATURES = SceneFeatures((), np.empty((0, 0, 0), np.float32))


def write_features(directory: Path, values: np.ndarray, plan: Plan, *, ground: Ground, scene: str) -> None:
    """Write the rasters, the table and features.json.

    A scene without values has rasters of one empty band, called ``none``: a raster needs a band.

    Parameters
    ----------
    directory : directory of the files; it is created if necessary.
    values : float32 [value, line, sample].
    plan : what was measured.
    ground : georeference.
    scene : name of the scene.
    """
    names = plan.names or ("none",)
    bands = values if plan.names else np.full((1, *values.shape[1:]), np.nan, np.float32)
    with replacing_files(directory, last=FACTS, needed=3 * bands.nbytes) as unfinished:
        write_bands(unfinished / RASTER, bands, names=names, ground=ground, tags={"SCENE": scene})
        copy_bands_as_envi(unfinished / RASTER, unfinished / "features.img", names=names, scene=scene)
        write_table(unfinished / TABLE, _table(values, plan.names))
        files = {path.name: file_sha256(path) for path in sorted(unfinished.iterdir())}
        write_json(unfinished / FACTS, _facts(values, plan) | {"scene": scene, "files": files})


def _table(values: np.ndarray, names: tuple[str, ...]) -> pd.DataFrame:
    """Return one row per pixel with a value: line, sample, and the values."""
    line, sample = np.nonzero(np.isfinite(values).any(axis=0))
    columns = {name: values[number, line, sample] for number, name in enumerate(names)}
    return pd.DataFrame({"line": line.astype(np.int32), "sample": sample.astype(np.int32), **columns})


def _facts(values: np.ndarray, plan: Plan) -> dict[str, Any]:
    """Return the content of features.json."""
    measured = [int(np.isfinite(values[number]).sum()) for number in range(len(plan.names))]
    middle = [float(np.nanmedian(values[number])) if count else None for number, count in enumerate(measured)]
    rows = zip(plan.names, measured, middle, strict=True)
    places = {name: number for number, name in enumerate(plan.names)}
    return {
        "lines": int(values.shape[1]),
        "samples": int(values.shape[2]),
        "windows": [
            {
                "name": window.name,
                "from_nm": window.from_nm,
                "to_nm": window.to_nm,
                "bands": len(bands),
                "positions": _positions(values[places[f"{window.name}_position_nm"]], window),
            }
            for window, bands in zip(plan.windows, plan.bands, strict=True)
        ],
        "formulas": list(plan.formulas),
        "left_out": list(plan.left_out),
        "least_depth": plan.least_depth,
        "values": [dict(zip(("name", "pixels", "median"), row, strict=True)) for row in rows],
    }


def _positions(position_nm: np.ndarray, window: Window) -> list[int]:
    """Return the number of pixels by position, in `POSITION_BINS` equal parts of the window."""
    known = position_nm[np.isfinite(position_nm)]
    return [int(count) for count in np.histogram(known, POSITION_BINS, (window.from_nm, window.to_nm))[0]]


def position_of(counts: np.ndarray, from_nm: float, to_nm: float) -> float:
    """Return the median position of pixels counted in equal parts of a window, in nm; NaN without a pixel.

    Parameters
    ----------
    counts : int [part], number of pixels.
    from_nm, to_nm : limits of the window, in nm.
    """
    edges, total = np.linspace(from_nm, to_nm, len(counts) + 1), np.concatenate([[0], np.cumsum(counts)])
    return float(np.interp(total[-1] / 2, total, edges)) if total[-1] else float("nan")


def read_facts(directory: Path) -> dict[str, Any]:
    """Read features.json and check that it is unchanged.

    Parameters
    ----------
    directory : directory of the features of a scene.
    """
    if not (directory / FACTS).is_file():
        raise MissingFileError(f"{directory}: needs {FACTS}, which is not there; run the rule 'features'")
    return read_json(directory / FACTS)


def read_features(directory: Path) -> SceneFeatures:
    """Read the features that `write_features` wrote.

    Parameters
    ----------
    directory : directory of the features of a scene.

    Raises
    ------
    MissingFileError : a file is absent.
    IntegrityError : the raster was changed, or belongs to another features.json.
    """
    facts, path = read_facts(directory), directory / RASTER
    if not path.is_file():
        raise MissingFileError(f"{path}: is not there; delete {directory / FACTS} and run the rule 'features' again")
    if file_sha256(path) != facts["files"].get(RASTER):
        raise IntegrityError(
            f"{path}: was cut or changed since it was written; delete {directory / FACTS} and run the workflow again: "
            "the rule 'features' makes both anew"
        )
    names = tuple(row["name"] for row in facts["values"])
    bands, _ = read_bands(path)
    windows = tuple(Window(row["name"], row["from_nm"], row["to_nm"]) for row in facts["windows"])
    return SceneFeatures(names, bands if names else bands[:0], windows)


def unit_of(name: str) -> str:
    """Return the unit of a value by its name; empty for a share or an index.

    Parameters
    ----------
    name : name of the value.
    """
    return next((unit for kind, unit in UNITS.items() if name.endswith("_" + kind)), "")
