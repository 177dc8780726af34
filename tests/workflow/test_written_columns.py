"""The tables that a run leaves: docs/columns.md describes each column, and they are read as the documentation says."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from described_columns import PAGE, undescribed
from forks import Forks
from semispectral.storage.results_format import older_format, require_readable_format

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
NO_DUCKDB = "DuckDB is not installed: make test"
NO_R = "R or its package reticulate is not installed: apt-get install r-base-core r-cran-reticulate"


def test_every_column_of_a_finished_study_is_described(finished_study: Path) -> None:
    """A new table or column needs its line on the page."""
    assert undescribed(finished_study / "results") == {}


def test_a_finished_study_bears_the_mark_of_its_format(finished_study: Path) -> None:
    """Its stages have written it, and nothing is said of results of today."""
    assert (finished_study / "results/format.json").is_file()
    require_readable_format(finished_study / "results")
    assert older_format(finished_study / "results") == ""


def blocks_of_page(language: str) -> list[str]:
    """The blocks of a language on docs/howto/read-tables.md."""
    page = (PAGE.parent / "howto/read-tables.md").read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)


def code_of_page(language: str) -> str:
    """The one block of a language on that page."""
    (code,) = blocks_of_page(language)
    return code


def test_the_tables_are_read_as_the_page_says(finished_study: Path) -> None:
    """The functions of docs/howto/read-tables.md run on a finished study and find what is in it."""
    code = code_of_page("python")
    names: dict[str, Any] = {}
    exec(compile(code, "read-tables.md", "exec"), names)  # noqa: S102 - the page is ours
    scores = names["scores_of_methods"](finished_study / "results")
    assert {("m2", "latents", "5"), ("svm", "bands", "5")} <= set(scores.index)
    assert scores.is_monotonic_decreasing
    wrong = names["wrong_pixels"](finished_study / "results")
    assert (wrong["true"] != wrong["said"]).all()
    log = names["log_of_hole"](finished_study / "results", "DH3")
    assert (log["share"] > 0).all()
    assert (log["depth_to_m"] > log["depth_from_m"]).all()


def queries() -> list[str]:
    """The queries of the page, in its order."""
    return [query for query in code_of_page("sql").split(";") if query.strip()]


def test_duckdb_reads_what_pandas_reads(finished_study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The queries of docs/howto/read-tables.md give the numbers that pandas gives."""
    duckdb = pytest.importorskip("duckdb", reason=NO_DUCKDB)
    monkeypatch.chdir(finished_study)
    methods, pixels = [duckdb.sql(query).df() for query in queries()[:2]]
    scores = pd.read_parquet("results/evaluation/main/inductive/scores.parquet")
    test = scores[scores["part"] == "test"].groupby(["method", "features", "per_class"])["macro_f1"].mean()
    pd.testing.assert_series_equal(methods.set_index(test.index.names)["macro_f1"].sort_index(), test.sort_index())
    predicted = pd.read_parquet("results/predictions/main/inductive/m2/latents").groupby(["hole", "predicted"]).size()
    found = pixels.set_index(["hole", "predicted"])["pixels"].sort_index()
    assert found.to_dict() == predicted[predicted > 0].to_dict()


def test_duckdb_finds_the_deep_features(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The query for white mica leaves out where its feature is shallow, or not there; the sensor of a test has none."""
    duckdb = pytest.importorskip("duckdb", reason=NO_DUCKDB)
    monkeypatch.chdir(tmp_path)
    Path("results/downhole").mkdir(parents=True)
    written = {"HoleID": ["B", "A", "A", "A"], "From": [1.0, 3.0, 2.0, 1.0]}
    measured = {"position_nm": [2205.0, 2200.0, 2210.0, None], "depth": [0.2, 0.3, 0.05, None]}
    columns = {f"median_aloh_2200_{name}": values for name, values in measured.items()}
    pd.DataFrame(written | columns).to_parquet("results/downhole/intervals.parquet")
    assert duckdb.sql(queries()[2]).fetchall() == [("A", 3.0, 2200.0), ("B", 1.0, 2205.0)]


def run_r(code: str, folder: Path) -> str:
    """Run lines of R, which reads by the Python of the tests, in a folder; what they print."""
    (folder / "lines.R").write_text(code, encoding="utf-8")
    environment = os.environ | {"RETICULATE_PYTHON": sys.executable, "LC_ALL": "C.UTF-8"}
    run = subprocess.run(
        ["Rscript", "--vanilla", "lines.R"], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr[-3000:]
    return run.stdout


@pytest.fixture
def reticulate() -> None:
    """Skip where R cannot read by Python."""
    asked = ["Rscript", "--vanilla", "-e", "quit(status = !requireNamespace('reticulate', quietly = TRUE))"]
    if shutil.which("Rscript") is None or subprocess.run(asked, capture_output=True, check=False).returncode:
        pytest.skip(NO_R)


@pytest.mark.usefixtures("reticulate")
def test_r_reads_what_pandas_reads(finished_study: Path, tmp_path: Path) -> None:
    """The lines for R without arrow give the numbers that pandas gives; those with arrow are parsed."""
    (tmp_path / "results").symlink_to(finished_study / "results")
    by_itself, by_python, by_arrow = blocks_of_page("r")
    (tmp_path / "arrow.R").write_text(by_arrow, encoding="utf-8")
    tables = ("methods", "pixels", "intervals", "own")
    written = [f'write.csv({name}, "{name}.csv", row.names = FALSE)\n' for name in tables]
    run_r("".join(['invisible(parse("arrow.R"))\n', by_itself, "own <- intervals\n", by_python, *written]), tmp_path)
    scores = pd.read_parquet(tmp_path / "results/evaluation/main/inductive/scores.parquet")
    test = scores[scores["part"] == "test"].groupby(["method", "features", "per_class"])["macro_f1"].mean()
    found = pd.read_csv(tmp_path / "methods.csv", dtype={"per_class": str}).set_index(test.index.names)["macro_f1"]
    pd.testing.assert_series_equal(found.sort_index(), test.sort_index())
    predicted = pd.read_parquet(tmp_path / "results/predictions/main/inductive/m2/latents")
    counted = predicted.groupby(["hole", "predicted"]).size()
    pixels = pd.read_csv(tmp_path / "pixels.csv").set_index(["hole", "predicted"])["pixels"]
    assert pixels[pixels > 0].to_dict() == counted[counted > 0].to_dict()
    intervals = pd.read_parquet(tmp_path / "results/downhole/intervals.parquet")
    for name in ("intervals", "own"):
        read = pd.read_csv(tmp_path / f"{name}.csv")
        assert list(read["HoleID"]) == list(intervals["HoleID"])
        assert list(read["From"]) == pytest.approx(list(intervals["From"]))
    assert list(pd.read_csv(tmp_path / "intervals.csv", nrows=0)) == list(intervals)


@pytest.mark.usefixtures("reticulate")
def test_r_reads_values_of_every_kind(tmp_path: Path) -> None:
    """Leading zeros, quotes, large integers, shares and what is not there arrive; packed columns stay out."""
    table = {
        "HoleID": pa.array(["007", None, 'Ström, "B"']),
        "box": pa.array(["1", "2", "1"]).dictionary_encode(),
        "large": pa.array([1, 2**40, None]),
        "share of 1": pa.array([1 / 3, float("nan"), None]),
        "core": pa.array([True, None, False]),
        "spectrum": pa.array([b"a\0\n", b'"', None]),
        "alone": pa.array([None, "T", None]),
    }
    pq.write_table(pa.table(table), tmp_path / "every.parquet")
    function = blocks_of_page("r")[1].split("\n# ")[0]
    printed = r"""
    every <- read_parquet("every.parquet")
    alone <- read_parquet("every.parquet", columns = list("alone"))
    stopifnot(
      identical(names(every), c("HoleID", "box", "large", "share of 1", "core", "alone")),
      identical(every$HoleID, c("007", NA, "Str\u00f6m, \"B\"")),
      identical(every$box, c("1", "2", "1")),
      identical(every$large, c(1, 2^40, NA)),
      isTRUE(all.equal(every[["share of 1"]], c(1 / 3, NA, NA), tolerance = 1e-15)),
      identical(every$core, c(TRUE, NA, FALSE)),
      identical(every$alone, c(NA, "T", NA)),
      identical(alone$alone, every$alone)
    )
    cat("as it should be")
    """
    assert run_r(function + printed, tmp_path) == "as it should be"


def test_the_picture_of_the_front_page_is_drawn_from_a_finished_study(
    finished_study: Path, forks: Forks, tmp_path: Path
) -> None:
    """The program that draws core, labels, map and log of a tray reads the files of today."""
    picture = tmp_path / "core.png"
    given = [str(finished_study / "results"), "--output", str(picture)]
    status, said = forks.call(ROOT, *given, program=str(ROOT / "docs/generate/picture.py"))
    assert status == 0, said[-2000:]
    with Image.open(picture) as drawn:
        assert drawn.width > drawn.height > 400
