"""The problems of choices.py and trust.py: a task's spectra, labels and parts, and the labels of each run."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from few_labels_tasks import TASKS
from semispectral.errors import SplitError
from semispectral.sampling.labels_per_class import PLACE, RunsConfig, choose_labels


@dataclass(frozen=True)
class RunLabels:
    """Labelled pixels that a run may see: those to train on, and those to validate on; int64 [pixel]."""

    train: np.ndarray
    valid: np.ndarray

    @property
    def both(self) -> np.ndarray:
        """All labels that a method may see."""
        return np.concatenate([self.train, self.valid])


@dataclass(frozen=True)
class Problem:
    """x float32 [pixel, band], label int64 [pixel] (-1 unlabelled), part str [pixel], and the labels of the runs.

    ``mineral`` int64 [pixel] is the label or, where the simulation knows what an unlabelled pixel is, that class; it
    serves only to take a class out of the unlabelled pixels too. ``place`` has scene, hole, line and sample of
    each pixel; ``wavelengths_nm`` float64 [band], None where nobody knows them.
    """

    x: np.ndarray
    label: np.ndarray
    mineral: np.ndarray
    part: np.ndarray
    classes: int
    labels_per_class: Mapping[int, RunLabels]
    place: pd.DataFrame
    wavelengths_nm: np.ndarray | None = None

    @property
    def train(self) -> np.ndarray:
        """Pixels of the train part, labelled or not."""
        return np.flatnonzero(self.part == "train")

    @property
    def test(self) -> np.ndarray:
        """Pixels that are scored."""
        return np.flatnonzero((self.part == "test") & (self.label >= 0))


def problem(task: str, data: Path, *, seed: int, labels_per_class: tuple[int, ...]) -> Problem:
    """Deal a task to parts and draw its labels per class; a fifth of each validates.

    Raises
    ------
    SplitError : a label of a run is a test pixel, or parts are nearer than the buffer.
    """
    dealt = TASKS[task](data, seed)
    drawn = choose_labels(dealt.table, RunsConfig(labels_per_class=labels_per_class, seeds=(seed,), valid_share=0.2))
    at = pd.Series(np.arange(len(dealt.table)), index=pd.MultiIndex.from_frame(dealt.table[PLACE]))
    found = {}
    for per_class in labels_per_class:
        rows = drawn[drawn["per_class"] == str(per_class)]
        where = at.loc[pd.MultiIndex.from_frame(rows[PLACE])].to_numpy()
        found[per_class] = RunLabels(
            where[(rows["part"] == "train").to_numpy()], where[(rows["part"] == "valid").to_numpy()]
        )
        shared = int((dealt.table["part"].to_numpy()[where] == "test").sum())
        if shared or not len(where):
            raise SplitError(
                f"{task}, {per_class} labels per class: needs untested labels, got {len(where)}, of which "
                f"{shared} are tested"
            )
    label, part = dealt.table["label"].to_numpy(np.int64), dealt.table["part"].to_numpy(str)
    mineral = dealt.table.get("mineral", dealt.table["label"]).to_numpy(np.int64)
    place = dealt.table[["scene", "hole", "line", "sample"]].reset_index(drop=True)
    return Problem(dealt.x, label, mineral, part, dealt.classes, found, place, dealt.wavelengths_nm)
