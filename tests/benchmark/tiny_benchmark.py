"""Predictions of a benchmark that is tiny: models that are right more often the more skill they have."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from semispectral.evaluation.predictions import prediction_table
from semispectral.storage.parquet import write_table
from semispectral.study.methods import METHODS

NAMES = ("<script>alert(1)</script>", "chlorite & sericite_50%", "quartz {vein} [x] \\ $y$ #1", "*iron* | oxide ~ ^2")
SKILL = {name: 2.6 - 0.15 * place for place, name in enumerate(METHODS)}


def truth(seed: int, *, pixels: int = 120, classes: int = 4, holes: int = 2) -> pd.DataFrame:
    """The test pixels of a seed, the same for all methods."""
    generator = np.random.default_rng(seed)
    place = np.arange(pixels)
    return pd.DataFrame(
        {
            "scene": np.array(["s1", "s2"])[place % 2],
            "hole": np.array([f"H{k}" for k in range(holes)])[place % holes],
            "line": place // 10,
            "sample": place,
            "label": generator.integers(classes, size=pixels),
        }
    )


def run(method_id: str, per_class: str, seed: int, *, skill: float = 2.0, **shape: int) -> pd.DataFrame:
    """One run; more labels give more skill."""
    tested, classes = truth(seed, **shape), shape.get("classes", 4)
    entropy = [seed, *method_id.encode(), *per_class.encode()]
    generator = np.random.default_rng(entropy)
    more = 0.02 * min(100.0, float(per_class.replace("all", "100")))
    logits = generator.normal(size=(len(tested), classes)) * 1.5
    logits[np.arange(len(tested)), tested["label"]] += skill + more
    probability = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    if method_id == "majority":
        probability = np.tile(np.eye(classes)[0], (len(tested), 1))
    row = METHODS[method_id]
    places = {name: tested[name].to_numpy() for name in ("scene", "hole", "line", "sample")}
    table = prediction_table(
        probability, tested["label"].to_numpy(), method=row.method, features=row.features, per_class=per_class,
        seed=seed, part="test", **places,
    )  # fmt: skip
    costs = {"seconds": np.float32(len(method_id) + seed), "peak_mb": np.float32(900 + 10 * seed)}
    return table.astype({"scene": "category", "hole": "category"}).assign(**costs)


def write_fits(
    folder: Path,
    *,
    methods: Sequence[str] = tuple(METHODS),
    labels_per_class: Sequence[str] = ("5", "10", "50"),
    seeds: Sequence[int] = (1, 2, 3),
    boost: float = 0.0,
    **shape: int,
) -> dict[str, list[Path]]:
    """The files of the fits, one per method and seed."""
    written: dict[str, list[Path]] = {}
    for name in methods:
        for seed in seeds:
            path = folder / METHODS[name].method / METHODS[name].features / f"{seed}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            runs = [run(name, per_class, seed, skill=SKILL[name] + boost, **shape) for per_class in labels_per_class]
            write_table(path, pd.concat(runs, ignore_index=True))
            written.setdefault(name, []).append(path)
    return written
