"""SVM of several sensors: one for each, and of a pixel the geometric mean of those whose sensor has data of it."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from semispectral.classifiers.svm import SvmConfig, fit_svm
from semispectral.classifiers.svm_model import SvmModel
from semispectral.classifiers.tuning import known_classes
from semispectral.errors import ShapeError
from semispectral.inference.average import average
from semispectral.scans.sensor_bands import SensorBands, Sensors, columns_of

log = logging.getLogger(__name__)

KIND = "svm_by_sensor"


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
        arrays: dict[str, np.ndarray] = {}
        members: dict[str, Any] = {}
        for name, model in self.models.items():
            own, members[name] = model.to_saved()
            arrays |= {f"{name}/{key}": array for key, array in own.items()}
        sensors = [[each.name, each.bands] for each in self.sensors]
        return arrays, {"kind": KIND, "sensors": sensors, "by_sensor": members}

    @classmethod
    def from_saved(cls, arrays: dict[str, np.ndarray], description: dict[str, Any]) -> "SensorSvms":
        """Restore the SVMs from arrays and description.

        Parameters
        ----------
        arrays : arrays by name, from `to_saved`.
        description : description, from `to_saved`.
        """
        models = {name: SvmModel.from_saved(*saved) for name, saved in of_sensors(arrays, description).items()}
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


def of_sensors(
    arrays: Mapping[str, np.ndarray], description: Mapping[str, Any]
) -> dict[str, tuple[dict[str, np.ndarray], dict[str, Any]]]:
    """Return arrays and description of the SVM of each sensor, by its name.

    Parameters
    ----------
    arrays, description : of `SensorSvms.to_saved`.
    """
    return {
        name: ({key.removeprefix(f"{name}/"): arrays[key] for key in arrays if key.startswith(f"{name}/")}, own)
        for name, own in description["by_sensor"].items()
    }


def read_svm(arrays: dict[str, np.ndarray], description: dict[str, Any]) -> SvmModel | SensorSvms:
    """Restore an SVM, of one sensor or of several, from arrays and description.

    Parameters
    ----------
    arrays : arrays by name.
    description : description; its ``kind`` says which of the two it is.
    """
    if description.get("kind") == KIND:
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


def fit_svm_by_sensor(
    x: np.ndarray, label: np.ndarray, *, sensors: Sensors, classes: int, settings: SvmConfig, seed: int
) -> SvmModel | SensorSvms:
    """Fit an SVM for each sensor, on the labelled pixels that it has data of; one SVM where there is one sensor.

    An SVM of all columns side by side sees each sensor by its number of columns, whatever that knows of the classes. An
    SVM that knows nothing has even probabilities, and so no say. A sensor that has data of labels of fewer than two
    classes is left out. Where none has data of labels of all classes, one SVM sees all columns.

    Parameters
    ----------
    x : float32 [pixel, column], normalised; 0 in all columns of a sensor that has no data of a pixel.
    label : int [pixel], 0 to classes - 1; classes may be missing.
    sensors : which columns are of which sensor; empty: all are of one.
    classes : number of classes.
    settings : grid and limits of the SVM.
    seed : seed of the folds by which each is tuned.

    Raises
    ------
    DataError : there is no label.
    """
    known, models, given = known_classes(label, classes), {}, {"classes": classes, "settings": settings, "seed": seed}
    if len(places(sensors)) > 1:
        for name, place in places(sensors).items():
            own = x[:, place]
            there = has_data(own)
            seen = np.unique(label[there])
            if len(seen) < min(2, len(known)):
                log.info(
                    "SVM: %s is not used, for it has data of labels of %d of %d classes", name, len(seen), len(known)
                )
                continue
            log.info("SVM of %s: %d labels of %d of %d classes", name, there.sum(), len(seen), len(known))
            models[name] = fit_svm(own[there], label[there], **given)  # type: ignore[arg-type]
    if not any(len(model.classes) == len(known) for model in models.values()):
        return fit_svm(x, label, **given)  # type: ignore[arg-type]
    log.info("probabilities are the geometric mean of the SVMs of %s, each of the pixels it sees", ", ".join(models))
    return SensorSvms(sensors, models)
