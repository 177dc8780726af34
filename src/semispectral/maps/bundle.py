"""Read and write a trained model as one directory, with all that is needed to map a new scan.

``weights.safetensors`` and ``model.json`` hold what belongs to the whole (bands, classes, class means, threshold,
settings, scores, provenance); ``scaler``, ``scaler_m1``, ``scaler_hull``, ``m1``, ``classifier`` and ``tray`` hold its
parts; ``README.md`` is the model card. Without ``scaler_m1``, M1 takes spectra on the scale of ``scaler``: this holds
for classifiers of latents, and for older models, made before M1 had a scale of its own. Without ``tray``, training
left nothing out, or nothing that can be told from core, or the model is older.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from semispectral.classifiers.readers import READERS
from semispectral.errors import DataError, SemispectralError
from semispectral.inference.m1_inference import M1Inference
from semispectral.maps import bundle_check
from semispectral.maps.bundle_check import PARTS as PARTS
from semispectral.maps.bundle_check import REMEDY, Saved
from semispectral.maps.pipeline import Pipeline
from semispectral.spectra.band_matching import ModelBands
from semispectral.spectra.cleaning_settings import CleanConfig
from semispectral.spectra.scaling import Scaler
from semispectral.storage.model_files import DESCRIPTION, WEIGHTS, load_model
from semispectral.study.classes import ClassMap
from semispectral.study.names import printable
from semispectral.study.stage_settings import settings
from semispectral.tray.tray_model import TrayModel

FORMAT = 2  # 2: the threshold is on log p(x) by M2, where there is one
KIND = f"bundle {FORMAT}"


@dataclass(frozen=True, eq=False)
class Bundle:
    """Trained model with its training facts.

    Attributes
    ----------
    pipeline : scalers, M1 and classifier.
    classes : classes in label order.
    wavelengths_nm : float64 [band]; None if the training scans have none.
    class_means : float32 [class, band], mean spectra of the training labels, in stored values; NaN for a class without.
    threshold : pixels with a lower ``log_p`` of the pipeline are unknown, in nats; -inf if this cannot be decided.
    facts : the rest of model.json: scale, references, method, features, per_class, seed, false_alarm, config, scores,
        provenance.
    tray : what tells tray and background from core; None if training left nothing out, or nothing that can be told.
    """

    pipeline: Pipeline
    classes: ClassMap
    wavelengths_nm: np.ndarray | None
    class_means: np.ndarray
    threshold: float
    facts: dict[str, Any]
    tray: TrayModel | None = None

    @property
    def cleaning(self) -> CleanConfig:
        """Cleaning of the training scans, which new scans need too."""
        return settings(CleanConfig, self.pipeline.scaler.cleaning, where="cleaning")

    @property
    def bands(self) -> int:
        """Number of bands of the spectra that the model takes."""
        return self.pipeline.scaler.bands

    @property
    def model_bands(self) -> ModelBands:
        """Bands of the spectra that the model takes, to which those of a scan are matched."""
        return ModelBands(self.bands, self.wavelengths_nm, self.pipeline.scaler.sensors)


def pipeline_of(parts: dict[str, Saved], guide: dict[str, np.ndarray], *, method: str, features: str) -> Pipeline:
    """Build the pipeline from its parts.

    Parameters
    ----------
    parts : arrays and description of scaler, classifier and, if present, m1, scaler_m1 and scaler_hull.
    guide : guide_mean float32 [column] and guide_components float32 [column, component].
    method : svm, m2 or qy.
    features : bands or latents.
    """
    scaler = Scaler.from_saved(*parts["scaler"])
    return Pipeline(
        scaler,
        Scaler.from_saved(*parts["scaler_m1"]) if "scaler_m1" in parts else scaler,
        READERS[method](*parts["classifier"]),
        M1Inference(*parts["m1"]) if "m1" in parts else None,
        features,
        guide["guide_mean"],
        guide["guide_components"],
        Scaler.from_saved(*parts["scaler_hull"]) if "scaler_hull" in parts else None,
    )


def read_bundle(directory: Path) -> Bundle:
    """Read a trained model and check it.

    The files may come from anybody. A model is accepted only if its parts fit together and it can classify its own mean
    spectra.

    Parameters
    ----------
    directory : path of the directory.

    Raises
    ------
    MissingFileError, IntegrityError : a file is absent or was changed.
    DataError : the directory holds something else, or its content cannot be used.
    """
    arrays, description = load_model(directory)
    if description.get("kind") != KIND:
        _require_known(directory, description)
        raise DataError(
            f"{directory}: a trained model with all that a new scan needs (kind {KIND!r}) is wanted, got kind "
            f"{printable(repr(description.get('kind')), limit=60)}; the rule 'bundle' makes one: results/model"
        )
    bundle_check.check_description(directory / DESCRIPTION, description, bundle_check.BUNDLE)
    parts = {name: load_model(directory / name) for name in description["parts"]}
    changed = [name for name in parts if parts[name][1]["weights_sha256"] != description["parts"][name]]
    if changed:
        raise DataError(f"{directory}: {', '.join(changed)} belong to another model; {REMEDY}")
    bundle_check.check_parts(directory, parts, method=description["method"])
    try:
        return _usable(directory, parts, arrays, description)
    except MemoryError:
        raise
    except SemispectralError as error:
        said = str(error) if str(directory) in str(error) else f"{directory}: {error}; {REMEDY}"
        raise DataError(said) from error
    except Exception as error:  # parts that do not fit can make NumPy raise anything
        said = f"{type(error).__name__}: {printable(' '.join(str(error).split()))}"
        raise DataError(f"{directory}: a model whose parts fit together is needed, got {said}; {REMEDY}") from error


def _require_known(directory: Path, description: Mapping[str, Any]) -> None:
    """Raise DataError for a trained model of another format of ours."""
    numbered = re.fullmatch(r"bundle(?: ([0-9]{1,4}))?", str(description.get("kind")))
    if numbered is None:
        return
    found = int(numbered[1] or 1)
    which, remedy = ("a newer", "install that version") if found > FORMAT else ("an older", "make it anew by a run")
    raise DataError(
        f"{directory}: this trained model is of format {found}, by {which} version of semispectral, and format "
        f"{FORMAT} is needed; {remedy}"
    )


def _usable(
    directory: Path, parts: dict[str, Saved], arrays: dict[str, np.ndarray], description: dict[str, Any]
) -> Bundle:
    """Check every part, build the model and let it classify a few spectra."""
    bands = parts["scaler"][1]["bands"]
    classes = ClassMap.from_dict(description["classes"])
    bundle_check.require_shape(
        directory / WEIGHTS, "class_means", arrays.get("class_means"), (len(classes), bands)
    )  # a number of bands that a file only claims would be allocated
    for name in [part for part in parts if part.startswith("scaler")]:
        bundle_check.check_scaler(directory, name, parts[name], bands=bands)
    if "m1" in parts:
        bundle_check.check_latents(directory, parts["m1"])
    bundle_check.check_classifier(directory, parts["classifier"], classes=len(classes))
    pipeline = pipeline_of(parts, arrays, method=description["method"], features=description["features"])
    scaler = pipeline.scaler
    shape = {"classes": len(classes), "bands": bands, "columns": scaler.columns}
    bundle_check.check_arrays(directory, arrays, **shape, sensors=scaler.sensors)
    threshold = float(arrays["threshold"][0])
    if "tray" in parts:
        bundle_check.check_tray(directory, parts["tray"], bands=bands)
    tray = TrayModel(*parts["tray"]) if "tray" in parts else None
    bundle = Bundle(
        pipeline, classes, arrays.get("wavelengths_nm"), arrays["class_means"], threshold, description, tray
    )
    _try(bundle)
    return bundle


def _try(bundle: Bundle) -> None:
    """Raise DataError unless the mean spectra of the classes, and a flat spectrum, get a probability for each class."""
    _ = bundle.cleaning
    means = bundle.class_means[np.isfinite(bundle.class_means).all(axis=1)][:4]
    spectra = np.concatenate([means, np.ones((1, bundle.bands))]).astype(np.float32)
    with np.errstate(all="ignore"):
        found = bundle.pipeline.scores(spectra)
    shape = (len(spectra), len(bundle.classes))
    if found.probability.shape != shape or found.log_p.shape != shape[:1] or len(found.guide) != shape[0]:
        raise DataError(f"probabilities [pixel, class] of shape {shape} are needed, got {found.probability.shape}")
    if not np.allclose(found.probability.sum(axis=1), 1, atol=1e-3):
        raise DataError("probabilities that sum to 1 are needed for its own mean spectra, got others")
