"""Add scans to ``scenes.tsv`` that are only to be mapped."""

from pathlib import Path
from typing import Any

from semispectral.errors import ConfigError
from semispectral.storage.atomic import hidden, remove, write_atomically
from semispectral.study import tsv
from semispectral.study.names import some
from semispectral.study.scenes import read_scenes

ONLY_MAPPED, SAID = "map_only", "yes"


def add_to_map(table: Path, more: Path, *, data_root: Path, allow_outside: bool = False) -> list[str]:
    """Add the rows of one table of scenes to another, each with ``yes`` in the column map_only.

    Rows that stand there already are left as they are, so that the same command can be given again. The table is
    written only if the whole of it can be read.

    Parameters
    ----------
    table : Path, scenes.tsv of the study.
    more : Path, table of the scans to map, with the columns of scenes.tsv.
    data_root : Path, folder that relative paths start from.
    allow_outside : bool, whether paths may lead out of ``data_root``.

    Returns
    -------
    list of str, names of the scenes that were added.

    Raises
    ------
    MissingFileError : a table does not exist.
    ConfigError : a row is wrong, or a scene of this name is in the study with another scan.
    """
    place: dict[str, Any] = {"data_root": data_root, "allow_outside": allow_outside}
    known, wanted = ({scene.name: scene for scene in read_scenes(path, **place)} for path in (table, more))
    other = [name for name in wanted if name in known and wanted[name].data != known[name].data]
    if other:
        raise ConfigError(
            f"{more}: {some(other)}: the study has a scene of this name with another file; each name is needed once, "
            "so rename these rows"
        )
    added = [name for name in wanted if name not in known]
    if added:
        text = _joined(_rows(table), [row for row in _rows(more) if row["scene"] in added])
        draft = hidden(table)
        try:
            write_atomically(draft, text.encode())
            read_scenes(draft, **place)
        except ConfigError as error:
            raise ConfigError(str(error).replace(str(draft), f"{table} with the rows of {more}")) from error
        finally:
            remove(draft)
        write_atomically(table, text.encode())
    return added


def _rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a table of scenes that has been checked."""
    header, *rows = tsv.read_rows(path, what="the table of scenes", key="scenes")
    return [dict(zip(header, row, strict=True)) for row in rows if any(row)]


def _joined(known: list[dict[str, str]], added: list[dict[str, str]]) -> str:
    """Return the text of a table with the rows of both."""
    columns = list(dict.fromkeys([*known[0], *(name for row in added for name in row), ONLY_MAPPED]))
    rows = [*known, *({**row, ONLY_MAPPED: SAID} for row in added)]
    lines = [columns, *([row.get(name, "") for name in columns] for row in rows)]
    return "".join("\t".join(line) + "\n" for line in lines)
