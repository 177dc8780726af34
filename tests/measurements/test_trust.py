"""The tables of measurements/accuracy/trust.py say what the scores say."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

FOLDER = Path(__file__).parents[2] / "measurements/accuracy"


@pytest.fixture(scope="module")
def trust() -> ModuleType:
    """The benchmark's module."""
    sys.path.insert(0, str(FOLDER))
    try:
        spec = importlib.util.spec_from_file_location("trust", FOLDER / "trust.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
    finally:
        sys.path.remove(str(FOLDER))


def test_calibration_is_the_mean_over_seeds(trust: ModuleType) -> None:
    """Without and with the temperature, side by side."""
    rows = [
        {"task": "collection", "per_class": 5, "method": "m1+m2", "seed": seed, "temperature": 1.0 + seed}
        | {f"{when}{name}": place + seed for when, place in (("", 1.0), ("before_", 3.0)) for name in trust.PROBABILITY}
        for seed in (0, 1)
    ]
    last = trust.calibration_table(pd.DataFrame(rows)).splitlines()[-1]
    assert last == "| collection | 5 | m1+m2 | 2 | 1.50 | 3.500, 1.500 | 3.500, 1.500 | 3.500, 1.500 |"


def test_novelty_is_the_mean_over_classes(trust: ModuleType) -> None:
    """Seeds first, then the mean and the lowest class, of each model."""
    rows = [
        {"task": "t", "seed": seed, "class": k, "auroc": {"M1": 0.5 + 0.1 * k + 0.02 * seed, "M2": 0.9}}
        for k in (0, 3)
        for seed in (0, 1)
    ]
    assert trust.novelty_table(pd.DataFrame(rows)).splitlines()[-1] == "| t | 2 | 2 | 0.660 (0.510) | 0.900 (0.900) |"
