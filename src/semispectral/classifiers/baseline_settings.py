"""Table and settings of the baselines, and the steps they share: folds, temperature, columns of the classes."""

import itertools
from collections.abc import Callable
from dataclasses import field
from typing import Annotated

import numpy as np
from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from semispectral.classifiers.svm import SvmConfig
from semispectral.classifiers.tuning import balanced_sample, deal_folds, held_out
from semispectral.inference.calibration import apply_temperature, fit_temperature
from semispectral.study.setting_types import Candidates, Count, InnerShare, PositiveShare, Share, settings_class

GRIDS = {
    "pca_svm": ("components", "cost"),
    "rf": ("forest_features", "forest_leaf"),
    "label_spreading": ("neighbours", "spreading"),
}


Baseline = Callable[..., np.ndarray]
BASELINES: dict[str, Baseline] = {}  # by name; `semispectral.classifiers.baselines` has them all


def baseline(name: str) -> Callable[[Baseline], Baseline]:
    """Register a function as a baseline.

    Parameters
    ----------
    name : the ``method`` of its row in `semispectral.study.methods`.

    Returns
    -------
    A decorator that leaves the function as it is.
    """

    def registered(fit: Baseline) -> Baseline:
        BASELINES[name] = fit
        return fit

    return registered


@settings_class("baselines")
class BaselineConfig:
    """Grids and limits of the baselines. With too few labels to tune, the first value of each grid is used."""

    svm: SkipJsonSchema[SvmConfig] = field(default_factory=SvmConfig)
    """SVM of `self_training`; its folds, tuning_pixels and balanced hold for all baselines."""
    components: Candidates = (20, 5, 10, 40, 80)
    """Numbers of principal components to try in `pca_svm`."""
    cost: Candidates = (100.0, 1.0, 10.0, 1000.0)
    """Penalties C to try in `pca_svm`."""
    forest_features: Annotated[tuple[PositiveShare, ...], Field(min_length=1)] = (0.1, 0.03, 0.05, 0.2)
    """Shares of the bands tried at a split, to try in `rf`."""
    forest_leaf: Candidates = (1, 2, 3, 5, 8)
    """Smallest numbers of pixels in a leaf, to try in `rf`."""
    trees: Count = 300
    """Number of trees of `rf`."""
    tuning_trees: Count = 20
    """Number of trees while `rf` is tuned."""
    pooled: Share = 0.5
    """Share of the covariance of all classes in that of a class, in `qda`; with 1 the discriminants are linear."""
    neighbours: Candidates = (7, 3, 5, 10, 20)
    """Numbers of neighbours in the graph, to try in `label_spreading`."""
    spreading: Annotated[tuple[InnerShare, ...], Field(min_length=1)] = (0.9, 0.2, 0.5, 0.99)
    """Values of alpha (Zhou et al. 2004), to try in `label_spreading`."""
    unlabelled_pixels: Count = 5000
    """Largest number of unlabelled pixels in `self_training` and `label_spreading`."""
    confidence: PositiveShare = 0.75
    """Smallest probability with which `self_training` adds a pixel."""
    rounds: Count = 5
    """Largest number of rounds of `self_training`."""

    def effort(self) -> dict[str, int]:
        """Return the number of candidates that each tuned baseline tries."""
        own = {name: len(self.candidates(name)) for name in GRIDS}
        return {"svm": len(self.svm.cost) * len(self.svm.gamma), **own}

    def candidates(self, baseline: str) -> list[tuple[float, ...]]:
        """Return every combination of a baseline's grid, in order of preference.

        Parameters
        ----------
        baseline : name of the baseline.
        """
        return list(itertools.product(*(getattr(self, name) for name in GRIDS[baseline])))


def tuning_folds(label: np.ndarray, *, settings: BaselineConfig, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Choose labelled pixels to tune on, and their folds.

    Parameters
    ----------
    label : int [pixel], labels.
    settings : settings of the baselines.
    seed : seed of the choice and of the folds.

    Returns
    -------
    Indices of the pixels, ascending int64, and their folds from `deal_folds`.
    """
    sample = balanced_sample(label, limit=settings.svm.tuning_pixels, seed=seed)
    return sample, deal_folds(label[sample], folds=settings.svm.folds, seed=seed)


def temperature_of(
    logits: Callable[[np.ndarray, np.ndarray], np.ndarray], label: np.ndarray, fold: np.ndarray
) -> float:
    """Fit a temperature by cross-validation; 1.0 if no pixel can be held out.

    Parameters
    ----------
    logits : function from (training indices, held-out indices) to float [held-out, class].
    label : int [pixel], labels.
    fold : int [pixel], folds from `deal_folds`.
    """
    held = held_out(logits, fold)
    return 1.0 if held is None else fit_temperature(held[0], label[held[1]])


def probabilities(logits: np.ndarray, temperature: float) -> np.ndarray:
    """Return probabilities float32 [pixel, class] at a temperature; a class with -inf everywhere gets 0.

    Parameters
    ----------
    logits : float [pixel, class].
    temperature : above 0.
    """
    return apply_temperature(logits, temperature)


def in_columns(values: np.ndarray, known: np.ndarray, classes: int, *, fill: float) -> np.ndarray:
    """Put the columns of the known classes among those of all classes, float64 [pixel, class].

    Parameters
    ----------
    values : float [pixel, known class].
    known : int [known class], the known classes.
    classes : number of classes.
    fill : value of the other columns.
    """
    full = np.full((len(values), classes), fill)
    full[:, known] = values
    return full
