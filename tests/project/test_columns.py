"""docs/columns.md gives every column of the results a unit and a meaning."""

from pathlib import Path

import pandas as pd
import pytest

from described_columns import PAGE, described, undescribed
from semispectral.evaluation.score_names import SCORE_NAMES
from semispectral.explore.queue_files import COLUMNS as QUEUE
from semispectral.features.feature_settings import KINDS
from semispectral.maps.numbers import ARRAYS
from semispectral.sampling.quota_files import COLUMNS as QUOTAS
from semispectral.storage.parquet import write_table

WRITTEN = {
    "evaluation/*/*/scores.parquet": tuple(SCORE_NAMES),
    "explore/queue.tsv": QUEUE,
    "features/*/features.parquet": tuple(f"aloh_2200_{kind}" for kind in KINDS),
    "maps/*/numbers.parquet": ARRAYS,
    "splits/**/quotas.parquet": QUOTAS,
}


@pytest.mark.parametrize("kind", WRITTEN)
def test_what_the_code_names_is_described(kind: str) -> None:
    """Columns that stand in a table of the code stand on the page; the tests of the workflow look at the files."""
    columns = described()[kind]
    assert [name for name in WRITTEN[kind] if not any(column.fullmatch(name) for column in columns)] == []


def test_each_kind_of_measurement_is_described_by_itself() -> None:
    """A name of an index may be any, so the kinds of a feature are looked for as they stand."""
    text = PAGE.read_text(encoding="utf-8")
    assert [kind for kind in KINDS if f"`FEATURE_{kind}`" not in text] == []


def test_every_column_has_a_unit_and_a_meaning() -> None:
    """No cell of the page is empty."""
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    assert len(rows) > 80
    for row in rows:
        _, *found, _ = row.replace("\\|", "").split("|")
        assert len(found) == 3, row
        assert all(cell.strip() for cell in found), row


def test_a_column_without_a_meaning_is_found(tmp_path: Path) -> None:
    """In a described table, and in one of no described kind; names of the user are none."""
    known = pd.DataFrame({"HoleID": ["DH1"], "share_white mica": [0.5], "given_Au ppm": [1.0]})
    write_table(tmp_path / "downhole/intervals.parquet", known)
    write_table(tmp_path / "splits/main/quotas.parquet", pd.DataFrame({"quota": [1], "surplus": [1]}))
    write_table(tmp_path / "elsewhere.parquet", pd.DataFrame({"quota": [1]}))
    assert undescribed(tmp_path) == {"elsewhere.parquet": ["quota"], "splits/main/quotas.parquet": ["surplus"]}
