"""The problems of choices.py and trust.py: a task's spectra, labels and parts, with the label budgets of one seed."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from few_labels_tasks import TASKS
from semispectral.errors import SplitError
from semispectral.sampling.label_budgets import PLACE, BudgetConfig, label_budgets


@dataclass(frozen=True)
class Budget:
    """Pixels of a label budget: those to train on, and those to validate on; int64 [pixel]."""

    train: np.ndarray
    valid: np.ndarray

    @property
    def both(self) -> np.ndarray:
        """All labels that a method may see."""
        return np.concatenate([self.train, self.valid])


@dataclass(frozen=True)
class Problem:
    """x float32 [pixel, band], label int64 [pixel] (-1 unlabelled), part str [pixel], and the budgets of one seed.

    ``mineral`` int64 [pixel] is the label or, where the simulation knows what an unlabelled pixel is, that class; it
    serves only to take a class out of the unlabelled pixels too.
    """

    x: np.ndarray
    label: np.ndarray
    mineral: np.ndarray
    part: np.ndarray
    classes: int
    budgets: Mapping[int, Budget]

    @property
    def train(self) -> np.ndarray:
        """Pixels of the train part, labelled or not."""
        return np.flatnonzero(self.part == "train")

    @property
    def test(self) -> np.ndarray:
        """Pixels that are scored."""
        return np.flatnonzero((self.part == "test") & (self.label >= 0))


def problem(task: str, data: Path, *, seed: int, budgets: tuple[int, ...]) -> Problem:
    """Deal a task to parts and draw its label budgets; a fifth of each validates.

    Raises
    ------
    SplitError : a label of a budget is a test pixel, or parts are nearer than the buffer.
    """
    dealt = TASKS[task](data, seed)
    drawn = label_budgets(dealt.table, BudgetConfig(labels_per_class=budgets, seeds=(seed,), valid_share=0.2))
    place = pd.Series(np.arange(len(dealt.table)), index=pd.MultiIndex.from_frame(dealt.table[PLACE]))
    found = {}
    for budget in budgets:
        rows = drawn[drawn["budget"] == str(budget)]
        where = place.loc[pd.MultiIndex.from_frame(rows[PLACE])].to_numpy()
        found[budget] = Budget(where[(rows["part"] == "train").to_numpy()], where[(rows["part"] == "valid").to_numpy()])
        shared = int((dealt.table["part"].to_numpy()[where] == "test").sum())
        if shared or not len(where):
            raise SplitError(
                f"{task}, budget {budget}: needs labels that are not tested on, got {len(where)}, {shared} tested"
            )
    label, part = dealt.table["label"].to_numpy(np.int64), dealt.table["part"].to_numpy(str)
    mineral = dealt.table.get("mineral", dealt.table["label"]).to_numpy(np.int64)
    return Problem(dealt.x, label, mineral, part, dealt.classes, found)
