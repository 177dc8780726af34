"""Fitted linear discriminants: predict with NumPy, saved as arrays and a description."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from semispectral.errors import DataError, ShapeError
from semispectral.inference.calibration import apply_temperature

KIND = "lda"


@dataclass(frozen=True)
class LdaModel:
    """Fitted linear discriminants that need only NumPy.

    Attributes
    ----------
    class_count : number of classes, columns of the probabilities.
    classes : int64 [known], labels it was fitted to, ascending; the others get probability 0.
    weights : float64 [column, known], linear discriminants.
    bias : float64 [known], added to them.
    temperature : by which they are divided before the softmax.
    """

    class_count: int
    classes: np.ndarray
    weights: np.ndarray
    bias: np.ndarray
    temperature: float

    def predict_proba(self, x: np.ndarray) -> np.ndarray:
        """Return class probabilities float32 [pixel, class]: softmax((x W + b) / T).

        Parameters
        ----------
        x : float32 [pixel, column], normalised.

        Raises
        ------
        ShapeError : x does not have the columns of the training pixels.
        """
        x = np.asarray(x, dtype=np.float32)
        if x.ndim != 2 or x.shape[1] != len(self.weights):
            raise ShapeError(f"LdaModel: x must be [pixel, {len(self.weights)}] as in training, got {x.shape}")
        probability = np.zeros((len(x), self.class_count), dtype=np.float32)
        probability[:, self.classes] = apply_temperature(x @ self.weights + self.bias, self.temperature)
        return probability

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Return the predicted label int64 [pixel].

        Parameters
        ----------
        x : float32 [pixel, column], normalised.
        """
        return np.asarray(self.predict_proba(x).argmax(axis=1))

    def to_saved(self) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """Return arrays and description, for `semispectral.storage.model_files.save_model`."""
        arrays = {"classes": self.classes, "weights": self.weights, "bias": self.bias}
        return arrays, {"kind": KIND, "class_count": self.class_count, "temperature": self.temperature}

    @classmethod
    def from_saved(cls, arrays: dict[str, np.ndarray], description: dict[str, Any]) -> "LdaModel":
        """Restore a model from arrays and description.

        Parameters
        ----------
        arrays : arrays by name, from `to_saved`.
        description : description, from `to_saved`.

        Raises
        ------
        DataError : the description is not of linear discriminants.
        """
        if description.get("kind") != KIND:
            raise DataError(f"{KIND} was asked for, but model.json says kind {description.get('kind')!r}")
        numbers = {name: description[name] for name in ("class_count", "temperature")}
        return cls(classes=arrays["classes"], weights=arrays["weights"], bias=arrays["bias"], **numbers)
