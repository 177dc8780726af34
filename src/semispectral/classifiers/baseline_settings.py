"""Table and settings of the baselines, and the steps they share: folds, temperature, columns of the classes."""

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


Baseline = Callable[..., np.ndarray]
CONTROLS: dict[str, Baseline] = {}  # by name; `semispectral.classifiers.baselines` has them all


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
        CONTROLS[name] = fit
        return fit

    return registered


@dataclass(frozen=True)
class ControlConfig:
    """Grids and limits of the baselines. With too few labels to tune, the first value of each grid is used.

    Attributes
    ----------
    svm : SVM of `self_training`; its folds, tuning_pixels and balanced hold for all baselines.
    components : numbers of principal components to try in `pca_svm`.
    cost : penalties C to try in `pca_svm`.
    forest_features : shares of the bands tried at a split, to try in `rf`.
    forest_leaf : smallest numbers of pixels in a leaf, to try in `rf`.
    trees : number of trees of `rf`.
    tuning_trees : number of trees while `rf` is tuned.
    neighbours : numbers of neighbours in the graph, to try in `label_spreading`.
    spreading : values of alpha (Zhou et al. 2004), to try in `label_spreading`.
    unlabelled_pixels : largest number of unlabelled pixels in `self_training` and `label_spreading`.
    confidence : smallest probability with which `self_training` adds a pixel.
    rounds : largest number of rounds of `self_training`.
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
        """Check the ranges, and convert lists, as YAML gives them, to tuples."""
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
        """Return the number of candidates that each tuned baseline tries."""
        own = {name: len(self.candidates(name)) for name in GRIDS}
        return {"svm": len(self.svm.cost) * len(self.svm.gamma), **own}

    def candidates(self, control: str) -> list[tuple[float, ...]]:
        """Return every combination of a baseline's grid, in order of preference.

        Parameters
        ----------
        control : name of the baseline.
        """
        return list(itertools.product(*(getattr(self, name) for name in GRIDS[control])))


def tuning_folds(label: np.ndarray, *, settings: ControlConfig, seed: int) -> tuple[np.ndarray, np.ndarray]:
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
