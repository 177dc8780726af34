"""Write and read tables: Parquet with a seal and provenance, written atomically."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from semispectral.errors import MissingFileError
from semispectral.storage import provenance, seal
from semispectral.storage.atomic import replacing

METADATA = b"semispectral.made"
SEAL = b"semispectral.storage.seal"
ATTRIBUTES = b"PANDAS_ATTRS"  # pandas' own name for them


def write_table(path: Path | str, table: pd.DataFrame) -> None:
    """Write a table without its index.

    Parameters
    ----------
    path : path-like, file to write.
    table : DataFrame, table to write.
    """
    path = Path(path)
    content = pa.Table.from_pandas(table, preserve_index=False)
    more = {METADATA: json.dumps(provenance.current(), sort_keys=True).encode()}
    more |= {SEAL: seal.blank(path).encode()}
    more |= {ATTRIBUTES: json.dumps(table.attrs).encode()} if table.attrs else {}
    content = content.replace_schema_metadata({**(content.schema.metadata or {}), **more})
    with replacing(path, needed=content.nbytes) as temporary:
        pq.write_table(content, temporary)
        seal.fill(temporary)


def read_table(path: Path | str, **wanted: Any) -> pd.DataFrame:
    """Read a table.

    Parameters
    ----------
    path : path-like, file to read.
    **wanted : ``columns`` and ``filters``, as `pandas.read_parquet` takes them.

    Raises
    ------
    MissingFileError : the file does not exist.
    IntegrityError : the file was cut or changed, or belongs to another place.
    """
    path = Path(path)
    if not path.is_file():
        raise MissingFileError(f"{path}: a table is needed, but it does not exist; run the workflow again to make it")
    seal.require(path)
    provenance.compare_versions(path, made_of_table(path))
    return pd.read_parquet(path, **wanted)


def made_of_table(path: Path) -> dict[str, Any]:
    """Return the provenance that a table records.

    Parameters
    ----------
    path : Path, file to read.
    """
    made: dict[str, Any] = json.loads((pq.read_schema(path).metadata or {}).get(METADATA, b"{}"))
    return made


def read_tables(paths: Sequence[Path | str]) -> pd.DataFrame:
    """Read tables of the same columns as one.

    Parameters
    ----------
    paths : files to read.
    """
    return pd.concat([read_table(path) for path in paths], ignore_index=True)
