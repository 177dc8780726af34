"""Keep arrays and a table in one Parquet file: one fixed-size binary column per array, with checksums.

A binary column of the array's own dtype is three to eight times faster to NumPy than lists or one column per band.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from semispectral.errors import IntegrityError, MissingFileError, SemispectralError
from semispectral.storage import provenance, seal
from semispectral.storage.atomic import replacing

METADATA = b"semispectral"
LAYOUT = 1
DESCRIBED = ("layout", "arrays", "facts", "made", "place")
ROWS_PER_GROUP = 65_536  # 35 MB of 268 uint16 bands: small enough to stream, large enough to pack


def write(
    path: Path, arrays: Mapping[str, np.ndarray], table: pd.DataFrame, facts: dict[str, Any], compression: str
) -> None:
    """Write arrays and the table beside them.

    Parameters
    ----------
    path : Path, file to write.
    arrays : arrays [pixel, ...] by name.
    table : DataFrame, one row per pixel.
    facts : dict, further facts, of types that JSON can hold.
    compression : str, codec of Parquet.
    """
    arrays = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    described = {name: {"dtype": array.dtype.str, "width": array.shape[1]} for name, array in arrays.items()}
    description = {"layout": LAYOUT, "arrays": described, "facts": facts, "made": provenance.current()}
    description["place"] = seal.place_of(path)
    description["sha256"] = {
        "table": _table_checksum(table, description),
        **{name: _array_checksum(array) for name, array in arrays.items()},
    }
    columns = {**{str(name): _arrow_column(table[name]) for name in table.columns}, **_binary_columns(arrays)}
    content = pa.table(columns).replace_schema_metadata({METADATA: json.dumps(description, sort_keys=True).encode()})
    strings = [name for name, column in columns.items() if pa.types.is_dictionary(column.type)]
    with replacing(path, needed=content.nbytes) as temporary:
        pq.write_table(
            content,
            temporary,
            row_group_size=ROWS_PER_GROUP,
            compression=compression,
            use_dictionary=strings,
            write_page_checksum=True,
        )


def _binary_columns(arrays: Mapping[str, np.ndarray]) -> dict[str, pa.Array]:
    """Return each row of an array as one binary value, without a copy."""
    columns = {}
    for name, array in arrays.items():
        kind = pa.binary(array.shape[1] * array.dtype.itemsize)
        columns[name] = pa.Array.from_buffers(kind, len(array), [None, pa.py_buffer(array)])
    return columns


def _arrow_column(column: pd.Series) -> pa.Array:
    """Return a column of the table for Arrow; text and categories are dictionary-coded."""
    if pd.api.types.is_numeric_dtype(column.dtype):
        return pa.array(column.to_numpy())
    codes, names = pd.factorize(column)
    return pa.DictionaryArray.from_arrays(
        pa.array(codes.astype(np.int32)), pa.array([str(n) for n in names], pa.string())
    )


def _array_checksum(array: np.ndarray) -> str:
    return hashlib.sha256(np.ascontiguousarray(array).data if array.size else b"").hexdigest()


def _table_checksum(table: pd.DataFrame, description: Mapping[str, Any]) -> str:
    """Return the checksum of the table and of the description; it does not depend on the coding of text columns."""
    digest = hashlib.sha256(
        json.dumps({key: description[key] for key in DESCRIBED if key in description}, sort_keys=True).encode()
    )
    for name in table.columns:
        column = table[name]
        digest.update(f"\0{name}\0".encode())
        if pd.api.types.is_numeric_dtype(column.dtype):
            digest.update(f"{column.to_numpy().dtype.str}\0".encode() + np.ascontiguousarray(column).tobytes())
        else:
            codes, names = pd.factorize(column)
            digest.update(json.dumps([str(n) for n in names]).encode() + codes.astype(np.int32).tobytes())
    return digest.hexdigest()


@contextmanager
def _opened(path: Path) -> Iterator[pq.ParquetFile]:
    """Open a file, and turn every error that a damaged one causes within the block into ours."""
    if not path.is_file():
        raise MissingFileError(f"{path}: a sample is needed, but it does not exist; run the workflow again to make it")
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            yield file
    except (SemispectralError, MemoryError):
        raise
    except Exception as error:  # a flipped byte can make pyarrow raise anything
        raise _damaged(path, " ".join(str(error).split())) from error


def _damaged(path: Path, reason: str) -> IntegrityError:
    return seal.damaged(path, reason)


def _description(path: Path, file: pq.ParquetFile) -> dict[str, Any]:
    text = (file.schema_arrow.metadata or {}).get(METADATA)
    if text is None:
        raise IntegrityError(f"{path}: a sample of this package is needed, got another Parquet file; name a sample")
    description: dict[str, Any] = json.loads(text)
    if description["layout"] != LAYOUT:
        raise IntegrityError(
            f"{path}: layout {LAYOUT} of samples is needed, got {description['layout']}; delete it and run again"
        )
    return description


def _table(path: Path, file: pq.ParquetFile, description: dict[str, Any]) -> pd.DataFrame:
    columns = [name for name in file.schema_arrow.names if name not in description["arrays"]]
    content = file.read(columns=columns)
    table = pd.DataFrame({name: _pandas_column(content.column(name)) for name in columns})
    if _table_checksum(table, description) != description["sha256"]["table"]:
        raise _damaged(path, "the checksum of its table differs")
    seal.require_place(path, description["place"])
    provenance.compare_versions(path, description["made"])
    return table


def _pandas_column(column: pa.ChunkedArray) -> Any:
    if pa.types.is_dictionary(column.type):
        return pd.Series(column.cast(pa.string()).to_pandas(), dtype="str")
    return column.to_numpy()


def _array(path: Path, file: pq.ParquetFile, name: str, description: dict[str, Any]) -> np.ndarray:
    """Read one binary column as an array [pixel, width], row group by row group."""
    dtype, width = np.dtype(description["arrays"][name]["dtype"]), description["arrays"][name]["width"]
    values = np.empty((file.metadata.num_rows, width), dtype)
    first = 0
    for batch in file.iter_batches(batch_size=ROWS_PER_GROUP, columns=[name]):
        column = batch.column(0)
        rows = np.frombuffer(column.buffers()[1], dtype, len(column) * width, column.offset * width * dtype.itemsize)
        values[first : first + len(column)] = rows.reshape(-1, width)
        first += len(column)
    if _array_checksum(values) != description["sha256"][name]:
        raise _damaged(path, f"the checksum of {name} differs")
    return values


def read(path: Path, names: tuple[str, ...]) -> tuple[dict[str, np.ndarray], pd.DataFrame, dict[str, Any]]:
    """Read the arrays, table and facts that `write` wrote.

    Parameters
    ----------
    path : Path, file to read.
    names : tuple of str, names of the arrays; the file must hold these and no others.

    Returns
    -------
    Arrays by name, the table, and the facts.
    """
    with _opened(path) as file:
        description = _description(path, file)
        if set(description["arrays"]) != set(names):
            raise IntegrityError(
                f"{path}: the columns {', '.join(names)} are needed, got {', '.join(description['arrays'])}; "
                "is this a file of another stage?"
            )
        table = _table(path, file, description)
        return {name: _array(path, file, name, description) for name in names}, table, description["facts"]


def rows(path: Path) -> int:
    """Return the number of rows of a file, without reading them.

    Parameters
    ----------
    path : Path, file to read.
    """
    with _opened(path) as file:
        return int(file.metadata.num_rows)


def made(path: Path) -> dict[str, Any]:
    """Return the provenance that a file records.

    Parameters
    ----------
    path : Path, file to read.
    """
    with _opened(path) as file:
        return dict(_description(path, file)["made"])


def read_table(path: Path) -> pd.DataFrame:
    """Read the table alone, without its arrays.

    Parameters
    ----------
    path : Path, file to read.
    """
    with _opened(path) as file:
        return _table(path, file, _description(path, file))
