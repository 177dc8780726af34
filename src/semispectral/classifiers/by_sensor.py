"""One classifier for each sensor, and the mean of those that see a pixel: fitted, saved and read."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from semispectral.classifiers.tuning import known_classes
from semispectral.errors import ShapeError
from semispectral.inference.average import Saved, average, joined, parted
from semispectral.scans.sensor_bands import SensorBands, Sensors, columns_of

log = logging.getLogger(__name__)

BY_SENSOR = "by_sensor"  # kind of the classifiers of several sensors


class Fitted(Protocol):
    """Interface of a fitted classifier that needs only NumPy."""

    @property
    def class_count(self) -> int:
        """Number of classes, columns of the probabilities."""
        ...

    @property
    def classes(self) -> np.ndarray:
        """Labels it was trained on, int64 [known], ascending; the others get probability 0."""
        ...

    def predict_proba(self, x: np.ndarray) -> np.ndarray:
        """Return class probabilities float32 [pixel, class].

        Parameters
        ----------
        x : float32 [pixel, column], normalised.
        """
        ...

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Return the predicted label int64 [pixel].

        Parameters
        ----------
        x : float32 [pixel, column], normalised.
        """
        ...

    def to_saved(self) -> Saved:
        """Return arrays and description, for `semispectral.storage.model_files.save_model`."""
        ...


@dataclass(frozen=True)
class OfSensors:
    """Fitted classifiers of several sensors as one.

    Attributes
    ----------
    sensors : Sensors, all sensors and their numbers of columns, in order.
    models : mapping of str to Fitted, by the sensor's name; a sensor without one is not used.
    """

    sensors: Sensors
    models: Mapping[str, Fitted]

    @property
    def columns(self) -> int:
        """Number of columns of all sensors."""
        return sum(each.bands for each in self.sensors)

    def predict_proba(self, x: np.ndarray) -> np.ndarray:
        """Return class probabilities float32 [pixel, class].

        Of each pixel the classifiers of the sensors that have data of it are averaged, with equal weights, as
        `semispectral.inference.average.average` does. Where none has any, all classes are alike. One that knows some
        of the classes divides what the others give to these together, and says nothing of the rest.

        Parameters
        ----------
        x : float32 [pixel, column], normalised; 0 in all columns of a sensor that has no data of a pixel.

        Raises
        ------
        ShapeError : x does not have the columns of the training pixels.
        """
        x = np.asarray(x, dtype=np.float32)
        if x.ndim != 2 or x.shape[1] != self.columns:
            raise ShapeError(f"OfSensors: x must be [pixel, {self.columns}] as in training, got {x.shape}")
        inputs = [
            (x[:, place], self.models[name]) for name, place in places(self.sensors).items() if name in self.models
        ]
        there = np.stack([has_data(own) for own, _ in inputs], axis=1)
        known = max((model.classes for model in self.models.values()), key=len)
        probability = np.zeros((len(x), next(iter(self.models.values())).class_count), np.float32)
        probability[:, known] = 1 / len(known)
        for pattern in np.unique(there[there.any(axis=1)], axis=0):
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
        arrays, together = joined({name: model.to_saved() for name, model in self.models.items()})
        sensors = [[each.name, each.bands] for each in self.sensors]
        return arrays, {"kind": BY_SENSOR, "sensors": sensors, "by_sensor": together["members"]}


def _averaged(found: Sequence[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """Return the average of probabilities [pixel, class] and of which classes each classifier knows, bool [class]."""
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


def read_by_sensor(
    arrays: dict[str, np.ndarray], description: dict[str, Any], *, of_one: Callable[..., Fitted]
) -> Fitted | OfSensors:
    """Restore a classifier, of one sensor or of several, from arrays and description.

    Parameters
    ----------
    arrays : arrays by name.
    description : description; its ``kind`` says which of the two it is.
    of_one : function from arrays and description to the classifier of one sensor.
    """
    if description.get("kind") != BY_SENSOR:
        return of_one(arrays, description)
    saved = parted((arrays, {"members": description["by_sensor"]}))
    sensors = tuple(SensorBands(name, bands) for name, bands in description["sensors"])
    return OfSensors(sensors, {name: of_one(*own) for name, own in saved.items()})


def fit_by_sensor(
    fit: Callable[..., Fitted],
    x: np.ndarray,
    label: np.ndarray,
    *,
    sensors: Sensors,
    classes: int,
    **given: Any,
) -> Fitted | OfSensors:
    """Fit a classifier for each sensor, on the labelled pixels that it has data of; one where there is one sensor.

    A sensor may have no column, as of hull quotients whose windows it does not see. A classifier of all columns
    side by side sees each sensor by its number of columns, whatever that knows of the classes. One that knows
    nothing has even probabilities, and so no say. A sensor that has data of labels of fewer than two classes is
    left out. Where none has data of labels of all classes, one classifier sees all columns.

    Parameters
    ----------
    fit : function ``(x, label, *, classes, ...)`` that fits the classifier of one sensor.
    x : float32 [pixel, column], normalised; 0 in all columns of a sensor that has no data of a pixel.
    label : int [pixel], 0 to classes - 1; classes may be missing.
    sensors : which columns are of which sensor; empty: all are of one.
    classes : number of classes.
    **given : what else ``fit`` takes, such as settings and seed.

    Raises
    ------
    DataError : there is no label.
    """
    known, models = known_classes(label, classes), {}
    if len(sensors) > 1:
        for name, place in places(sensors).items():
            own = x[:, place]
            there = has_data(own)
            seen = np.unique(label[there])
            if len(seen) < min(2, len(known)):
                log.info("%s is not used, for it has data of labels of %d of %d classes", name, len(seen), len(known))
                continue
            log.info("a classifier of %s: %d labels of %d of %d classes", name, there.sum(), len(seen), len(known))
            models[name] = fit(own[there], label[there], classes=classes, **given)
    if not any(len(model.classes) == len(known) for model in models.values()):
        return fit(x, label, classes=classes, **given)
    log.info("probabilities are the geometric mean of those by %s, each of the pixels it sees", ", ".join(models))
    return OfSensors(tuple(each for each in sensors if each.bands), models)


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
