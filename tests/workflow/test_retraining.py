"""What a run says of trained models that it makes anew."""

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from semispectral.workflow.retraining import Planned, planned_jobs, trained_again

ROW = {"name": "DH1_1", "hole": "DH1", "scale": 1, "use": {"ranges": [[1, 99]]}}


def text(**sections: Any) -> frozenset[str]:
    """One recorded parameter: JSON, quoted as Snakemake keeps it."""
    return frozenset({repr(json.dumps(sections))})


def said_of(cause: Planned) -> list[str]:
    """What is said where M1 follows from a sample that follows from this job."""
    sample = Planned("sample_m1", needs=(cause,))
    return trained_again([Planned("train_m1", needs=(sample,)), Planned("train_m2", needs=(sample,))])


def test_nothing_is_said_of_a_first_training() -> None:
    """Models that are not there yet are not trained again; a new seed is none either."""
    assert trained_again([]) == []
    assert trained_again([Planned("train_m1", has_run=False)]) == []


def test_a_new_scan_is_named_with_what_to_do() -> None:
    """The scan that training reads for the first time is the reason, and how to only map it is said."""
    rows = {"before": text(scenes=[ROW]), "now": text(scenes=[ROW, {**ROW, "name": "DH4_1"}])}
    census = Planned("census", has_run=False, missing=frozenset({"results/census/DH4_1.parquet"}))
    parts = frozenset({"results/splits/main/training/parts/DH4_1.npy"})
    split = Planned("split", has_run=False, missing=parts, other_inputs=True, needs=(census,), **rows)
    head, why, advice = said_of(split)
    assert "train_m1 1, train_m2 1" in head
    assert why == "  - new among the scans that are learnt from: DH4_1"
    assert "map_only" in advice


def test_changes_are_named_by_file_row_and_key() -> None:
    """A file, a cell of scenes.tsv, a key, a scan that is gone and another program: each in its own words."""
    masked = said_of(Planned("mask", updated=frozenset({"masks/DH1_1.png"})))
    assert masked[1:] == ["  - changed files: masks/DH1_1.png"]
    row = said_of(Planned("census", before=text(scene=ROW), now=text(scene={**ROW, "scale": 2})))
    assert row[1:] == ["  - changed settings or rows: DH1_1, column scale"]
    nested = said_of(Planned("split", before=text(scenes=[ROW]), now=text(scenes=[{**ROW, "use": {"ranges": []}}])))
    assert nested[1:] == ["  - changed settings or rows: DH1_1, column use.ranges"]
    key = said_of(Planned("split", before=text(split={"buffer": 1}, steps=[]), now=text(split={"buffer": 2}, steps=[])))
    assert key[1:] == ["  - changed settings or rows: split.buffer"]
    gone = said_of(Planned("split", other_inputs=True, before=text(scenes=[ROW]), now=text(scenes=[])))
    assert gone[1:] == ["  - changed settings or rows: scan DH1_1 is gone"]
    code = said_of(Planned("split", before=frozenset({repr("a" * 64)}), now=frozenset({repr("b" * 64)})))
    assert code[1:] == ["  - another version of the program, in the stages split"]
    lost = said_of(Planned("draw", has_run=False, missing=frozenset({"results/shards/labelled/DH1_1.parquet"})))
    assert lost[1:] == ["  - results that are missing: results/shards/labelled/DH1_1.parquet"]
    forced = trained_again([Planned("train_m1", forced=True)])
    assert forced[1:] == ["  - asked for: train_m1"]
    assert said_of(Planned("split", other_inputs=True))[1:] == ["  - other files are learnt from than before"]


def test_jobs_are_taken_from_the_graph_as_far_as_they_change_inputs(tmp_path: Path) -> None:
    """A job that runs in the same run, but whose outputs are not compared, is no reason."""
    made = tmp_path / "m1"
    made.touch()

    def job(rule: str, output: Path) -> Any:
        return SimpleNamespace(rule=SimpleNamespace(name=rule), output=[str(output)])

    files = dict.fromkeys(("updated_input_run", "updated_input", "missing_output"), frozenset())
    reason = SimpleNamespace(**files, params_changed=None, input_changed=False, forced=False)
    train, census, other = (
        Hashable(job("train_m1", made)),
        Hashable(job("census", tmp_path / "a.parquet")),
        Hashable(job("compare_scans", tmp_path / "scans.json")),
    )
    of_train = SimpleNamespace(**{**vars(reason), "updated_input_run": {str(tmp_path / "a.parquet")}})
    dependencies = {train: {census: {str(tmp_path / "a.parquet")}, other: {str(tmp_path / "scans.json")}}}
    dag = SimpleNamespace(
        dependencies={**dependencies, census: {}, other: {}},
        reason=lambda asked: of_train if asked is train else reason,
        needrun=lambda asked: True,
        needrun_jobs=lambda: [train, census, other],
    )
    (found,) = planned_jobs(dag)
    assert found == replace(found, rule="train_m1", has_run=True)
    assert [(need.rule, need.has_run) for need in found.needs] == [("census", False)]


class Hashable:
    """A job that can be a key, as Snakemake's are."""

    def __init__(self, job: Any) -> None:
        self.rule, self.output = job.rule, job.output
