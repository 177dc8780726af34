"""One job of the benchmark: what a method may see, what is kept, and what is fitted again."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from test_benchmark_deal import BLOCKS, BUDGETS, HOLES, pool, rasters

from semispectral.benchmark.fits import FITS
from semispectral.benchmark.jobs import LATENTS, Job, encode_all, fit_all
from semispectral.benchmark.pool import BUDGETS_FILE, PARTS_FILE, dealt, read_deal
from semispectral.benchmark.splits import deal, split_settings, write_deal
from semispectral.errors import DataError, MisplacedError
from semispectral.evaluation.predictions import check_predictions
from semispectral.sampling.training_set import TrainingSet
from semispectral.scans.cube import Latents, Pixels
from semispectral.storage import arrays as packed
from semispectral.storage.parquet import read_table, write_table
from semispectral.study.methods import METHODS

SECTIONS = {
    "normalise": {"method": "snv"},
    "m1": {},
    "svm": {"cost": [1.0], "gamma": [1.0], "folds": 2},
    "baselines": {"trees": 5, "tuning_trees": 2, "forest_features": [0.5], "forest_leaf": [1]}
    | {"components": [2], "cost": [1.0], "neighbours": [3], "spreading": [0.9], "unlabelled_pixels": 50},
    "budgets": [2, 5],
}


def pixels() -> Pixels:
    """Spectra of 6 bands whose shape follows the class."""
    table = pool()
    table["label"] = table["label"].astype(np.int16)
    random = np.random.default_rng(1)
    shape = np.eye(4, 6)[table["label"].to_numpy()]
    x = (2 + shape + 0.3 * random.standard_normal((len(table), 6))).astype(np.float32)
    return Pixels(x, table.astype({"line": np.int32, "sample": np.int32, "code": np.int32}), None)


@pytest.fixture
def job(tmp_path: Path) -> Callable[..., Job]:
    """A function that gives the job of a method, with some seeds."""

    def of(method: str, *, seeds: tuple[int, ...] = (3,), regime: str = "inductive", **sections: Any) -> Job:
        deals = []
        for seed in seeds:
            config = split_settings(BLOCKS, HOLES, seed=seed)
            deals.append(tmp_path / "grid/deals/blocks" / str(seed))
            if not deals[-1].is_dir():
                deals[-1].mkdir(parents=True)
                write_deal(deals[-1], deal(rasters(), pool(), config), config, replace(BUDGETS, seeds=(seed,)))
        output = tmp_path / "grid/fits/blocks" / regime / method / "1-5.parquet"
        row = {"method": METHODS[method].method, "features": METHODS[method].features} if method in METHODS else {}
        return Job.of(
            output, [str(path) for path in deals], cfg=json.dumps(SECTIONS | {"row": row} | sections), code="c"
        )

    return of


def counting(calls: list[tuple[int, int]]) -> Callable[..., np.ndarray]:
    """A fit that predicts class 0 and notes the seed and the labels it was given."""

    def fit(
        data: TrainingSet, query: np.ndarray, *, classes: int, shares: np.ndarray, seed: int, settings: Any
    ) -> np.ndarray:
        calls.append((seed, len(data.labelled) + len(data.valid)))
        return np.eye(classes, dtype=np.float32)[np.zeros(len(query), int)]

    return fit


def test_no_method_is_missing() -> None:
    """Every row of the table that needs no TensorFlow has a fit."""
    assert {row.method for row in METHODS.values() if not row.tensorflow} == set(FITS)


@pytest.mark.parametrize("method", [name for name, row in METHODS.items() if not row.tensorflow and not row.on_latents])
def test_every_control_predicts_the_test_pixels(job: Callable[..., Job], method: str) -> None:
    """A valid table of predictions: each test pixel once for each budget, and the controls learn these classes."""
    found = fit_all(pixels(), job(method), FITS, classes=3)
    check_predictions(found)
    parts = dealt(pixels(), next(iter(job(method).deals.values())), regime="inductive").table
    tested = int(((parts["part"] == "test") & (parts["label"] >= 0)).sum())
    assert found.groupby("budget").size().to_dict() == {"2": tested, "5": tested}
    assert set(found["part"]) == {"test"}
    assert (found["peak_mb"] > 1).all()
    if method == "majority":
        counts = parts[(parts["part"] == "train") & (parts["label"] >= 0)]["label"].value_counts()
        assert set(found["predicted"]) <= set(counts.index[counts == counts.max()])
    else:
        five = found[found["budget"] == "5"]
        assert (five["label"] == five["predicted"]).mean() > 0.6


def test_nothing_is_fitted_twice(job: Callable[..., Job]) -> None:
    """A second run fits nothing; a seed, budget or setting more fits what is new; new code or classes fit all."""
    calls: list[tuple[int, int]] = []
    fits = {"sam": counting(calls)}
    first = fit_all(pixels(), job("sam"), fits, classes=3)
    assert calls == [(3, 6), (3, 15)]
    pd.testing.assert_frame_equal(fit_all(pixels(), job("sam"), fits, classes=3), first)
    assert len(calls) == 2
    fit_all(pixels(), job("sam", seeds=(3, 4)), fits, classes=3)
    assert calls[2:] == [(4, 6), (4, 15)]
    fit_all(pixels(), job("sam", budgets=[5]), fits, classes=3)
    assert len(calls) == 4
    fit_all(pixels(), job("sam", svm=SECTIONS["svm"] | {"folds": 3}), fits, classes=3)
    assert len(calls) == 6
    changed = job("sam")
    fit_all(pixels(), replace(changed, code="d"), fits, classes=3)
    assert len(calls) == 8
    fit_all(pixels(), replace(changed, code="d"), fits, classes=4)
    assert len(calls) == 10
    assert len(list(changed.kept.iterdir())) == 4


def test_a_corrected_truth_is_scored_anew(job: Callable[..., Job]) -> None:
    """With the same spectra and labels to learn from, but another truth at the test pixels, nothing kept is used."""
    calls: list[tuple[int, int]] = []
    fit_all(pixels(), job("sam"), {"sam": counting(calls)}, classes=3)
    path = job("sam").deals[3] / PARTS_FILE
    parts = read_table(path)
    tested = (parts["part"] == "test") & (parts["label"] >= 0)
    parts.loc[tested, "label"] = (parts["label"] + 1) % 3
    write_table(path, parts)
    found = fit_all(pixels(), job("sam"), {"sam": counting(calls)}, classes=3)
    assert len(calls) == 4
    assert found.loc[found["budget"] == "5", "label"].tolist() == parts.loc[tested, "label"].tolist()


def moved(deal: Path) -> Pixels:
    """The pool with every pixel 100 lines further on, in the deal too."""
    parts, budgets = read_deal(deal)
    for name, table in ((PARTS_FILE, parts), (BUDGETS_FILE, budgets)):
        write_table(deal / name, table.assign(line=table["line"] + 100))
    found = pixels()
    return replace(found, table=found.table.assign(line=found.table["line"] + 100))


def test_corrected_places_are_written_anew(job: Callable[..., Job], tmp_path: Path) -> None:
    """With the same spectra and labels elsewhere in the scene, neither predictions nor latents that are kept serve."""
    calls: list[tuple[int, int]] = []

    def encode(data: Any, *, normalise: str, seed: int, settings: Any) -> tuple[Latents, float]:
        mean = np.zeros((len(data.table), 2), np.float32)
        return Latents(mean, mean, data.table), 1.0

    fit_all(pixels(), job("sam"), {"sam": counting(calls)}, classes=3)
    encode_all(pixels(), job("m1"), encode, tmp_path / "latents")
    elsewhere = moved(job("sam").deals[3])
    found = fit_all(elsewhere, job("sam"), {"sam": counting(calls)}, classes=3)
    assert len(calls) == 4
    assert found["line"].min() >= 100
    encode_all(elsewhere, job("m1"), encode, tmp_path / "latents")
    assert packed.read_table(tmp_path / "latents/3.parquet")["line"].min() >= 100


def test_stopped_half_way_loses_one_fit(job: Callable[..., Job]) -> None:
    """What was finished before a job died is not repeated."""
    calls: list[tuple[int, int]] = []

    def dies(data: TrainingSet, query: np.ndarray, **run: Any) -> np.ndarray:
        if calls:
            raise KeyboardInterrupt
        return counting(calls)(data, query, **run)

    with pytest.raises(KeyboardInterrupt):
        fit_all(pixels(), job("sam"), {"sam": dies}, classes=3)
    fit_all(pixels(), job("sam"), {"sam": counting(calls)}, classes=3)
    assert calls == [(3, 6), (3, 15)]


def test_regimes_differ_in_what_is_looked_at_only(job: Callable[..., Job]) -> None:
    """Inductive: no test pixel; transductive: all, without labels. Labels, query and validation are the same."""
    deals = job("sam").deals
    seen = {}
    for regime in ("inductive", "transductive"):
        data = dealt(pixels(), deals[3], regime=regime)
        inputs = data.features(data.scaler("standardise").transform(data.x))
        seen[regime] = data.training_set(inputs, budget="5", seed=3)
        assert (seen[regime].unlabelled.label == -1).all()
        assert len(data.query(inputs)) == int(((data.table["part"] == "test") & (data.table["label"] >= 0)).sum())
    tested = int((data.table["part"] == "test").sum())
    assert len(seen["transductive"].unlabelled) == len(seen["inductive"].unlabelled) + tested
    for part in ("labelled", "valid"):
        one, two = (getattr(seen[regime], part).table[["scene", "line", "sample"]] for regime in seen)
        pd.testing.assert_frame_equal(one, two)


def test_latents_are_those_of_the_deal(job: Callable[..., Job], tmp_path: Path) -> None:
    """A method on latents gets each seed's own, pays M1's seconds, and refuses those of another deal."""

    def encode(data: Any, *, normalise: str, seed: int, settings: Any) -> tuple[Latents, float]:
        mean = np.repeat(data.table["label"].to_numpy(np.float32)[:, None], 2, axis=1) + 0.01 * seed
        return Latents(mean, np.zeros_like(mean), data.table), 100.0

    encoding, folder = job("m1", seeds=(3, 4)), tmp_path / "latents"
    encode_all(pixels(), encoding, encode, folder)
    found = fit_all(pixels(), job("svm-latents", seeds=(3, 4)), FITS, classes=3, latents=[folder])
    assert (found["label"] == found["predicted"]).mean() > 0.95
    assert (found["seconds"] >= 100).all()
    (folder / "3.parquet").write_bytes((folder / "4.parquet").read_bytes())
    with pytest.raises(MisplacedError, match=r"is the file 4\.parquet"):
        fit_all(pixels(), replace(job("svm-latents"), code="x"), FITS, classes=3, latents=[folder])
    arrays, table, facts = packed.read(folder / "4.parquet", LATENTS)
    packed.write(folder / "4.parquet", arrays, table.assign(sample=table["sample"] + 1), facts, "zstd")
    with pytest.raises(DataError, match="not of the pixels"):
        fit_all(pixels(), replace(job("svm-latents", seeds=(4,)), code="x"), FITS, classes=3, latents=[folder])


def test_a_deal_of_another_pool_is_refused(job: Callable[..., Job]) -> None:
    """Pixels that the pool does not have are named."""
    whole = pixels()
    with pytest.raises(DataError, match="not in the pool"):
        dealt(whole.where(np.arange(len(whole)) % 2 == 0), job("sam").deals[3], regime="inductive")
