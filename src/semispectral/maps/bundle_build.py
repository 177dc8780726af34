"""Build the trained model for maps (guide, class means, threshold, provenance), and write it with its model card."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from semispectral.errors import DataError
from semispectral.evaluation.score_names import shown_in_report
from semispectral.maps.bundle import KIND, Bundle, pipeline_of
from semispectral.maps.bundle_check import Saved
from semispectral.maps.pipeline import Pipeline
from semispectral.sampling.training_set import KEY
from semispectral.scans.cube import Pixels
from semispectral.scans.quality import valid_spectra
from semispectral.scans.sensor_bands import columns_of
from semispectral.spectra.scaling import Scaler, without_gaps
from semispectral.storage.atomic import replacing_directory, write_atomically
from semispectral.storage.model_files import fill_model
from semispectral.storage.provenance import ROOT, commit, versions
from semispectral.storage.seal import file_sha256
from semispectral.study.classes import ClassMap
from semispectral.study.setting_types import InnerShare, settings_class

GUIDE_COMPONENTS = 3
GUIDE_PIXELS = 20_000
CARD = "README.md"
FEATURES_IN_WORDS = {
    "bands": "the normalised bands",
    "latents": "the latents of M1, a variational autoencoder of the spectra",
    "mnf": "noise-whitened components of the spectra (MNF)",
    "latents_mnf": "the latents of M1, a variational autoencoder of the spectra, and noise-whitened components of them",
    "hull": "hull quotients of windows of the spectra",
}


@settings_class("map")
class Recipe:
    """Choice of the model that makes the maps, and its rate of false alarms."""

    method: str
    """Classifier: svm, m2 or qy."""
    features: str
    """What it sees: bands or latents."""
    per_class: str
    """Its labels per class."""
    seed: int
    """Its seed."""
    false_alarm: InnerShare
    """Share of the validation pixels that may lie below the threshold on log p(x), between 0 and 1."""


def build_bundle(
    parts: dict[str, Saved],
    pixels: Pixels,
    labels: pd.DataFrame,
    *,
    classes: ClassMap,
    recipe: Recipe,
    facts: dict[str, Any],
) -> Bundle:
    """Build a trained model from its parts.

    Parameters
    ----------
    parts : arrays and description of scaler, classifier and, if present, m1 and scaler_m1.
    pixels : cleaned spectra of the scenes that are learnt from. The training part determines the guide, the validation
        part the threshold.
    labels : labels that the classifier was trained on; they determine the class means.
    classes : classes in label order.
    recipe : choice of the model.
    facts : further entries of model.json: the configuration; description, of the method, for the model card; scale
        (reflectance = value x scale), None if the training scans differ in scale; references, True if all of them had
        white and dark references.
    """
    train, valid = (pixels.where((pixels.table["part"] == part).to_numpy()) for part in ("train", "valid"))
    guide = guide_of(Scaler.from_saved(*parts["scaler"]), train.x)
    pipeline = pipeline_of(parts, guide, method=recipe.method, features=recipe.features)
    chosen = {name: getattr(recipe, name) for name in ("method", "features", "per_class", "seed", "false_alarm")}
    holes = {part: sorted(rows["hole"].unique()) for part, rows in pixels.table.groupby("part") if part != "test"}
    return Bundle(
        pipeline,
        classes,
        pixels.wavelengths_nm,
        class_means(train, labels, classes=len(classes)),
        threshold_of(pipeline, valid if len(valid) else train, false_alarm=recipe.false_alarm),
        {**facts, **chosen, "scores": {}, "holes": holes, "provenance": provenance()},
    )


def guide_of(scaler: Scaler, raw: np.ndarray) -> dict[str, np.ndarray]:
    """Return the leading principal components of normalised training pixels, each scaled to variance 1.

    Parameters
    ----------
    scaler : scaler of the bands.
    raw : float32 [pixel, band], stored values.

    Returns
    -------
    guide_mean float32 [column] and guide_components float32 [column, component].
    """
    x = without_gaps(scaler.transform(raw[:: max(1, len(raw) // GUIDE_PIXELS)]))
    mean = x.mean(axis=0)
    variance, vectors = np.linalg.eigh(np.cov(x - mean, rowvar=False).reshape(x.shape[1], x.shape[1]))
    leading = np.arange(x.shape[1])[::-1][:GUIDE_COMPONENTS]  # eigh gives them in ascending order
    scaled = vectors[:, leading] / np.sqrt(np.maximum(variance[leading], 1e-12))
    # The sign of an eigenvector is arbitrary: make its largest entry positive, so that two runs agree.
    largest = scaled[np.abs(scaled).argmax(axis=0), np.arange(len(leading))]
    components = np.ascontiguousarray(scaled * np.sign(largest), np.float32)
    return {"guide_mean": mean.astype(np.float32), "guide_components": components}


def threshold_of(pipeline: Pipeline, pixels: Pixels, *, false_alarm: float) -> float:
    """Return the quantile ``false_alarm`` of log_p; -inf if no model describes the spectra.

    Parameters
    ----------
    pipeline : the pipeline.
    pixels : validation pixels.
    false_alarm : share of the pixels below the threshold.

    Raises
    ------
    DataError : there is no pixel.
    """
    if not pipeline.knows_novelty:
        return float("-inf")
    if not len(pixels):
        raise DataError("a threshold on log p(x) needs training or validation pixels, and there is none; see the split")
    log_p = np.concatenate([pipeline.scores(pixels.x[i : i + 4096]).log_p for i in range(0, len(pixels), 4096)])
    known = log_p[~np.isnan(log_p)] if pipeline.scaler.sensors else log_p
    return float(np.quantile(known.astype(np.float64), false_alarm)) if len(known) else float("-inf")


def class_means(train: Pixels, labels: pd.DataFrame, *, classes: int) -> np.ndarray:
    """Return the mean raw spectrum of each class's training labels, float32 [class, band]; NaN without labels.

    Parameters
    ----------
    train : pixels of the training part.
    labels : labels that the classifier was trained on.
    classes : number of classes.
    """
    seen = pd.MultiIndex.from_frame(labels.loc[labels["part"] == "train", KEY].astype({"scene": str}))
    mine = np.asarray(pd.MultiIndex.from_frame(train.table[KEY].astype({"scene": str})).isin(seen))
    means = np.full((classes, train.x.shape[1]), np.nan, np.float32)
    for label in range(classes):
        spectra = train.x[mine & (train.label == label)]
        for place in columns_of(train.sensors) or [slice(None)]:
            own = spectra[:, place]
            own = own[valid_spectra(own)] if train.sensors else own
            if len(own):
                means[label, place] = own.mean(axis=0, dtype=np.float64)
    return means


def provenance() -> dict[str, Any]:
    """Return the commit of the sources (empty outside a checkout) and the versions of the numerical packages."""
    return {"commit": commit(ROOT), **versions()}


def checksums(paths: Sequence[str]) -> dict[str, str]:
    """Return the SHA-256 of the files that a model was made from, by the last three components of their paths.

    Parameters
    ----------
    paths : files.
    """
    return {"/".join(path.parts[-3:]): file_sha256(path) for path in map(Path, paths)}


def write_bundle(directory: Path, bundle: Bundle, parts: dict[str, Saved]) -> None:
    """Write a trained model to a directory.

    Parameters
    ----------
    directory : path of the directory; it is replaced.
    bundle : the trained model.
    parts : arrays and description of the parts of its pipeline.
    """
    arrays = {
        "guide_mean": bundle.pipeline.guide_mean,
        "guide_components": bundle.pipeline.guide_components,
        "class_means": bundle.class_means,
        "threshold": np.asarray([bundle.threshold], np.float64),
    }
    if bundle.wavelengths_nm is not None:
        arrays["wavelengths_nm"] = bundle.wavelengths_nm
    with replacing_directory(directory) as unfinished:
        hashes = {name: fill_model(unfinished / name, *saved) for name, saved in parts.items()}
        description = {**bundle.facts, "kind": KIND, "classes": bundle.classes.to_dict(), "parts": hashes}
        card = model_card(description, bundle.wavelengths_nm, bundle.threshold)
        fill_model(unfinished, arrays, description)
        write_atomically(unfinished / CARD, card.encode())


def model_card(facts: dict[str, Any], wavelengths_nm: np.ndarray | None, threshold: float) -> str:
    """Return the model card of a trained model.

    Parameters
    ----------
    facts : content of model.json.
    wavelengths_nm : float64 [band]; None if the training scans have none.
    threshold : pixels with a lower log_p are unknown, in nats; -inf if this cannot be decided.
    """
    holes = facts["holes"]
    kind = facts["description"]
    sections = [
        f"# Model card: {facts['method']} on {facts['features']}",
        f"{kind[0].upper()}{kind[1:]}, on {FEATURES_IN_WORDS[facts['features']]}. "
        f"It gives each pixel of a hyperspectral scan one of {len(facts['classes']['names'])} classes, their "
        "probabilities, and a score for being none of them.",
        "## What it was trained on",
        "\n".join(
            [
                f"- Holes: {_list(holes, 'train')}; validated on pixels of {_list(holes, 'valid')}.",
                f"- Labels per class: {facts['per_class']}; seed {facts['seed']}.",
                f"- {_range(wavelengths_nm)} {_scale(facts['scale'])}",
            ]
        ),
        "## How good it is",
        _scores(facts["scores"], _list(holes, "test")),
        "## What it does not know",
        _novelty(facts, threshold),
        *_tray(facts),
        "Its probabilities are those of scans like the training scans: another instrument, other light or another "
        "deposit can make it confidently wrong. A mineral without a class is given the nearest class, unless it is "
        "unlike every training spectrum. Scans whose wavelengths cannot be matched are refused.",
        "## Classes",
        _classes(facts["classes"]),
        "## Provenance",
        _provenance(facts),
    ]
    return "\n\n".join(sections) + "\n"


def _range(wavelengths_nm: np.ndarray | None) -> str:
    """Describe the bands and their wavelengths."""
    if wavelengths_nm is None:
        return "The training scans had no wavelengths: bands are matched by their number alone."
    return f"{len(wavelengths_nm)} bands, {wavelengths_nm.min():.1f} to {wavelengths_nm.max():.1f} nm."


def _scale(scale: float | None) -> str:
    """Describe the scale of the training scans."""
    if scale is None:
        return "The training scans have several scales, so that of a new scan is left as it is."
    return f"Reflectance is the stored value times {scale:g}."


def _list(holes: dict[str, list[str]], part: str) -> str:
    """List the holes of a part."""
    return ", ".join(holes.get(part, [])) or "none"


def _scores(scores: dict[str, float], holes: str) -> str:
    """Return the table of scores."""
    titles = {name: f"{row.words[0].upper()}{row.words[1:]} ({row.short})" for name, row in shown_in_report().items()}
    known = [(title, scores[name]) for name, title in titles.items() if name in scores]
    if not known:
        return "Not measured: there was no test part."
    rows = "\n".join(f"| {title} | {value:.3f} |" for title, value in known)
    head = f"On {int(scores['pixels'])} labelled pixels of the test part ({holes}):"
    return f"{head}\n\n| Score | Value |\n|---|---|\n{rows}"


def _novelty(facts: dict[str, Any], threshold: float) -> str:
    """Describe the threshold for unknown pixels."""
    if not np.isfinite(threshold):
        return "No model of the spectra is part of it, so it cannot say 'none of the known'."
    return (
        f"A pixel is 'none of the known' where log p(x) is below {threshold:.1f} nats, the level that "
        f"{facts['false_alarm']:.1%} of the validation pixels are below. On another hole the share of false "
        "alarms differs."
    )


def _tray(facts: dict[str, Any]) -> list[str]:
    """Say whether the model knows the tray; nothing where training left nothing out."""
    if not facts.get("masked"):
        return []
    if "tray" in facts["parts"]:
        return [
            "It has learnt what its study left out, tray and background, and leaves it out of a scan without a mask, "
            "as far as that looks alike; another tray it may call by the name of a mineral."
        ]
    return ["It has never seen tray or background: mask them, or it may call them by the name of a mineral."]


def _classes(classes: dict[str, Any]) -> str:
    """Return the table of classes."""
    rows = zip(classes["codes"], map(_in_table, classes["names"]), classes["colours"], strict=True)
    return "| Code | Class | Colour |\n|---|---|---|\n" + "\n".join(f"| {a} | {b} | {c} |" for a, b, c in rows)


def _in_table(name: str) -> str:
    """Escape a name so that Markdown shows it as text, not as a column, a tag or a link."""
    return re.sub(r"([\\`*_{}\[\]<>|])", r"\\\1", name)


def _provenance(facts: dict[str, Any]) -> str:
    """List versions and checksums."""
    lines = [f"- {name}: {value or 'not known'}" for name, value in facts["provenance"].items()]
    lines += [f"- sha256 of {name}: {value}" for name, value in facts["parts"].items()]
    return "\n".join(lines)
