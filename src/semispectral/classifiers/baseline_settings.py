"""Settings of the controls, and the steps that they share: folds, calibration, the column of each class."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field, fields

import numpy as np

from semispectral.classifiers.svm import SvmConfig
from semispectral.classifiers.tuning import balanced_sample, deal_folds, held_out
from semispectral.errors import ConfigError
from semispectral.inference.calibration import apply_temperature, fit_temperature

GRIDS = {
    "pca_svm": ("components", "cost"),
    "rf": ("forest_features", "forest_leaf"),
    "label_spreading": ("neighbours", "spreading"),
}


@dataclass(frozen=True)
class ControlConfig:
    """Grids and limits of the controls. Of each grid, the first value is used where there are too few labels to tune.

    Attributes
    ----------
    svm : the SVM of `self_training`; its folds, tuning_pixels and balanced hold for all.
    components, cost : principal components kept, and penalties C, of `pca_svm`.
    forest_features, forest_leaf : share of the bands tried at a split, and pixels in a leaf, of `rf`.
    trees, tuning_trees : trees of the forest, and of those grown to tune it.
    neighbours, spreading : neighbours in the graph, and alpha of Zhou et al. (2004), of `label_spreading`.
    unlabelled_pixels : most unlabelled pixels that `self_training` and `label_spreading` use.
    confidence, rounds : probability from which `self_training` adds a pixel, and how many times at most.
    """

    svm: SvmConfig = field(default_factory=SvmConfig)
    components: tuple[float, ...] = (20, 5, 10, 40, 80)
    cost: tuple[float, ...] = (100.0, 1.0, 10.0, 1000.0)
    forest_features: tuple[float, ...] = (0.1, 0.03, 0.05, 0.2)
    forest_leaf: tuple[float, ...] = (1, 2, 3, 5, 8)
    trees: int = 300
    tuning_trees: int = 20
    neighbours: tuple[float, ...] = (7, 3, 5, 10, 20)
    spreading: tuple[float, ...] = (0.9, 0.2, 0.5, 0.99)
    unlabelled_pixels: int = 5000
    confidence: float = 0.75
    rounds: int = 5

    def __post_init__(self) -> None:
        """Check the ranges; lists, as YAML gives them, become tuples."""
        for name in {name for grid in GRIDS.values() for name in grid}:
            object.__setattr__(self, name, tuple(getattr(self, name)))
        for setting in fields(self)[1:]:
            value = getattr(self, setting.name)
            values = value if isinstance(value, tuple) else (value,)
            if not values or min(values) <= 0:
                raise ConfigError(f"ControlConfig.{setting.name} needs values above 0, got {value}")
        shares = (*self.forest_features, *self.spreading, self.confidence)
        if max(shares) > 1 or 1 in self.spreading:
            raise ConfigError(f"ControlConfig: forest_features, spreading and confidence are shares, got {shares}")

    def effort(self) -> dict[str, int]:
        """Number of candidates that each tuned control tries."""
        own = {name: len(self.candidates(name)) for name in GRIDS}
        return {"svm": len(self.svm.cost) * len(self.svm.gamma), **own}

    def candidates(self, control: str) -> list[tuple[float, ...]]:
        """Every combination of a control's grid, in order of preference."""
        return list(itertools.product(*(getattr(self, name) for name in GRIDS[control])))


def tuning_folds(label: np.ndarray, *, settings: ControlConfig, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Labelled pixels to tune on, ascending int64, and their folds as `deal_folds` gives them."""
    sample = balanced_sample(label, limit=settings.svm.tuning_pixels, seed=seed)
    return sample, deal_folds(label[sample], folds=settings.svm.folds, seed=seed)


def temperature_of(
    logits: Callable[[np.ndarray, np.ndarray], np.ndarray], label: np.ndarray, fold: np.ndarray
) -> float:
    """Temperature by cross-validation; `logits` maps (training, held-out indices) to [held-out, class]."""
    held = held_out(logits, fold)
    return 1.0 if held is None else fit_temperature(held[0], label[held[1]])


def probabilities(logits: np.ndarray, temperature: float) -> np.ndarray:
    """Probabilities float32 [pixel, class] at a temperature; a class with -inf everywhere keeps 0."""
    return apply_temperature(logits, temperature)


def in_columns(values: np.ndarray, known: np.ndarray, classes: int, *, fill: float) -> np.ndarray:
    """Columns of the known classes among all classes, float64 [pixel, class]; the others hold `fill`."""
    full = np.full((len(values), classes), fill)
    full[:, known] = values
    return full
