"""Check the files of a trained model: they may come from anybody, and checksums only show that they are complete.

Required contents are in tables of JSON Schema; required shapes follow from each other. Numbers must be finite.
"""

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from jsonschema.validators import extend

from semispectral.classifiers.by_sensor import BY_SENSOR
from semispectral.classifiers.readers import FOR_EACH_SENSOR, OF_ONE, READERS
from semispectral.errors import DataError
from semispectral.inference.average import KIND as AVERAGE
from semispectral.inference.average import method_of, parted
from semispectral.inference.feature_names import BANDS, HULL, LATENTS, LATENTS_MNF, MNF
from semispectral.inference.lda_inference import KIND as LDA
from semispectral.inference.nets import ACTIVATIONS, LIKELIHOODS
from semispectral.scans.sensor_bands import Sensors, columns_of
from semispectral.spectra.normalisations.hull_columns import NO_WINDOWS
from semispectral.spectra.normalisations.known_normalisations import NORMALISATIONS
from semispectral.spectra.scaling import Scaler
from semispectral.storage.model_files import DESCRIPTION, WEIGHTS
from semispectral.study.names import printable, some
from semispectral.tray.tray_model import KIND as TRAY
from semispectral.tray.tray_model import MIXTURES

Saved = tuple[dict[str, np.ndarray], dict[str, Any]]
PARTS = ("scaler", "scaler_m1", "scaler_hull", "m1", "classifier", "tray")
FEATURES = (BANDS, LATENTS, MNF, LATENTS_MNF, HULL)
REMEDY = "have the model made again (rule 'bundle'), or ask whoever made it"


def _number(_: Any, value: Any) -> bool:
    """Return True for a finite number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


TYPES = Draft202012Validator.TYPE_CHECKER.redefine("number", _number)
SCHEMA = extend(Draft202012Validator, type_checker=TYPES)  # type: ignore[no-untyped-call]  # jsonschema's

POSITIVE = {"type": "number", "exclusiveMinimum": 0}
COUNT = {"type": "integer", "minimum": 1}
SHARE = {"type": "number", "minimum": 0, "maximum": 1}
TEXT = {"type": "string"}
PLACES = {"type": "array", "items": {"type": "integer", "minimum": 0}, "uniqueItems": True, "minItems": 1}


def _object(**required: Any) -> dict[str, Any]:
    """Return the schema of an object with required properties."""
    return {"type": "object", "properties": required, "required": list(required)}


NET = _object(activation={"enum": list(ACTIVATIONS)})
DENSITY = {"latents": COUNT, "likelihood": {"enum": list(LIKELIHOODS)}, "sigma_floor": POSITIVE, "net": NET}
NETWORK = _object(settings=_object(**DENSITY, classifier=NET), labels=PLACES, classes=COUNT)
NETWORK["properties"]["temperature"] = POSITIVE
SCALER = _object(
    kind={"const": "scaler"}, method={"enum": list(NORMALISATIONS)}, bands=COUNT, cleaning={"type": "object"}
)
SENSOR = {"type": "array", "prefixItems": [TEXT, COUNT], "items": False, "minItems": 2}
SCALER["properties"]["sensors"] = {"type": "array", "items": SENSOR}
SVM = _object(kind={"const": "svm"}, class_count=COUNT, gamma=POSITIVE, cost=POSITIVE, temperature=POSITIVE)
DESCRIPTIONS: dict[str, dict[str, Any]] = {
    "scaler": SCALER,
    "m1": _object(kind={"const": "m1"}, settings=_object(**DENSITY), live=PLACES),
    "svm": SVM,
    "lda_mnf": _object(kind={"const": LDA}, class_count=COUNT, temperature=POSITIVE),
    "m2": NETWORK,
    "qy": NETWORK,
    TRAY: _object(kind={"const": TRAY}, told=SHARE, false_alarm=SHARE, used={"type": "boolean"}),
}
MEMBERS = {
    "type": "object",
    "propertyNames": {"pattern": f"^({'|'.join(OF_ONE)})(-[a-z_]+)?$"},
    "additionalProperties": {"type": "object"},
    "minProperties": 2,
}
SENSORS = {"type": "array", "items": SENSOR, "minItems": 1}
BY_SENSORS = {
    method: _object(
        sensors=SENSORS,
        by_sensor={"type": "object", "additionalProperties": DESCRIPTIONS[method], "minProperties": 1},
    )
    for method in FOR_EACH_SENSOR
}
SPAN = {"type": "array", "items": {"type": "integer", "minimum": 0}, "minItems": 2, "maxItems": 2}
AVERAGED = _object(kind={"const": AVERAGE}, members=MEMBERS, inputs={"type": "object", "additionalProperties": SPAN})
AVERAGED["properties"]["weights"] = {"type": "object", "additionalProperties": POSITIVE}
BUNDLE = _object(
    method={"enum": list(READERS)},
    features={"enum": list(FEATURES)},
    parts={"type": "object", "propertyNames": {"enum": list(PARTS)}, "required": ["scaler", "classifier"]},
    classes=_object(
        codes={"type": "array", "items": {"type": "integer"}, "minItems": 1},
        names={"type": "array", "items": TEXT},
        colours={"type": "array", "items": TEXT},
    ),
    scale={"anyOf": [POSITIVE, {"type": "null"}]},
)


def check_description(file: Path, description: Mapping[str, Any], schema: Mapping[str, Any]) -> None:
    """Raise DataError unless a model.json satisfies its schema.

    Parameters
    ----------
    file : path of the model.json, for messages.
    description : its content.
    schema : JSON Schema.
    """
    error = best_match(SCHEMA(schema).iter_errors(dict(description)))
    if error is not None:
        place = ".".join(map(str, error.absolute_path)) or "the file"
        needed = "a positive number or null is needed" if error.validator == "anyOf" else printable(error.message)
        found = "" if error.validator == "required" else f", got {printable(error.instance, limit=60)}"
        raise DataError(f"{file}, {place}: {needed}{found}; {REMEDY}")


def check_parts(directory: Path, parts: Mapping[str, Saved], *, method: str) -> None:
    """Raise DataError unless every part has a valid description, finite numbers, and layers that fit together.

    Parameters
    ----------
    directory : directory of the model.
    parts : arrays and description by part.
    method : method of the classifier.
    """
    for name, (arrays, description) in parts.items():
        kind = method if name == "classifier" else "scaler" if name.startswith("scaler") else name
        for array_name, array in arrays.items():
            _check_finite(directory / name / WEIGHTS, array_name, array)
        if kind in DESCRIPTIONS:
            _check_part(directory / name, arrays, description, kind=kind)
        else:
            check_description(directory / name / DESCRIPTION, description, AVERAGED)
            _check_weights(directory / name / DESCRIPTION, description)
            for member, saved in _members(directory, (arrays, description)).items():
                _check_part(directory / name, *saved, kind=method_of(member))


def _check_part(directory: Path, arrays: Mapping[str, np.ndarray], description: dict[str, Any], *, kind: str) -> None:
    """Raise DataError unless a part, or a member of an average, has a valid description and fitting layers."""
    several = kind in BY_SENSORS and description.get("kind") == BY_SENSOR
    check_description(directory / DESCRIPTION, description, (BY_SENSORS if several else DESCRIPTIONS)[kind])
    _check_layers(directory / WEIGHTS, arrays)
    outputs = sum(len(array) for key, array in arrays.items() if key.endswith("p_x_output/bias"))
    if "likelihood/log_sigma" in arrays:
        require_shape(directory / WEIGHTS, "likelihood/log_sigma", arrays["likelihood/log_sigma"], (outputs,))


def _check_weights(file: Path, description: Mapping[str, Any]) -> None:
    """Raise DataError unless an average says what each member sees, and counts all the same or gives each a weight."""
    members = description["members"]
    for key, what in (("inputs", "two numbers are"), ("weights", "a number is")):
        given = description.get(key)
        if given is not None and given.keys() != members.keys():
            raise DataError(
                f"{file}, {key}: {what} needed for each of {some(members)}, got {some(given or ())}; {REMEDY}"
            )


def _members(directory: Path, saved: Saved) -> dict[str, Saved]:
    """Return the members of an average by method; a classifier of its own by its kind."""
    arrays, description = saved
    if "members" not in description:
        return {"": saved}
    return _parted(directory, arrays, description["members"], of="the members of an average")


def _parted(
    directory: Path, arrays: Mapping[str, np.ndarray], members: Mapping[str, Any], *, of: str
) -> dict[str, Saved]:
    """Return the parts of a classifier by their names; raise DataError if there are arrays of others."""
    unknown = sorted({key.partition("/")[0] for key in arrays} - set(members))
    if unknown:
        raise DataError(
            f"{directory / 'classifier' / WEIGHTS}: arrays of {of} are needed, got others of "
            f"{printable(unknown, limit=60)}; {REMEDY}"
        )
    return parted((dict(arrays), {"members": members}))


def check_arrays(
    directory: Path,
    arrays: Mapping[str, np.ndarray],
    *,
    classes: int,
    bands: int,
    columns: int,
    sensors: Sensors = (),
) -> None:
    """Raise DataError unless the arrays of the whole model have the right shapes and finite values.

    Parameters
    ----------
    directory : directory of the model.
    arrays : arrays by name.
    classes : number of classes.
    bands : number of bands.
    columns : number of columns after scaling.
    sensors : which bands are of which sensor; empty: all are of one.
    """
    file = directory / WEIGHTS
    wanted = {"class_means": (classes, bands), "threshold": (1,), "guide_mean": (columns,)}
    for name, shape in wanted.items():
        require_shape(file, name, arrays.get(name), shape)
    guide = arrays.get("guide_components")
    require_shape(file, "guide_components", guide, (columns, 0 if guide is None else guide.shape[-1]))
    if "wavelengths_nm" in arrays:
        require_shape(file, "wavelengths_nm", arrays["wavelengths_nm"], (bands,))
    for name, array in arrays.items():
        if name not in ("threshold", "class_means"):
            _check_finite(file, name, array)
    for place in columns_of(sensors) or [slice(None)]:
        means = arrays["class_means"][:, place]
        whole = ~np.isnan(means).all(axis=1)  # a class without labels, or without data of a sensor, has no mean
        _check_finite(file, "class_means", means[whole])
    threshold = float(arrays["threshold"][0])
    if not threshold < math.inf:
        raise DataError(f"{file}, threshold: a number of nats, or -inf for none, is needed, got {threshold}; {REMEDY}")


def check_scaler(directory: Path, name: str, saved: Saved, *, bands: int) -> None:
    """Raise DataError unless a scaler takes the right number of bands and has the arrays of its method.

    Parameters
    ----------
    directory : directory of the model.
    name : scaler, scaler_m1 or scaler_hull.
    saved : arrays and description of the scaler.
    bands : number of bands.
    """
    arrays, description = saved
    if description["bands"] != bands:
        found = f"got {description['bands']}"
        raise DataError(
            f"{directory / name / DESCRIPTION}, bands: {bands} are needed as of the others, {found}; {REMEDY}"
        )
    scaler = Scaler.from_saved(dict(arrays), description)
    if scaler.sensors and sum(each.bands for each in scaler.sensors) != bands:
        raise DataError(
            f"{directory / name / DESCRIPTION}, sensors: {bands} bands of all sensors are needed, got "
            f"{sum(each.bands for each in scaler.sensors)}; {REMEDY}"
        )
    for part in [part.scaler for part in scaler.parts] or [scaler]:
        _check_arrays_of(directory / name / WEIGHTS, part)


def _check_arrays_of(file: Path, scaler: Scaler) -> None:
    """Raise DataError unless the scaler of one sensor has the arrays of its method."""
    arrays, bands, row = scaler.arrays, scaler.bands, NORMALISATIONS[scaler.method]
    no_window = "hull_band" in arrays and arrays["hull_band"].size == 0
    given = NO_WINDOWS if row.hull and no_window else _windows(file, arrays, bands=bands) if row.hull else {}
    if row.noise:
        given = {"noise_covariance": np.eye(bands), "mnf_components": _components(arrays)}
    for key, example in row.fit(np.ones((1, bands), np.float32), given).items():
        require_shape(file, key, arrays.get(key), example.shape)
        if key.endswith("scale") and not (arrays[key] > 0).all():
            raise DataError(f"{file}, {key}: numbers above 0 are needed, by which values are divided; {REMEDY}")


def _components(arrays: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return how many noise-whitened components the arrays have, if any; at least one is asked for."""
    axes = arrays.get("axes")
    return np.asarray(1 if axes is None or not axes.size else axes.shape[-1])


def _windows(file: Path, arrays: Mapping[str, np.ndarray], *, bands: int) -> dict[str, np.ndarray]:
    """Return the columns of hull quotients, which must be bands of the model with rising wavelengths."""
    found = {key: arrays.get(key) for key in ("hull_band", "hull_window", "hull_nm")}
    columns = 0 if found["hull_band"] is None else found["hull_band"].size
    for key, array in found.items():
        require_shape(file, key, array, (columns,))
    band, window, nm = (np.asarray(found[key]) for key in found)
    inside = columns > 0 and band.dtype.kind == window.dtype.kind == "i" and 0 <= band.min() <= band.max() < bands
    if not (inside and (np.diff(nm)[np.diff(window) == 0] > 0).all() and (np.diff(window) >= 0).all()):
        raise DataError(
            f"{file}, hull_band: bands from 0 to {bands - 1} with rising wavelengths in each window are needed, got "
            f"{columns} that are not such; {REMEDY}"
        )
    return {"hull_band": band, "hull_window": window, "hull_nm": nm}


def check_latents(directory: Path, saved: Saved) -> None:
    """Raise DataError unless settings, live latents and networks of M1 agree on the number of latents.

    Parameters
    ----------
    directory : directory of the model.
    saved : arrays and description of M1.
    """
    arrays, description = saved
    latents, live = description["settings"]["latents"], description["live"]
    widths = [len(array) for name, array in arrays.items() if name.endswith("q_z_mean/bias")]
    if not widths or sum(widths) != latents or max(live) >= latents:
        raise DataError(
            f"{directory / 'm1' / DESCRIPTION}: as many latents are needed as the networks in {WEIGHTS} give "
            f"({sum(widths)}), got latents {latents} and live latents up to {max(live)}; {REMEDY}"
        )


def check_tray(directory: Path, saved: Saved, *, bands: int) -> None:
    """Raise DataError unless the arrays that tell tray from core fit together and to the bands of the model.

    Parameters
    ----------
    directory : directory of the model.
    saved : arrays and description of the part.
    bands : number of bands.
    """
    arrays, file = saved[0], directory / TRAY / WEIGHTS
    axes = arrays.get("axes")
    components = 0 if axes is None else axes.shape[-1]
    width = 1 + components
    shapes: dict[str, tuple[int, ...]] = {"brightness": (1,), "mean": (bands,), "axes": (bands, components)}
    shapes |= {"centre": (width,), "spread": (width,), "threshold": (1,)}
    for name in MIXTURES:
        weight = arrays.get(f"{name}/weight")
        number = 0 if weight is None else weight.size
        shapes |= {f"{name}/weight": (number,), f"{name}/mean": (number, width), f"{name}/root": (number, width, width)}
    for name, shape in shapes.items():
        require_shape(file, name, arrays.get(name), shape)
    roots = [np.diagonal(arrays[f"{name}/root"], axis1=1, axis2=2) for name in MIXTURES]
    positive = [arrays["brightness"], arrays["spread"], *(arrays[f"{name}/weight"] for name in MIXTURES), *roots]
    if not all((each > 0).all() and each.size for each in positive):
        raise DataError(f"{file}: numbers above 0 are needed, as brightness, spread, weights and roots; {REMEDY}")


def check_classifier(directory: Path, saved: Saved, *, classes: int) -> None:
    """Raise DataError unless a classifier has the right number of classes and valid labels.

    Parameters
    ----------
    directory : directory of the model.
    saved : arrays and description of the classifier.
    classes : number of classes.
    """
    for arrays, description in _members(directory, saved).values():
        if description.get("kind") == BY_SENSOR:
            _check_sensors(directory, arrays, description, classes=classes)
        else:
            _check_classifier(directory, arrays, description, classes=classes)


def _check_sensors(
    directory: Path, arrays: Mapping[str, np.ndarray], description: Mapping[str, Any], *, classes: int
) -> None:
    """Raise DataError unless classifiers of several sensors fit their sensors, and one of them knows all classes."""
    columns = dict(description["sensors"])
    found = _parted(directory, arrays, description["by_sensor"], of="the classifiers of sensors")
    if found.keys() - columns.keys():
        raise DataError(
            f"{directory / 'classifier' / DESCRIPTION}: classifiers of the sensors {some(columns)} are needed, got "
            f"others of {some(found.keys() - columns.keys())}; {REMEDY}"
        )
    for name, (own, own_description) in found.items():
        _check_classifier(directory, own, own_description, classes=classes)
        rows, file = own.get("support"), directory / "classifier" / WEIGHTS
        if own_description["kind"] == LDA:
            require_shape(file, f"{name}/weights", own.get("weights"), (columns[name], len(own["classes"])))
        else:
            require_shape(file, f"{name}/support", rows, (0 if rows is None else len(rows), columns[name]))
    known = [set(own["classes"].tolist()) for own, _ in found.values()]
    if set().union(*known) not in known:
        raise DataError(
            f"{directory / 'classifier' / WEIGHTS}: the classifier of one sensor must know all classes that those of "
            f"others know; {REMEDY}"
        )


def _check_classifier(
    directory: Path, arrays: Mapping[str, np.ndarray], description: Mapping[str, Any], *, classes: int
) -> None:
    """Raise DataError unless a classifier, or a member of an average, has the right classes and shapes."""
    given = description.get("class_count", description.get("classes"))
    labels = description.get("labels", [int(label) for label in arrays.get("classes", [])])
    if given != classes or not labels or not 0 <= min(labels) <= max(labels) < classes:
        raise DataError(
            f"{directory / 'classifier' / DESCRIPTION}: {classes} classes are needed, as in the file above it, and "
            f"labels below {classes}, got {given} classes and the labels {printable(labels, limit=60)}; {REMEDY}"
        )
    known, file = len(labels), directory / "classifier" / WEIGHTS
    shapes: dict[str, tuple[int, ...]] = {"prior/log_prior": (known,), "prior/log_shift": (known,)}
    if "support" in arrays and known > 1:  # with one class the machine of an SVM is not asked
        vectors = int(arrays["counts"].sum())
        pairs = known * (known - 1) // 2
        shapes = {"counts": (known,), "coefficients": (known - 1, vectors), "intercepts": (pairs,)}
        shapes["support"] = (vectors, arrays["support"].shape[-1])
    for name in sorted(shapes.keys() & arrays.keys()):
        require_shape(file, name, arrays[name], shapes[name])
    if description.get("kind") == LDA:
        weights = arrays.get("weights")
        require_shape(file, "weights", weights, (0 if weights is None else len(weights), known))
        require_shape(file, "bias", arrays.get("bias"), (known,))


def require_shape(file: Path, name: str, array: np.ndarray | None, shape: tuple[int, ...]) -> None:
    """Raise DataError unless an array is present and has the given shape.

    Parameters
    ----------
    file : path of the file, for messages.
    name : name of the array.
    array : the array; None if it is missing.
    shape : required shape.
    """
    found = "none" if array is None else f"shape {array.shape}"
    if array is None or array.shape != shape:
        raise DataError(f"{file}, {printable(name)}: an array of shape {shape} is needed, got {found}; {REMEDY}")


def _check_finite(file: Path, name: str, array: np.ndarray) -> None:
    """Raise DataError unless an array holds finite numbers."""
    if array.dtype.kind not in "fiu":
        raise DataError(f"{file}, {printable(name)}: numbers are needed, got the type {array.dtype}; {REMEDY}")
    wrong = int(np.count_nonzero(~np.isfinite(array)))
    if wrong:
        raise DataError(
            f"{file}, {printable(name)}: finite numbers are needed, got {wrong} of {array.size} that are NaN or "
            f"infinite; {REMEDY}"
        )


def _check_layers(file: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Require kernels [input, output] and biases [output] that match in each layer.

    NumPy would broadcast a bias or kernel of width 1 without an error.
    """
    for layer, kernels in _layers(arrays):
        bias = arrays[f"{layer}/bias"]
        for kernel in kernels:
            if bias.ndim != 1 or kernel.ndim != 2 or kernel.shape[1] != len(bias):
                raise DataError(
                    f"{file}, {printable(layer)}: a kernel [input, output] and a bias [output] are needed, got "
                    f"{kernel.shape} and {bias.shape}; {REMEDY}"
                )


def _layers(arrays: Mapping[str, np.ndarray]) -> Iterator[tuple[str, list[np.ndarray]]]:
    """Yield the name and the kernels of each layer."""
    for name in arrays:
        if name.endswith("/bias"):
            layer = name.removesuffix("/bias")
            yield layer, [array for key, array in arrays.items() if key.startswith(f"{layer}/kernel_")]
