"""`snakemake benchmark` on a tiny collection: run to its end, then nothing, then only what is new."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest
import yaml
from checkout import copy_study

from described_columns import undescribed
from forks import Forks

pytestmark = pytest.mark.slow

METHODS = ["m1+m2", "svm-latents", "svm-bands", "majority"]
BENCHMARK = {
    "splits": [{"name": "holes", "folds": 3}, {"name": "leaky", "method": "leaky"}],
    "regimes": ["inductive"],
    "labels_per_class": [5],
    "seeds": [1, 2],
    "seeds_per_job": 2,
    "methods": METHODS,
}


class Study:
    """A copy of the project with a small benchmark."""

    def __init__(self, folder: Path, forks: Forks) -> None:
        self.folder, self.forks = folder, forks
        self.report = folder / "results/report/benchmark"

    def snakemake(self, *arguments: str, target: str = "benchmark", **changes: object) -> str:
        """Run the benchmark with some changes to it; returns what was said."""
        overlay = self.folder / "benchmark.yaml"
        overlay.write_text(yaml.safe_dump({"benchmark": BENCHMARK | changes}), encoding="utf-8")
        given = ["--configfile", "tests/workflow/tiny.yaml", "benchmark.yaml", "--quiet", "rules"]
        status, text = self.forks.call(self.folder, target, "--cores", "2", *given, *arguments)
        assert status == 0, text[-4000:]
        return text

    def would_run(self, **changes: object) -> dict[str, int]:
        """Jobs of each rule in a dry run."""
        text = self.snakemake("-n", **changes)
        return {name: int(count) for name, count in re.findall(r"^(\w+)\s+(\d+)$", text, flags=re.MULTILINE)}


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory, finished_study: Path, forks: Forks) -> Study:
    """The benchmark, run once, over scans that are counted already."""
    folder = tmp_path_factory.mktemp("benchmark")
    copy_study(finished_study, folder)
    found = Study(folder, forks)
    found.snakemake()
    return found


def test_every_cell_is_scored(study: Study) -> None:
    """One tidy table has each method, split, number of labels and seed; the tables and the page are there."""
    table = pd.read_parquet(study.report / "scores.parquet")
    cells = table[table["score"] == "macro_f1"].groupby(["split", "method", "features", "seed"]).size()
    assert len(cells) == 2 * len(METHODS) * 2
    for name in ("index.html", "results.md", "results.tex"):
        assert (study.report / name).stat().st_size > 500
    assert list((study.report / "figures").rglob("*.png"))


def test_every_column_is_described(study: Study) -> None:
    """The tables of a benchmark have no column that docs/columns.md does not describe."""
    assert undescribed(study.folder / "results") == {}


def test_the_deals_on_disk_keep_holes_apart(study: Study) -> None:
    """Each seed tests a hole of its own, and no other part has a pixel of it."""
    tested = []
    for seed in (1, 2):
        parts = pd.read_parquet(study.folder / f"results/splits/holes/{seed}/pixels.parquet")
        of_test = parts["part"] == "test"
        tested += sorted(set(parts.loc[of_test, "hole"]))
        assert set(parts.loc[of_test, "hole"]).isdisjoint(parts.loc[~of_test, "hole"])
    assert len(set(tested)) == 2


def test_nothing_is_to_be_done_afterwards(study: Study) -> None:
    """A second run has no job."""
    assert study.would_run() == {}


def test_a_seed_more_deals_and_fits_that_seed(study: Study) -> None:
    """Its jobs are new, and no job of the seeds before is run again."""
    jobs = study.would_run(seeds=[1, 2, 3])
    assert jobs["benchmark_split"] == 2
    assert jobs["benchmark_m1"] == 2
    assert jobs["benchmark_train"] == 2
    assert jobs["benchmark_fit"] == 2 * 3


def test_a_method_more_fits_that_method(study: Study) -> None:
    """Two jobs, one a split; and the scores."""
    jobs = study.would_run(methods=[*METHODS, "sam"])
    assert jobs == {"benchmark_fit": 2, "evaluate": 2, "benchmark_report": 1, "benchmark": 1, "total": 6}


def test_other_settings_of_a_method_leave_the_others(study: Study) -> None:
    """A longer training of M2 fits M2, and neither M1 nor a baseline."""
    tiny = yaml.safe_load((study.folder / "tests/workflow/tiny.yaml").read_text(encoding="utf-8"))
    longer = json.dumps({"m2": tiny["m2"] | {"alpha": 0.7}})
    text = study.snakemake("-n", "--config", f"m2={json.dumps(json.loads(longer)['m2'])}")
    jobs = dict(re.findall(r"^(\w+)\s+(\d+)$", text, flags=re.MULTILINE))
    assert set(jobs) == {"benchmark_train", "evaluate", "benchmark_report", "benchmark", "total"}


def test_a_lost_job_repeats_no_fit(study: Study) -> None:
    """Where the result of a job is gone, its fits are still kept."""
    name = "results/predictions/holes/inductive/svm/standardised/1-2.parquet"
    lost = study.folder / name
    before = lost.read_bytes()
    lost.unlink()
    said = study.snakemake(target=name)
    again = pd.read_parquet(lost)
    lost.write_bytes(before)
    pd.testing.assert_frame_equal(again, pd.read_parquet(lost))
    assert "chose" not in said
