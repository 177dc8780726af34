"""Fit an SVM with an RBF kernel; cost, width and temperature are chosen by cross-validation on the training labels."""

import importlib
import importlib.util
import logging
import warnings
from functools import lru_cache
from typing import Annotated, Any

import numpy as np
from pydantic import Field
from sklearn.svm import SVC

from semispectral.classifiers.tuning import ALWAYS_TRAINING, balanced_sample, choose, deal_folds, known_classes
from semispectral.inference.calibration import fit_sharpness
from semispectral.inference.pairwise import Machine, pair_probabilities
from semispectral.inference.svm_inference import SvmModel, squared_distances
from semispectral.study.setting_types import Candidates, settings_class

log = logging.getLogger(__name__)

KERNEL_CACHE_MB = 500


@settings_class("svm")
class SvmConfig:
    """Grid and limits of the SVM."""

    cost: Candidates = (100.0, 1.0, 10.0, 1000.0)
    """Penalties C to try; the first is used with too few labels to tune."""
    gamma: Candidates = (1.0, 0.1, 0.3, 3.0, 10.0)
    """Kernel widths to try, as multiples of 1 / (bands x variance); the first is used with too few labels to tune."""
    folds: Annotated[int, Field(ge=2)] = 5
    """Number of folds of the cross-validation."""
    tuning_pixels: Annotated[int, Field(ge=10)] = 1000
    """Largest number of labelled pixels to tune on, drawn as equally among the classes as possible."""
    balanced: bool = True
    """Weight each class by the inverse of its count."""

    @property
    def class_weight(self) -> str | None:
        """Setting `balanced` as scikit-learn's class_weight."""
        return "balanced" if self.balanced else None


def fit_svm(
    x: np.ndarray,
    label: np.ndarray,
    *,
    classes: int,
    settings: SvmConfig,
    seed: int,
    groups: np.ndarray | None = None,
) -> SvmModel:
    """Fit an SVM; cost, gamma and temperature are chosen by cross-validation on the training labels.

    Parameters
    ----------
    x : float32 [pixel, band], normalised.
    label : int [pixel], 0 to classes - 1; classes may be missing.
    classes : number of classes.
    settings : grid and limits.
    seed : seed of the folds.
    groups : [pixel], holes; folds then consist of whole holes.

    Raises
    ------
    DataError : there is no label.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.array([[0.0, 0.0], [0.1, 0.0], [1.0, 1.0], [0.9, 1.0]], np.float32)
    >>> model = fit_svm(x, np.array([0, 0, 1, 1]), classes=2, settings=SvmConfig(folds=2), seed=1)
    >>> model.predict(np.array([[0.0, 0.1], [1.0, 0.9]], np.float32))
    array([0, 1])
    """
    known = known_classes(label, classes)
    x, label = np.ascontiguousarray(x, dtype=np.float32), np.asarray(label, dtype=np.int64)
    if len(known) == 1:
        return train_svm(
            x, label, classes=classes, cost=settings.cost[0], gamma=1.0, temperature=1.0, settings=settings
        )
    cost, gamma, temperature = _tune(x, label, settings=settings, seed=seed, groups=groups)
    return train_svm(x, label, classes=classes, cost=cost, gamma=gamma, temperature=temperature, settings=settings)


def train_svm(
    x: np.ndarray,
    label: np.ndarray,
    *,
    classes: int,
    cost: float,
    gamma: float,
    temperature: float,
    settings: SvmConfig,
) -> SvmModel:
    """Train an SVM with a given cost, kernel width and temperature, without tuning.

    Parameters
    ----------
    x : float32 [pixel, band], normalised.
    label : int [pixel], 0 to classes - 1; classes may be missing.
    classes : number of classes.
    cost : penalty C.
    gamma : kernel width: exp(-gamma |x - support|^2).
    temperature : temperature of the pair probabilities.
    settings : only `balanced` is used.
    """
    known = known_classes(label, classes)
    x = np.ascontiguousarray(x, dtype=np.float32)
    if len(known) == 1:
        log.info("only class %d is labelled: it is predicted everywhere", known[0])
        nothing = Machine(np.ones(1, np.int64), np.zeros((0, 1)), np.zeros(0))
        return SvmModel(classes, known, x[:1], nothing, gamma, cost, temperature)
    machine = fastest_svc()(C=cost, gamma=gamma, class_weight=settings.class_weight, cache_size=KERNEL_CACHE_MB)
    fitted = fit_quietly(machine, x, label)
    support = fitted.support_vectors_.astype(np.float32)
    return SvmModel(classes, known, support, Machine.of(fitted), gamma, cost, temperature)


def fastest_svc() -> Any:
    """Return the SVC of scikit-learn-intelex if it is installed, otherwise that of scikit-learn.

    The program ``measurements/speed/svm.py`` compares their speed and results.
    """
    if importlib.util.find_spec("sklearnex") is None:
        return SVC
    return importlib.import_module("sklearnex.svm").SVC


def fit_quietly(machine: SVC, x: np.ndarray, label: np.ndarray) -> SVC:
    """Fit an SVM without scikit-learn's warning about many classes with few pixels, which is expected here.

    Parameters
    ----------
    machine : the SVM.
    x : float [pixel, band], or kernel [pixel, pixel].
    label : int [pixel].
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The number of unique classes", category=UserWarning)
        return machine.fit(x, label)


def kernel_width(x: np.ndarray) -> float:
    """Return 1 / (bands x variance), the unit of `SvmConfig.gamma`.

    Parameters
    ----------
    x : float [pixel, band].
    """
    return 1.0 / float(max(x.shape[1] * x.var(dtype=np.float64), np.finfo(np.float32).tiny))


def _tune(
    x: np.ndarray, label: np.ndarray, *, settings: SvmConfig, seed: int, groups: np.ndarray | None
) -> tuple[float, float, float]:
    """Choose cost, gamma and temperature by cross-validation."""
    sample = balanced_sample(label, limit=settings.tuning_pixels, seed=seed)
    x, label = x[sample], label[sample]
    fold = deal_folds(label, folds=settings.folds, seed=seed, groups=None if groups is None else groups[sample])
    distance = squared_distances(x, x)
    unit = kernel_width(x)
    kernel_of = lru_cache(maxsize=1)(lambda width: np.exp(-width * unit * distance))

    def train(candidate: tuple[float, float], inside: np.ndarray) -> SVC:
        machine = SVC(C=candidate[0], kernel="precomputed", class_weight=settings.class_weight, break_ties=True)
        return fit_quietly(machine, kernel_of(candidate[1])[np.ix_(inside, inside)], label[inside])

    def predict(candidate: tuple[float, float], inside: np.ndarray, held: np.ndarray) -> np.ndarray:
        return np.asarray(train(candidate, inside).predict(kernel_of(candidate[1])[np.ix_(held, inside)]))

    candidates = [(cost, width) for width in settings.gamma for cost in settings.cost]
    cost, width = choose(candidates, predict, label, fold)
    decided = []
    for index in np.unique(fold[fold != ALWAYS_TRAINING]):
        inside, held = np.flatnonzero(fold != index), np.flatnonzero(fold == index)
        machine = train((cost, width), inside)
        kernel = kernel_of(width)[np.ix_(held, inside[machine.support_])]
        decided.append((Machine.of(machine).decisions(kernel), machine.classes_, label[held]))
    return cost, width * unit, _fit_pair_temperature(decided)


def _fit_pair_temperature(held: list[tuple[np.ndarray, np.ndarray, np.ndarray]]) -> float:
    """Fit the temperature of the pair probabilities, from (decisions, classes of the SVM, true class) of each fold."""
    held = [
        (decision[known], classes, label[known])
        for decision, classes, label in held
        if (known := np.isin(label, classes)).any()
    ]
    if not held:
        log.info("temperature left at 1: no label could be held out")
        return 1.0
    class_count = 1 + max(int(classes[-1]) for _, classes, _ in held)

    def log_probability_at(temperature: float) -> np.ndarray:
        rows = []
        for decision, classes, _ in held:
            # A class that a fold's machine has not seen gets a tiny probability, so that its logarithm is finite.
            row = np.full((len(decision), class_count), np.finfo(np.float32).tiny)
            row[:, classes] += pair_probabilities(decision, len(classes), temperature)
            rows.append(np.log(row))
        return np.concatenate(rows)

    return fit_sharpness(log_probability_at, np.concatenate([label for _, _, label in held]))
