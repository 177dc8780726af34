"""Tiny trained models, made of random arrays in the form that training saves, and a tiny scan for them."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from semispectral.classifiers.discriminants import fit_lda
from semispectral.classifiers.svm import SvmConfig, fit_svm
from semispectral.evaluation.predictions import prediction_table
from semispectral.inference.feature_names import HULL
from semispectral.maps.bundle import Bundle
from semispectral.maps.bundle_build import Recipe, build_bundle, write_bundle
from semispectral.maps.bundle_check import Saved
from semispectral.maps.stage_bundle import classifier_of
from semispectral.maps.stage_pack import with_scores
from semispectral.scans.cube import Cube, Pixels
from semispectral.scans.facts.stated_values import as_values
from semispectral.spectra.scaling import Scaler, fit_scaler
from semispectral.storage.model_files import load_model, save_model
from semispectral.study.classes import ClassMap
from semispectral.study.methods import averages, first_row, trained_rows
from semispectral.tray.learn import learn_tray

BANDS, CLASSES, LINES, SAMPLES = 12, 3, 24, 10
WAVELENGTHS_NM = np.linspace(1000.0, 1110.0, BANDS)
NOISE, COMPONENTS = 500.0**2 * np.eye(BANDS), 5  # of noise-whitened components
NAMES = ClassMap((1, 4, 9), ("kaolinite", "talc, massive", "<calcite> & co"), ("#ff0000", "#00ff00", "#0000ff"))


def _network(name: str, inputs: tuple[int, ...], hidden: int, heads: dict[str, int], random: Any) -> dict[str, Any]:
    arrays: dict[str, np.ndarray] = {}
    layers = {"hidden_0": (inputs, hidden), **{head: ((hidden,), width) for head, width in heads.items()}}
    for layer, (rows, width) in layers.items():
        for number, count in enumerate(rows):
            arrays[f"{name}_{layer}/kernel_{number}"] = random.normal(0, 0.5, (count, width)).astype(np.float32)
        arrays[f"{name}_{layer}/bias"] = random.normal(0, 0.1, width).astype(np.float32)
    return arrays


def tiny_m1(*, seed: int, bands: int = BANDS) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """M1 with four latents, of which three are live."""
    random = np.random.default_rng(seed)
    arrays = _network("q_z", (bands,), 8, {"mean": 4, "log_variance": 4}, random)
    arrays |= _network("p_x", (4,), 8, {"output": bands}, random)
    arrays["likelihood/log_sigma"] = random.normal(-0.5, 0.1, bands).astype(np.float32)
    net = {"hidden": [8], "activation": "softplus"}
    settings = {"latents": 4, "likelihood": "gaussian", "sigma_floor": 0.02, "net": net}
    return arrays, {"kind": "m1", "settings": settings, "live": [0, 2, 3]}


def tiny_m2(inputs: int, *, seed: int, kind: str = "m2") -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """M2 with two latents; q(y|x) alone where ``kind`` is qy."""
    random = np.random.default_rng(seed)
    arrays = _network("q_y", (inputs,), 8, {"logits": CLASSES}, random)
    if kind == "m2":
        arrays |= _network("q_z", (inputs, CLASSES), 8, {"mean": 2, "log_variance": 2}, random)
        arrays |= _network("p_x", (2, CLASSES), 8, {"output": inputs}, random)
        arrays["likelihood/log_sigma"] = random.normal(-0.5, 0.1, inputs).astype(np.float32)
        arrays["prior/log_prior"] = np.log(np.array([0.5, 0.3, 0.2], np.float32))
    net = {"hidden": [8], "activation": "softplus"}
    settings = {"latents": 2, "likelihood": "gaussian", "sigma_floor": 0.1, "net": net, "classifier": net}
    return arrays, {"kind": kind, "settings": settings, "labels": [0, 1, 2], "classes": CLASSES}


def tiny_counts(*, seed: int, lines: int = LINES, samples: int = SAMPLES) -> np.ndarray:
    """A scan, uint16 [line, sample, band]."""
    random = np.random.default_rng(seed)
    level = random.uniform(5_000, 20_000, (lines, samples, 1))
    return (level * random.uniform(0.6, 1.4, (lines, samples, BANDS))).astype(np.uint16)


def tiny_cube(counts: np.ndarray, *, nodata: float | None = None, path: str = "tiny.npy", chunk_lines: int = 1) -> Cube:
    """An open scan over an array, as values."""
    cube = Cube(
        Path(path),
        counts.shape,
        counts.dtype,
        lambda first, last: counts[first:last],
        chunk_lines=chunk_lines,
        wavelengths_nm=WAVELENGTHS_NM,
        nodata=nodata,
    )
    return as_values(cube, scale=1.0)


def tiny_pixels(*, seed: int, count: int = 240) -> Pixels:
    """Sampled pixels of two holes, a third of them in each part, every second one labelled."""
    number = np.arange(count)
    label = np.where(number % 2, number // 2 % CLASSES, -1)
    part = np.array(["train", "valid", "test"])[number // 8 % 3]
    table = pd.DataFrame(
        {
            "scene": "A",
            "hole": np.where(part == "test", "H2", "H1"),
            "line": number // SAMPLES,
            "sample": number % SAMPLES,
            "code": np.where(label < 0, 0, np.asarray(NAMES.codes)[label]),
            "label": label.astype(np.int16),
            "part": part,
        }
    )
    return Pixels(tiny_counts(seed=seed, lines=count // SAMPLES).reshape(count, BANDS), table, WAVELENGTHS_NM)


def tiny_parts(
    directory: Path,
    *,
    seed: int,
    method: str = "m2",
    features: str = "latents",
    scaling: str = "snv_standardise",
    scaling_m1: str = "",
) -> dict[str, Saved]:
    """Saved and loaded scaler, M1 (for latents, or with a scale of its own) and classifier."""
    axis = {"wavelengths_nm": WAVELENGTHS_NM, "windows": [(WAVELENGTHS_NM[1], WAVELENGTHS_NM[-2])]}
    axis |= {"noise": NOISE, "mnf_components": COMPONENTS}
    scaler = fit_scaler(tiny_pixels(seed=seed).x, method=scaling, **axis)
    models = {"scaler": scaler.to_saved()}
    if features == "latents":
        models["m1"] = tiny_m1(seed=seed, bands=scaler.columns)
    if scaling_m1:
        own = fit_scaler(tiny_pixels(seed=seed).x, method=scaling_m1, **axis)
        models |= {"scaler_m1": own.to_saved(), "m1": tiny_m1(seed=seed, bands=own.columns)}
    inputs = {"latents": 3, "latents_mnf": 3 + scaler.columns}.get(features, scaler.columns)
    if method in averages():
        if ("svm", HULL) in trained_rows(method, features):
            models["scaler_hull"] = fit_scaler(tiny_pixels(seed=seed).x, method="hull", **axis).to_saved()
        models["classifier"] = tiny_average(directory, models, inputs, seed=seed, method=method)
    else:
        models["classifier"] = tiny_m2(inputs, seed=seed + 1, kind=method)
    models["tray"] = tiny_tray(seed=seed)
    for name, saved in models.items():
        save_model(directory / name, *saved)
    return {name: load_model(directory / name) for name in models}


def tiny_tray(*, seed: int) -> Saved:
    """What tells darkness, of some counts, from a scan of `tiny_counts`."""
    core = tiny_counts(seed=seed, lines=60).reshape(-1, BANDS).astype(np.float32)
    dark = np.random.default_rng(seed).uniform(80, 120, core.shape).astype(np.float32)
    found = learn_tray(dark, core, seed=seed)
    return dict(found.arrays), dict(found.facts)


def tiny_average(directory: Path, parts: dict[str, Saved], inputs: int, *, seed: int, method: str) -> Saved:
    """An average of M2 on latents with noise scores and others on some of its inputs, all saved in ``directory``."""
    pixels = tiny_pixels(seed=seed)
    known = pixels.where(pixels.label >= 0)
    given = {"classes": CLASSES, "settings": SvmConfig(cost=(1.0,), gamma=(1.0,)), "seed": seed}
    fits = {"svm": fit_svm, "lda_mnf": fit_lda}
    scales = {"mnf": "scaler", HULL: "scaler_hull"}
    folders = []
    for member, features in trained_rows(method, "latents_mnf"):
        folders.append(directory / member / features / "20/1")
        if member == "m2":
            save_model(folders[-1], *tiny_m2(inputs, seed=seed + 1))
        else:
            seen = Scaler.from_saved(*parts[scales[features]]).transform(known.x)
            save_model(folders[-1], *fits[member](seen, known.label, **given).to_saved())
    return classifier_of(folders, parts, first_row(method).weights)


def tiny_bundle(
    directory: Path, *, seed: int, false_alarm: float = 0.05, classes: ClassMap = NAMES, **options: str
) -> Bundle:
    """A bundle of tiny models, written to ``directory``."""
    parts = tiny_parts(directory.parent / f"{directory.name}_parts", seed=seed, **options)
    pixels = tiny_pixels(seed=seed)
    chosen = {"method": options.get("method", "m2"), "features": options.get("features", "latents")}
    recipe = Recipe(**chosen, per_class="20", seed=1, false_alarm=false_alarm)
    known = pixels.where((pixels.label >= 0) & (pixels.table["part"] == "test").to_numpy())
    probability = np.full((len(known), CLASSES), 1 / CLASSES, np.float32)
    names = ("part", "scene", "hole", "line", "sample")
    place = {name: known.table[name].to_numpy() for name in names}
    run = {**chosen, "per_class": "20", "seed": 1}
    predictions = prediction_table(probability, known.label, **run, **place)
    labels = pixels.table[(pixels.table["part"] == "train") & (pixels.label >= 0)]
    described = first_row(chosen["method"]).description
    facts = {"config": {"m1": {"latents": 4}}, "scale": 2.5e-5, "description": described}
    unscored = build_bundle(parts, pixels, labels, classes=classes, recipe=recipe, facts=facts)
    bundle = with_scores(unscored, predictions)
    write_bundle(directory, bundle, parts)
    return bundle
