"""Read TSG datasets, as a HyLogger makes them: spectra along a hole, with the scalars of The Spectral Geologist.

A dataset is a scene of one sample per line, so that depth runs along the lines, as in every other scene.
"""

from pathlib import Path

import numpy as np

from semispectral.errors import DataError, MissingFileError
from semispectral.scans.cube import Cube
from semispectral.scans.facts.ground import Grid
from semispectral.scans.facts.stated_values import LARGEST
from semispectral.scans.facts.wavelengths import NO_WAVELENGTHS
from semispectral.scans.formats.axes import native
from semispectral.scans.formats.binary import FlatArray, require_size
from semispectral.scans.formats.open_file import reading, refuse_keys
from semispectral.scans.formats.scene_files import TSG_DATA, TSG_HEADER, tsg_pair
from semispectral.scans.formats.tsg_header import Header, read_header
from semispectral.scans.labels.label_rasters import CodeRaster, require_over_data
from semispectral.study.names import quoted, some
from semispectral.study.scene import NAMED

WHAT = "the data of a TSG dataset (.bip)"
FLOAT = np.dtype("<f4")


def open_cube(path: Path, *, key: str, axes: str, wavelengths: str) -> Cube:
    """Open a dataset as a `Cube` of one sample per line; ``extra["depth_m"]`` is the depth of each line, float64, in m.

    Parameters
    ----------
    path : Path, header `.tsg` or data `.bip`.
    key : str, must be empty, since the format has no keys for data.
    axes : str, not used: a dataset is spectrum after spectrum.
    wavelengths : str, empty (those of the header), or ``none``.
    """
    header_path, data = _pair(path)
    refuse_keys(path, what="a TSG dataset", data_key=key, wavelengths=wavelengths.removeprefix(NO_WAVELENGTHS))
    header = read_header(header_path)
    spectra = _values(header, data)

    def read_lines(first: int, last: int) -> np.ndarray:
        with reading(data, what=WHAT):
            return native(spectra[0, first:last, np.newaxis])

    return Cube(
        data,
        (header.spectra, 1, header.bands),
        np.dtype(np.float32),
        read_lines,
        wavelengths_nm=None if wavelengths == NO_WAVELENGTHS else header.wavelengths_nm,
        extra={"depth_m": header.depth_m},
    )


def read_labels(path: Path, *, key: str, axes: str, grid: Grid) -> CodeRaster:
    """Read a scalar whose values are classes, such as the groups of minerals of TSA, [line, sample].

    The code of a class is its number in the header plus 1, since 0 means unlabelled. With ``name:`` before the scalar,
    labels are the names of the classes: the tables of two datasets may number the same names differently.

    Parameters
    ----------
    path : Path, header `.tsg` or data `.bip`.
    key : str, name of the scalar, such as ``name:Grp1 sTSAS``.
    axes : str, not used.
    grid : Grid, grid of the data.
    """
    header_path, _ = _pair(path)
    header, name = read_header(header_path), key.removeprefix(NAMED)
    if name not in header.tables:
        raise MissingFileError(
            f"{path}: the column labels_key of scenes.tsv must name a scalar whose values are classes, one of "
            f"{some(header.tables)}; got {quoted(name)}"
        )
    require_over_data(path, (header.spectra, 1), grid.shape)
    table, number = header.tables[name], read_scalar(path, name)
    code = np.where(np.isfinite(number), number, -1).astype(np.int64)
    wrong = (code != np.where(np.isfinite(number), number, -1)) | (code >= len(table.names))
    if wrong.any():
        raise DataError(
            f"{path}: the scalar {quoted(name)} must hold numbers of its {len(table.names)} classes, got "
            f"{number[wrong][0]:g} for spectrum {int(np.argmax(wrong))} and {int(wrong.sum()) - 1} more; export the "
            "dataset again"
        )
    code = np.where(code < 0, -1, code)[:, np.newaxis] + 1
    return _named(code, table.names) if key.startswith(NAMED) else CodeRaster(code)


def _named(code: np.ndarray, names: tuple[str, ...]) -> CodeRaster:
    """Return the labels as names; only names that occur are looked up in classes.tsv."""
    occurring, place = np.unique(np.append(code.ravel(), 0), return_inverse=True)
    return CodeRaster(place[:-1].reshape(code.shape), legend=tuple(("", *names)[value] for value in occurring.tolist()))


def read_scalar(path: Path, name: str) -> np.ndarray:
    """Read a scalar of a dataset, float64 [spectrum]; NaN where it has no value.

    Parameters
    ----------
    path : Path, header `.tsg` or data `.bip`.
    name : str, name of the scalar.
    """
    header_path, data = _pair(path)
    header = read_header(header_path)
    if name not in header.scalars:
        raise MissingFileError(
            f"{path}: the scalar {quoted(name)} is needed, but the dataset holds {some(header.scalars)}; name one "
            "of them"
        )
    values = _values(header, data, layers=2)
    with reading(data, what=WHAT):
        scalar = native(values[1, :, header.scalars[name]]).astype(np.float64)
    return np.where(np.abs(scalar) < LARGEST, scalar, np.nan)


def _pair(path: Path) -> tuple[Path, Path]:
    """Return header and data of a dataset, whichever of the two is named."""
    header, data = tsg_pair(path)
    if header is None or data is None:
        absent = path.with_suffix(TSG_HEADER if header is None else TSG_DATA)
        raise MissingFileError(
            f"{absent}: a TSG dataset is two files, {TSG_HEADER} and {TSG_DATA}, and this one is not there; copy it "
            "beside the other one"
        )
    return header, data


def _values(header: Header, data: Path, *, layers: int = 1) -> FlatArray:
    """Map the data file, float32 [layer, spectrum, band]: the spectra, and with two layers also the scalars."""
    shape = (layers, header.spectra, header.bands)
    require_size(
        data,
        needed=header.offset + layers * header.spectra * header.bands * FLOAT.itemsize,
        why=f"{header.path.name} says {header.spectra} spectra of {header.bands} bands"
        + (", with scalars behind them" if layers == 2 else ""),
    )
    return FlatArray(data, dtype=FLOAT, shape=shape, offset=header.offset)
