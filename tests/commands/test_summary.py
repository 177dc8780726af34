"""The summary at the end of a run."""

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from semispectral.commands.summary import in_words, main, results_folder, stage_times
from semispectral.errors import MissingFileError
from semispectral.storage.parquet import write_table
from semispectral.storage.seal import write_json

HEADER = "s\th:m:s\tmax_rss\tmax_vms\n"


def benchmark(results: Path, name: str, seconds: float, memory: str) -> None:
    """One benchmark file, as Snakemake writes it."""
    path = results / f"resources/{name}.tsv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{HEADER}{seconds}\t0:00:01\t{memory}\t1\n")


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Results of a run of two rules, one of them with two jobs."""
    benchmark(tmp_path, "census/a", 1.5, "100.5")
    benchmark(tmp_path, "census/b", 2.0, "-")
    benchmark(tmp_path, "plan", 70.0, "50")
    return tmp_path


def test_jobs_of_a_rule_are_added_up(results: Path) -> None:
    """Seconds are summed, memory is that of the largest job, the longest rule comes first."""
    times = stage_times(results / "resources")
    assert times["rule"].tolist() == ["plan", "census"]
    assert times["jobs"].tolist() == [1, 2]
    assert times["seconds"].tolist() == [70.0, 3.5]
    assert times["memory_mb"].tolist() == [50.0, 100.5]


def test_only_what_is_there_is_worth_opening(results: Path) -> None:
    """A path is named when it exists."""
    (results / "report").mkdir()
    (results / "report/index.html").touch()
    text = in_words(stage_times(results / "resources"), results)
    assert "1 min 10 s" in text
    assert str(results / "report/index.html") in text
    assert "scores.parquet" not in text


def test_the_longest_stage_has_the_longest_bar(results: Path) -> None:
    """Bars compare the stages; a stage of no length has none."""
    lines = in_words(stage_times(results / "resources"), results).splitlines()
    assert lines[1].endswith("50 MB  " + "#" * 20)
    assert lines[2].endswith("100 MB  #") or lines[2].endswith("MB  #")


def test_the_outcome_is_said(results: Path) -> None:
    """The best method of the most labels per class by its mean on the test part, and how many warnings there are."""
    rows = [
        ("m2", "latents", "20", "test", 0.7),
        ("svm", "bands", "20", "test", 0.6),
        ("m2", "bands", "5", "test", 0.9),
    ]
    columns = ["method", "features", "per_class", "part", "mean"]
    table = pd.DataFrame([*rows, ("svm", "bands", "20", "valid", 1.0)], columns=columns).assign(score="macro_f1")
    for folder in ("evaluation/main/inductive", "splits/main"):
        (results / folder).mkdir(parents=True)
    write_table(results / "evaluation/main/inductive/summary.parquet", table)
    write_json(results / "splits/main/warnings.json", {"warnings": ["a", "b"]})
    text = in_words(stage_times(results / "resources"), results)
    assert "Best on the test part: M1+M2, macro-F1 0.700 with 20 labels per class" in text
    assert "2 warnings about the split" in text


def test_nothing_ran_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without benchmark files there is a message and a status that is not zero."""
    overlay = tmp_path / "mine.yaml"
    overlay.write_text(f"pathvars:\n  results: {tmp_path}\n")
    with pytest.raises(MissingFileError, match="run the study first: snakemake"):
        stage_times(tmp_path / "resources")
    assert main(["--config", str(overlay)]) == 1
    assert "run the study first: snakemake" in capsys.readouterr().err


def test_the_overlay_says_where_results_are(tmp_path: Path) -> None:
    """Without one, or without the key, they are in results."""
    overlay = tmp_path / "mine.yaml"
    overlay.write_text("pathvars:\n  results: results/mine\n")
    assert results_folder(overlay) == Path("results/mine")
    overlay.write_text("")
    assert results_folder(overlay) == results_folder(None) == Path("results")


def test_the_end_of_a_run_waits_for_nothing_that_draws() -> None:
    """It is printed after every run, also where nothing was to do: pandas alone is worth waiting for."""
    command = "import sys, semispectral.commands.summary; sys.exit(bool({'matplotlib', 'scipy'} & {*sys.modules}))"
    assert subprocess.run([sys.executable, "-c", command], check=False).returncode == 0
