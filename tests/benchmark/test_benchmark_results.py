"""The text of several studies: means, paired differences, and goals that are met or missed by so much."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest
from tiny_benchmark import write_fits

from semispectral.evaluation.differences import CONTROL, GATE, OWN
from semispectral.evaluation.score_files import Where, write_scored
from semispectral.evaluation.split_scores import evaluate

BENCHMARK = Path(__file__).parents[2] / "measurements/accuracy/results.py"


@pytest.fixture(scope="module")
def results() -> ModuleType:
    """The benchmark's text, which fits nothing."""
    spec = importlib.util.spec_from_file_location("results", BENCHMARK)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study's folder of the benchmark, with two regimes of one split."""
    folder = tmp_path_factory.mktemp("benchmark")
    methods = ("m1+m2", "m2", "qy-bands", "svm-latents", "svm-bands")
    paths = write_fits(folder / "fits", methods=methods, labels_per_class=("5", "50"), seeds=(1, 2), pixels=60)
    for regime in ("inductive", "transductive"):
        where = Where("blocks", "blocks", regime)
        scored = evaluate(paths, where=where, class_names=list("abcd"), seed=1, resamples=20)
        write_scored(folder / "evaluation" / "blocks" / regime, scored)
    return folder


@pytest.mark.parametrize(
    ("kind", "first", "per_class", "study", "method", "goal"),
    [
        (CONTROL, "m1+m2", "5", "indian_pines", "leaky", 0.05),
        (CONTROL, "m1+m2", "10", "indian_pines", "blocks", 0.03),
        (CONTROL, "mean-of-two", "50", "collection", "groups", 0.01),
        (CONTROL, "m1+m2-mnf", "5", "salinas_a", "blocks", -0.003),
        (CONTROL, "m1+m2", "20", "collection", "groups", None),
        (CONTROL, "m1+m2", "5", "elsewhere", "blocks", None),
        (CONTROL, "m2", "5", "collection", "groups", None),
        (OWN, "m2", "5", "elsewhere", "blocks", -0.01),
        (OWN, "m1+m2", "5", "elsewhere", "blocks", -0.01),
        (GATE, "svm-latents", "5", "elsewhere", "blocks", -0.02),
    ],
)
def test_goals_are_by_study_and_split(
    results: ModuleType, kind: str, first: str, per_class: str, study: str, method: str, goal: float | None
) -> None:
    """By study, kind of split, and labels per class; none where none was set."""
    row = {"kind": kind, "first": first, "per_class": per_class}
    assert results.goal_of(row, study=study, method=method) == goal


def test_goals_are_met_or_missed_by_so_much(results: ModuleType) -> None:
    """Reaching a goal meets it, also one below 0."""
    assert results.judged(0.05, 0.05) == "goal +0.050 met"
    assert results.judged(-0.004, -0.003) == "goal -0.003 short by 0.001"
    assert results.judged(0.012, 0.05) == "goal +0.050 short by 0.038"
    assert results.judged(0.1, None) == ""


def test_the_text_and_the_figure_hold_every_study(
    results: ModuleType,
    study: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A heading for each split and regime, its goals beside the differences, and a picture."""
    picture = tmp_path / "images" / "accuracy.png"
    monkeypatch.setattr(sys, "argv", ["results.py", f"indian_pines={study}", "--figure", str(picture)])
    results.main()
    text = capsys.readouterr().out
    assert "## Indian Pines, blocks (blocks with a buffer), inductive" in text
    assert "## Indian Pines, blocks (blocks with a buffer), transductive" in text
    (line,) = {
        line for line in text.splitlines() if line.startswith("| M1+M2 \N{MINUS SIGN} best baseline") and "goal" in line
    }
    assert line.count("goal +0.030") == line.count("goal +0.000") == 1
    assert picture.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(("given", "words"), [("results", "NAME=FOLDER"), ("a=nowhere", "run snakemake benchmark")])
def test_what_cannot_be_read_is_said(results: ModuleType, given: str, words: str) -> None:
    """A study without a name, and a folder without scores."""
    with pytest.raises(SystemExit, match=words):
        results.read_studies([given])
