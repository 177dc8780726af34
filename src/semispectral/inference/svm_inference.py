"""A fitted SVM with an RBF kernel: predict with NumPy, saved as arrays and a description."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from semispectral.errors import DataError, ShapeError
from semispectral.inference.pairwise import Machine

KERNEL_VALUES = 4_000_000  # 32 MB of kernel at a time


@dataclass(frozen=True)
class SvmModel:
    """Fitted SVM that needs only NumPy.

    Attributes
    ----------
    class_count : number of classes, columns of the probabilities.
    classes : int64 [known], labels it was trained on, ascending; the others get probability 0.
    support : float32 [support, band], support vectors, class by class.
    machine : decision functions; not used with one known class.
    gamma : kernel width: exp(-gamma |x - support|^2).
    cost : penalty C that was chosen.
    temperature : temperature of the pair probabilities.
    """

    class_count: int
    classes: np.ndarray
    support: np.ndarray
    machine: Machine
    gamma: float
    cost: float
    temperature: float

    def predict_proba(self, x: np.ndarray) -> np.ndarray:
        """Return class probabilities float32 [pixel, class]. The largest is the prediction of scikit-learn's SVC.

        Parameters
        ----------
        x : float32 [pixel, band], normalised.

        Raises
        ------
        ShapeError : x does not have the bands of the training pixels.
        """
        x = np.asarray(x, dtype=np.float32)
        if x.ndim != 2 or x.shape[1] != self.support.shape[1]:
            raise ShapeError(f"SvmModel: x must be [pixel, {self.support.shape[1]}] as in training, got {x.shape}")
        probability = np.zeros((len(x), self.class_count), dtype=np.float32)
        if len(self.classes) == 1:
            probability[:, self.classes] = 1
            return probability
        rows = max(1, KERNEL_VALUES // len(self.support))
        shape = (min(rows, len(x)), len(self.support))
        exponents, kernels = np.empty(shape), np.empty(shape, np.float32)
        scaled = (2 * self.gamma * self.support.astype(np.float64)).T
        offset = self.gamma * np.einsum("sb,sb->s", self.support, self.support, dtype=np.float64)
        for start in range(0, len(x), rows):
            block = x[start : start + rows].astype(np.float64)
            exponent = np.matmul(block, scaled, out=exponents[: len(block)])  # in place: fresh pages cost more
            exponent -= offset
            exponent -= self.gamma * np.einsum("pb,pb->p", block, block)[:, None]
            kernel = kernels[: len(block)]
            kernel[:] = exponent  # float32 only here, since large numbers cancel above; exp is then three times as fast
            np.exp(np.minimum(kernel, 0, out=kernel), out=kernel)
            probability[start : start + rows, self.classes] = self.machine.probabilities(kernel, self.temperature)
        return probability

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Return the predicted label int64 [pixel], as scikit-learn's ``SVC(break_ties=True)`` does.

        Parameters
        ----------
        x : float32 [pixel, band], normalised.
        """
        return np.asarray(self.predict_proba(x).argmax(axis=1))

    def to_saved(self) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """Return arrays and description, for `semispectral.storage.model_files.save_model`."""
        arrays = {
            "classes": self.classes,
            "support": self.support,
            "counts": self.machine.counts,
            "coefficients": self.machine.coefficients,
            "intercepts": self.machine.intercepts,
        }
        description = {name: getattr(self, name) for name in ("class_count", "gamma", "cost", "temperature")}
        return arrays, {"kind": "svm", **description}

    @classmethod
    def from_saved(cls, arrays: dict[str, np.ndarray], description: dict[str, Any]) -> "SvmModel":
        """Restore a model from arrays and description.

        Parameters
        ----------
        arrays : arrays by name, from `to_saved`.
        description : description, from `to_saved`.

        Raises
        ------
        DataError : the description is not of an SVM.
        """
        if description.get("kind") != "svm":
            raise DataError(f"an SVM was asked for, but model.json says kind {description.get('kind')!r}")
        machine = Machine(arrays["counts"], arrays["coefficients"], arrays["intercepts"])
        numbers = {name: description[name] for name in ("class_count", "gamma", "cost", "temperature")}
        return cls(classes=arrays["classes"], support=arrays["support"], machine=machine, **numbers)


def squared_distances(x: np.ndarray, support: np.ndarray) -> np.ndarray:
    """Return the squared distance between every two rows, float64 [pixel, support], by one matrix product.

    Parameters
    ----------
    x : float [pixel, band].
    support : float [support, band].
    """
    left, right = x.astype(np.float64), support.astype(np.float64)
    distance = left @ (-2 * right.T)
    distance += np.einsum("pb,pb->p", left, left)[:, None]
    distance += np.einsum("sb,sb->s", right, right)
    return np.asarray(np.maximum(distance, 0, out=distance))
