"""Fitted SVMs with an RBF kernel, of one sensor or several: predict with NumPy, saved as arrays and a description."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from semispectral.classifiers.pairwise import Machine
from semispectral.errors import DataError, ShapeError
from semispectral.inference.average import average, joined, parted
from semispectral.scans.sensor_bands import SensorBands, Sensors, columns_of

KERNEL_VALUES = 4_000_000  # 32 MB of kernel at a time
BY_SENSOR = "svm_by_sensor"  # kind of the SVMs of several sensors


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
        buffer = np.empty((min(rows, len(x)), len(self.support)))
        scaled = (2 * self.gamma * self.support.astype(np.float64)).T
        offset = self.gamma * np.einsum("sb,sb->s", self.support, self.support, dtype=np.float64)
        for start in range(0, len(x), rows):
            block = x[start : start + rows].astype(np.float64)
            kernel = np.matmul(block, scaled, out=buffer[: len(block)])  # in place: fresh pages cost more than the GEMM
            kernel -= offset
            kernel -= self.gamma * np.einsum("pb,pb->p", block, block)[:, None]
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


@dataclass(frozen=True)
class SensorSvms:
    """Fitted SVMs of several sensors as one classifier.

    Attributes
    ----------
    sensors : Sensors, all sensors and their numbers of columns, in order.
    models : mapping of str to SvmModel, by the sensor's name; a sensor without one is not used.
    """

    sensors: Sensors
    models: Mapping[str, SvmModel]

    @property
    def columns(self) -> int:
        """Number of columns of all sensors."""
        return sum(each.bands for each in self.sensors)

    def predict_proba(self, x: np.ndarray) -> np.ndarray:
        """Return class probabilities float32 [pixel, class].

        Of each pixel the SVMs of the sensors that have data of it are averaged, with equal weights, as
        `semispectral.inference.average.average` does. Where none has any, all are. An SVM that knows some of the
        classes divides what the others give to these together, and says nothing of the rest.

        Parameters
        ----------
        x : float32 [pixel, column], normalised; 0 in all columns of a sensor that has no data of a pixel.

        Raises
        ------
        ShapeError : x does not have the columns of the training pixels.
        """
        x = np.asarray(x, dtype=np.float32)
        if x.ndim != 2 or x.shape[1] != self.columns:
            raise ShapeError(f"SensorSvms: x must be [pixel, {self.columns}] as in training, got {x.shape}")
        inputs = [
            (x[:, place], self.models[name]) for name, place in places(self.sensors).items() if name in self.models
        ]
        there = np.stack([has_data(own) for own, _ in inputs], axis=1)
        there[~there.any(axis=1)] = True
        known = max((model.classes for model in self.models.values()), key=len)
        probability = np.zeros((len(x), next(iter(self.models.values())).class_count), np.float32)
        for pattern in np.unique(there, axis=0):
            mine = (there == pattern).all(axis=1)
            used = [each for each, seen in zip(inputs, pattern.tolist(), strict=True) if seen]
            found = [(model.predict_proba(own[mine])[:, known], np.isin(known, model.classes)) for own, model in used]
            probability[np.ix_(mine, known)] = _averaged(found)
        return probability

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Return the predicted label int64 [pixel].

        Parameters
        ----------
        x : float32 [pixel, column], as in `predict_proba`.
        """
        return np.asarray(self.predict_proba(x).argmax(axis=1))

    def to_saved(self) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """Return arrays and description, for `semispectral.storage.model_files.save_model`."""
        arrays, together = joined({name: model.to_saved() for name, model in self.models.items()}, {})
        sensors = [[each.name, each.bands] for each in self.sensors]
        return arrays, {"kind": BY_SENSOR, "sensors": sensors, "by_sensor": together["members"]}

    @classmethod
    def from_saved(cls, arrays: dict[str, np.ndarray], description: dict[str, Any]) -> "SensorSvms":
        """Restore the SVMs from arrays and description.

        Parameters
        ----------
        arrays : arrays by name, from `to_saved`.
        description : description, from `to_saved`.
        """
        saved = parted((arrays, {"members": description["by_sensor"]}))
        models = {name: SvmModel.from_saved(*own) for name, own in saved.items()}
        return cls(tuple(SensorBands(name, bands) for name, bands in description["sensors"]), models)


def _averaged(found: Sequence[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """Return the average of probabilities [pixel, class] and of which classes each SVM knows, bool [class]."""
    whole = [probability for probability, knows in found if knows.all()]
    if not whole:
        return average([probability for probability, _ in found])
    of_all = average(whole)
    completed = [
        np.where(knows, probability * of_all[:, knows].sum(axis=1, keepdims=True), of_all)
        for probability, knows in found
        if not knows.all()
    ]
    return average([*whole, *completed])


def read_svm(arrays: dict[str, np.ndarray], description: dict[str, Any]) -> SvmModel | SensorSvms:
    """Restore an SVM, of one sensor or of several, from arrays and description.

    Parameters
    ----------
    arrays : arrays by name.
    description : description; its ``kind`` says which of the two it is.
    """
    if description.get("kind") == BY_SENSOR:
        return SensorSvms.from_saved(arrays, description)
    return SvmModel.from_saved(arrays, description)


def places(sensors: Sensors) -> dict[str, slice]:
    """Return the columns of each sensor by its name, of those that have any.

    Parameters
    ----------
    sensors : all sensors and their numbers of columns.
    """
    found = zip(sensors, columns_of(sensors), strict=True)
    return {each.name: place for each, place in found if each.bands}


def has_data(x: np.ndarray) -> np.ndarray:
    """Return of which pixels a sensor has data, bool [pixel].

    Parameters
    ----------
    x : float32 [pixel, column], its normalised columns; all of them 0 where it has none.
    """
    return np.asarray((x != 0).any(axis=1))


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
