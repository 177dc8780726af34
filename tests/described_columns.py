"""The columns that docs/columns.md describes, and those of the tables of a folder of results that it does not."""

import re
from pathlib import Path

import pyarrow.parquet as pq

PAGE = Path(__file__).resolve().parents[1] / "docs/columns.md"
PLACEHOLDERS = {"CLASS": ".+", "FEATURE": "[a-z0-9_]+?", "COLUMN": ".+"}


def cells(table: str) -> list[str]:
    """Names in the first column of a table in Markdown."""
    rows = [line for line in table.splitlines() if line.startswith("| `")]
    return [name for row in rows for name in re.findall(r"`([^`]+)`", row.split("|")[1])]


def pattern(column: str) -> re.Pattern[str]:
    """What a described name stands for: itself, or with a name or number of the user in it."""
    words = "|".join(PLACEHOLDERS)
    text = re.sub(words, lambda found: PLACEHOLDERS[found[0]], re.escape(column))
    return re.compile(re.sub(r"N$", r"\\d+", text))


def described() -> dict[str, list[re.Pattern[str]]]:
    """Patterns of the columns of each kind of file, by its glob; those of every table are in each."""
    top, *sections = re.split(r"^### ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    common = [pattern(name) for name in cells(top)]
    found: dict[str, list[re.Pattern[str]]] = {}
    for section in sections:
        head, _, table = section.partition("\n")
        for glob in re.findall(r"`([^`]+)`", head):
            found[glob] = [*common, *map(pattern, cells(table))]
    return found


def columns_of(path: Path) -> list[str]:
    """Columns of a table in Parquet, CSV or TSV."""
    if path.suffix == ".parquet":
        return list(pq.read_schema(path).names)
    with path.open(encoding="utf-8") as file:
        return file.readline().rstrip("\r\n").split("\t" if path.suffix == ".tsv" else ",")


def undescribed(results: Path) -> dict[str, list[str]]:
    """Columns without a meaning, by their file; of a file of no described kind that is every column.

    Checkpoints are left out: they are of unfinished work, and go with it.
    """
    found = sorted(path for path in results.rglob("*") if path.suffix in (".parquet", ".csv", ".tsv"))
    tables = [path for path in found if path.relative_to(results).parts[0] != "checkpoints"]
    known: dict[Path, list[re.Pattern[str]]] = {path: [] for path in tables}
    for glob, columns in described().items():
        for path in set(results.glob(glob)) & set(known):
            known[path] += columns
    missing = {
        path.relative_to(results).as_posix(): [
            name for name in columns_of(path) if not any(column.fullmatch(name) for column in known[path])
        ]
        for path in tables
    }
    return {place: names for place, names in missing.items() if names}
