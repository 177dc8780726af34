"""Tables on disk: Parquet with a checksum per page, written atomically, with what made them; damage is named."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from semispectral import provenance
from semispectral.atomic import replacing
from semispectral.errors import IntegrityError, MissingFileError

METADATA = b"semispectral.made"
ATTRIBUTES = b"PANDAS_ATTRS"  # pandas' own name for them


def write_table(path: Path | str, table: pd.DataFrame) -> None:
    """Write a table without its index."""
    content = pa.Table.from_pandas(table, preserve_index=False)
    more = {METADATA: json.dumps(provenance.current(), sort_keys=True).encode()}
    more |= {ATTRIBUTES: json.dumps(table.attrs).encode()} if table.attrs else {}
    content = content.replace_schema_metadata({**(content.schema.metadata or {}), **more})
    with replacing(Path(path), needed=content.nbytes) as temporary:
        pq.write_table(content, temporary, write_page_checksum=True)


def read_table(path: Path | str, **wanted: Any) -> pd.DataFrame:
    """Read a table.

    Parameters
    ----------
    wanted : ``columns`` and ``filters``, as `pandas.read_parquet` takes them.

    Raises
    ------
    MissingFileError : it is not there.
    IntegrityError : it was cut or changed.
    """
    if not Path(path).is_file():
        raise MissingFileError(f"{path}: a table is needed, but it is not there; run the workflow again to make it")
    try:
        return pd.read_parquet(path, page_checksum_verification=True, **wanted)
    except MemoryError:
        raise
    except Exception as error:  # a flipped byte can make pyarrow raise anything
        raise IntegrityError(
            f"{path}: a table as it was written is needed, but the file was cut or changed "
            f"({' '.join(str(error).split())}); delete it and run the workflow again"
        ) from error


def read_tables(paths: Sequence[Path | str]) -> pd.DataFrame:
    """Read tables of the same columns as one."""
    return pd.concat([read_table(path) for path in paths], ignore_index=True)
