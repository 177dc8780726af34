"""The program conformal.py: sets of classes hold the truth as often as was asked for, where pixels are alike."""

import importlib
import sys
from pathlib import Path

import numpy as np
import pytest

from semispectral.evaluation.predictions import prediction_table
from semispectral.storage.parquet import write_table

PROGRAMS = Path(__file__).parents[2] / "measurements/accuracy"


def write_predictions(path: Path, *, pixels: int) -> None:
    """Predictions of three classes, right as often as they say in the holes A and B, and too sure in hole C."""
    random = np.random.default_rng(2)
    hole = np.repeat(["A", "B", "C"], pixels)
    honest = random.dirichlet([0.5, 0.5, 0.5], 3 * pixels)
    label = (honest.cumsum(axis=1) < random.uniform(size=(3 * pixels, 1))).sum(axis=1)
    sharp = honest**4 / (honest**4).sum(axis=1, keepdims=True)
    probability = np.where((hole == "C")[:, None], sharp, honest).astype(np.float32)
    place = {"scene": hole, "hole": hole, "line": np.arange(3 * pixels), "sample": np.zeros(3 * pixels, int)}
    part = np.where(hole == "A", "valid", "test")
    run = {"method": "m2", "features": "latents", "per_class": "5", "seed": 1}
    path.parent.mkdir(parents=True)
    write_table(path, prediction_table(probability, label, part=part, **place, **run))


def test_coverage_is_printed_for_each_hole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As asked for in a hole like that of calibration; where the model is too sure, less, and more must be asked."""
    monkeypatch.syspath_prepend(PROGRAMS)
    conformal = importlib.import_module("conformal")
    write_predictions(tmp_path / "predictions/main/inductive/m2/latents/5/1.parquet", pixels=4000)
    monkeypatch.setattr(sys, "argv", ["conformal.py", str(tmp_path), "--coverage", "0.8"])
    conformal.main()
    lines = [line.split(" | ") for line in capsys.readouterr().out.splitlines() if line.startswith("| M1+M2, seed 1")]
    by_hole = {line[2]: [float(value.strip(" |")) for value in line[4:]] for line in lines}
    assert by_hole["B"][0] == pytest.approx(0.8, abs=0.02)
    assert by_hole["B"][2] == pytest.approx(0.8, abs=0.02)
    assert by_hole["C"][0] < 0.77
    assert by_hole["C"][2] > 0.83


def test_too_few_pixels_to_calibrate_on_give_whole_sets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of four pixels none can leave a tenth out: every class is in the set; of nine, the smallest is the threshold."""
    monkeypatch.syspath_prepend(PROGRAMS)
    threshold = importlib.import_module("conformal").threshold
    assert threshold(np.array([0.4, 0.5, 0.6, 0.7]), 0.9) == 0
    assert threshold(np.arange(1, 10) / 10, 0.9) == pytest.approx(0.1)
