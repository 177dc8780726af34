"""The forecast of a stage that has run in the study: what it took there."""

from pathlib import Path

import pytest

from semispectral.check.own_runs import own_runs

HEAD = "s\th:m:s\tmax_rss\tmax_vms\tcpu_time\n"


def write(path: Path, *cells: str) -> None:
    """A file as Snakemake writes it of a job."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEAD + "\t".join(cells) + "\n")


def test_jobs_of_a_rule_are_joined(tmp_path: Path) -> None:
    """The mean time and the largest memory of the jobs of each rule; of a deeper folder, the rule is the first name."""
    write(tmp_path / "census/A.tsv", "2", "0:00:02", "100", "1", "1.5")
    write(tmp_path / "census/B.tsv", "4", "0:00:04", "300", "1", "1.5")
    write(tmp_path / "predict/m2/latents/20/1.tsv", "7", "0:00:07", "-", "-", "-")
    found = own_runs(tmp_path)
    assert (found["census"].jobs, found["census"].seconds, found["census"].memory_mb) == (2, 3, 300)
    assert found["predict"].seconds == 7
    assert found["predict"].memory_mb != found["predict"].memory_mb  # too short to measure


@pytest.mark.parametrize("text", ["", "s\n", "other\tcolumns\n1\t2\n", HEAD + "soon\t-\t-\t-\t-\n"])
def test_what_is_no_table_is_passed_over(tmp_path: Path, text: str) -> None:
    """A file that a job is writing, or that is something else, does not stop the check."""
    (tmp_path / "census.tsv").write_text(text)
    assert own_runs(tmp_path) == own_runs(tmp_path / "nothing here") == {}
