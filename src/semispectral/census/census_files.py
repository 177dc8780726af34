"""Write and read the census of a scene: a table of codes with the facts of the header, and the raster of codes."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from semispectral.errors import IntegrityError, MissingFileError, SemispectralError
from semispectral.scans.sensor_bands import SensorBands, Sensors
from semispectral.storage import provenance
from semispectral.storage.packed_rasters import PackedRasters
from semispectral.storage.parquet import read_table, write_table
from semispectral.storage.seal import made_of_array, read_array, write_array
from semispectral.study.scene import Remark

ROLES = ("class", "ignored", "unlabelled", "other")
METADATA, FINGERPRINT = "not_by_code", "fingerprint"
HEADER: dict[str, Callable[[Any], Any]] = {
    "lines": int,
    "samples": int,
    "bands": int,
    "dtype": str,
    "minimum": float,
    "maximum": float,
    "bad_share": float,
    "saturated_share": float,
}


@dataclass(frozen=True, eq=False)
class Census:
    """Content of one scene.

    Attributes
    ----------
    scene, hole : str, name of the scene, and of its drill hole.
    lines, samples, bands : int, size of the data as stored.
    dtype : str, dtype of the data as stored.
    wavelengths_nm : float64 [band] in nm, or None.
    minimum, maximum : float, range of the good values in a sparse sample of the data.
    bad_share : float, share of that sample that is NaN, infinite or nodata, 0 to 1.
    saturated_share : float, share of it at the maximum of an integer dtype, 0 to 1.
    counts : DataFrame, one row per code: code, name, role (one of `ROLES`), pixels.
    codes : int32 [line, sample], label codes; `MASKED` and `EMPTY` where a pixel must not be drawn.
    fingerprint : hashes of a sample of its spectra, by which copies are found (`copies`).
    bad_bands : tuple of int, numbers of the bands that the file marks as bad, and of those without a value.
    remarks : sentences about the statements of the file.
    sensors : which bands are of which sensor; empty: all are of one.
    """

    scene: str
    hole: str
    lines: int
    samples: int
    bands: int
    dtype: str
    wavelengths_nm: np.ndarray | None
    minimum: float
    maximum: float
    bad_share: float
    saturated_share: float
    counts: pd.DataFrame
    codes: np.ndarray
    fingerprint: Mapping[str, Sequence[int]] = field(default_factory=dict)
    bad_bands: tuple[int, ...] = ()
    remarks: tuple[Remark, ...] = ()
    sensors: Sensors = ()

    def pixels(self, role: str) -> int:
        """Count the pixels of a role.

        Parameters
        ----------
        role : str, one of `ROLES`.
        """
        return int(self.counts.loc[self.counts["role"] == role, "pixels"].sum())

    def without_codes(self) -> "Census":
        """Return the census without its raster, which takes memory."""
        return replace(self, codes=np.empty((0, 0), np.int32))


def write_census(found: Census, parquet: Path, codes_npy: Path) -> None:
    """Write the table and the raster of codes, each atomically.

    Parameters
    ----------
    found : Census, census to write.
    parquet : Path, file of the table: one row per code, with the facts of the header.
    codes_npy : Path, file of the raster.
    """
    nm = found.wavelengths_nm
    table = found.counts.copy()
    for place, name in enumerate(("scene", "hole")):
        table.insert(place, name, getattr(found, name))
    for name in HEADER:
        table[name] = getattr(found, name)
    table["first_nm"] = np.nan if nm is None else float(nm[0])
    table["last_nm"] = np.nan if nm is None else float(nm[-1])
    not_by_code: dict[str, Any] = {
        "wavelengths_nm": None if nm is None else [float(value) for value in nm],
        "bad_bands": list(found.bad_bands),
        "remarks": [[each.text, each.odd] for each in found.remarks],
    }
    if found.sensors:
        not_by_code["sensors"] = [[each.name, each.bands] for each in found.sensors]
    table.attrs[METADATA] = json.dumps(not_by_code)
    table.attrs[FINGERPRINT] = json.dumps(found.fingerprint)
    write_array(codes_npy, found.codes)
    write_table(parquet, table)


def read_codes(path: Path, *, scans: Sequence[str | Path]) -> np.ndarray:
    """Read the raster of codes of a census, int32 [line, sample].

    Parameters
    ----------
    path : Path, file of the raster.
    scans : sequence of path-like, files of the scene; they must be those that the census read.

    Raises
    ------
    IntegrityError : a file of the scene has changed since the census.
    """
    codes = read_array(path)
    provenance.require_unchanged(scans, made_of_array(path), by="census")
    return codes


def read_censuses(paths: Sequence[str | Path]) -> tuple[list[Census], PackedRasters]:
    """Read the censuses of scenes, without their codes, and the codes by scene: memory holds one raster.

    Parameters
    ----------
    paths : sequence of path-like, as in `read_census`.
    """
    counted, codes = [], PackedRasters()
    for path in paths:
        found = read_census(Path(path))
        codes[found.scene] = found.codes
        counted.append(found.without_codes())
    return counted, codes


def read_census(path: Path) -> Census:
    """Read the census that `write_census` wrote.

    Parameters
    ----------
    path : Path, file of the table; the raster lies beside it under the same name with ``.npy`` and is memory-mapped.
    """
    raster = path.with_suffix(".npy")
    for file in (path, raster):
        if not file.is_file():
            raise MissingFileError(f"{file}: a census is needed, but it does not exist; run the rule 'census' again")
    try:
        table = read_table(path)
        not_by_code = json.loads(table.attrs[METADATA])
        nm = not_by_code["wavelengths_nm"]
        first = table.iloc[0]
        return Census(
            scene=str(first["scene"]),
            hole=str(first["hole"]),
            **{name: kind(first[name]) for name, kind in HEADER.items()},
            wavelengths_nm=None if nm is None else np.asarray(nm, np.float64),
            counts=table[["code", "name", "role", "pixels"]],
            codes=read_array(raster),
            fingerprint=json.loads(table.attrs[FINGERPRINT]),
            bad_bands=tuple(not_by_code["bad_bands"]),
            remarks=tuple(Remark(text, odd) for text, odd in not_by_code["remarks"]),
            sensors=tuple(SensorBands(name, bands) for name, bands in not_by_code.get("sensors", ())),
        )
    except SemispectralError:
        raise
    except (OSError, ValueError, KeyError, IndexError) as error:
        raise IntegrityError(f"{path}: is damaged ({error}); delete it and run again") from error
