"""A trained model as one directory: all that a new scan needs, and what a reader must know about it.

``weights.safetensors`` and ``model.json`` hold what belongs to the whole (bands, classes, class means, threshold,
settings, scores, provenance); ``scaler``, ``scaler_m1``, ``m1`` and ``classifier`` hold its parts; ``README.md`` is the
model card. Without ``scaler_m1``, M1 sees spectra on the scale of ``scaler``: so it is beside every classifier of
latents, and in bundles of before M1 had a scale of its own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from semispectral.atomic import replacing_directory, write_atomically
from semispectral.clean_settings import CleanConfig
from semispectral.errors import DataError
from semispectral.inference.m1 import M1Inference
from semispectral.inference.m2 import M2Inference
from semispectral.labels import ClassMap
from semispectral.mapping.pipeline import Classifier, Pipeline
from semispectral.model_card import model_card
from semispectral.normalise import Scaler
from semispectral.settings import settings
from semispectral.svm_model import SvmModel
from semispectral.weights import fill_model, load_model

KIND = "bundle 2"  # 2: the threshold is on log p(x) by M2, where there is one
CARD = "README.md"
PARTS = ("scaler", "scaler_m1", "m1", "classifier")
READERS: dict[str, Callable[..., Classifier]] = {"svm": SvmModel.from_saved, "m2": M2Inference, "qy": M2Inference}
Saved = tuple[dict[str, np.ndarray], dict[str, Any]]


@dataclass(frozen=True, eq=False)
class Bundle:
    """A trained model and what it was trained on.

    Parameters
    ----------
    pipeline : scalers, M1 and classifier.
    classes : in label order.
    wavelengths_nm : float64 [band], or None where the training scans had none.
    class_means : float32 [class, band], mean spectra of the labels it saw, as stored in the scans; NaN where none.
    threshold : of the pipeline's log_p, in nats; -inf where novelty is not known.
    facts : the rest of model.json: scale, method, features, budget, seed, false_alarm, config, scores, provenance.
    """

    pipeline: Pipeline
    classes: ClassMap
    wavelengths_nm: np.ndarray | None
    class_means: np.ndarray
    threshold: float
    facts: dict[str, Any]

    @property
    def cleaning(self) -> CleanConfig:
        """How its training scans were cleaned, and how a new one must be."""
        return settings(CleanConfig, self.pipeline.scaler.cleaning, where="cleaning")

    @property
    def bands(self) -> int:
        """Bands of the spectra it takes."""
        return self.pipeline.scaler.bands


def pipeline_of(parts: dict[str, Saved], guide: dict[str, np.ndarray], *, method: str, features: str) -> Pipeline:
    """Put the parts (scaler, classifier and perhaps m1 and scaler_m1) together."""
    scaler = Scaler.from_saved(*parts["scaler"])
    return Pipeline(
        scaler,
        Scaler.from_saved(*parts["scaler_m1"]) if "scaler_m1" in parts else scaler,
        READERS[method](*parts["classifier"]),
        M1Inference(*parts["m1"]) if "m1" in parts else None,
        features,
        guide["guide_mean"],
        guide["guide_components"],
    )


def write_bundle(directory: Path, bundle: Bundle, parts: dict[str, Saved]) -> None:
    """Write a bundle; ``parts`` are the trained models that its pipeline was made of."""
    arrays = {
        "guide_mean": bundle.pipeline.guide_mean,
        "guide_components": bundle.pipeline.guide_components,
        "class_means": bundle.class_means,
        "threshold": np.asarray([bundle.threshold], np.float64),
    }
    if bundle.wavelengths_nm is not None:
        arrays["wavelengths_nm"] = bundle.wavelengths_nm
    hashes = {name: description["weights_sha256"] for name, (_, description) in parts.items()}
    description = {**bundle.facts, "kind": KIND, "classes": bundle.classes.to_dict(), "parts": hashes}
    card = model_card(description, bundle.wavelengths_nm, bundle.threshold)
    with replacing_directory(directory) as unfinished:
        fill_model(unfinished, arrays, description)
        for name, (part_arrays, part_description) in parts.items():
            fill_model(unfinished / name, part_arrays, part_description)
        write_atomically(unfinished / CARD, card.encode())


def read_bundle(directory: Path) -> Bundle:
    """Read a bundle.

    Raises
    ------
    MissingFileError, IntegrityError : a file is absent, or not what was written.
    DataError : the directory holds something else.
    """
    arrays, description = load_model(directory)
    if description.get("kind") != KIND:
        raise DataError(
            f"{directory}: a trained model with all that a new scan needs (kind {KIND!r}) is wanted, got kind "
            f"{description.get('kind')!r}; the rule 'bundle' makes one: results/model"
        )
    strange = sorted(set(description["parts"]) - set(PARTS))
    if strange or description["method"] not in READERS:
        raise DataError(
            f"{directory}: a model is made of {', '.join(PARTS)} by one of {', '.join(READERS)}, got {strange}, "
            f"{description['method']!r}; make the bundle again"
        )
    parts = {name: load_model(directory / name) for name in description["parts"]}
    changed = [name for name in parts if parts[name][1]["weights_sha256"] != description["parts"][name]]
    if changed:
        raise DataError(f"{directory}: {', '.join(changed)} belong to another model; make the bundle again")
    return Bundle(
        pipeline_of(parts, arrays, method=description["method"], features=description["features"]),
        ClassMap.from_dict(description["classes"]),
        arrays.get("wavelengths_nm"),
        arrays["class_means"],
        float(arrays["threshold"][0]),
        description,
    )
