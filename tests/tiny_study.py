"""The files of a tiny finished study, written by the package's own writers, for tests of figures and report."""

import hashlib
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image

from semispectral.census.census_files import Census, write_census
from semispectral.census.mask_files import write_image
from semispectral.evaluation.predictions import prediction_table
from semispectral.evaluation.score_files import Where, write_scored
from semispectral.evaluation.split_scores import by_method, evaluate
from semispectral.features.absorption import plan_for
from semispectral.features.feature_files import write_features
from semispectral.features.feature_settings import FeaturesConfig
from semispectral.maps.rasters import Ground
from semispectral.pool.sample_settings import SampleConfig
from semispectral.report.results import Paths
from semispectral.sampling.split import SplitConfig
from semispectral.sampling.split_files import write_split
from semispectral.sampling.split_names import INDUCTIVE, MAIN
from semispectral.sampling.study_split import split_study
from semispectral.scans.cube import PARTS, Pixels
from semispectral.spectra.scaling import fit_scaler
from semispectral.spectra.shards import write_shard
from semispectral.storage.model_files import save_model
from semispectral.storage.parquet import write_table
from semispectral.storage.seal import write_json
from semispectral.study.classes import MASKED, ClassMap, CodeSet
from semispectral.study.scene import Scene
from tiny_models import BANDS, CLASSES, WAVELENGTHS_NM, tiny_m1, tiny_m2
from tiny_pool import tiny_pool

LINES, SAMPLES = 32, 12
COLUMNS_M1 = 2 * BANDS + 2  # M1 sees two views
SCENES = {"north": "A", "south": "A", "deep": "B"}
COLOURS = ("#aa0000", "#00aa00", "#0000aa")
CLASS_NAMES = ("<script>alert(1)</script>", "talc & $_{co}$", "calcite")
MODELS = (
    ("svm", "bands"),
    ("svm", "latents"),
    ("m2", "bands"),
    ("m2", "latents"),
    ("qy", "bands"),
    ("majority", "bands"),
)
RIGHT = {"svm": 0.6, "m2": 0.9, "qy": 0.5}  # share of the test pixels that a method is right on
CHOSEN, SEEDS = ("5", "all"), (1, 2)
BOUND = -np.geomspace(500, 10, 10)
ACCURACY = {"epoch": range(1, 11), "accuracy_valid": [np.nan, 0.7] * 5}
BOUNDS = {"labelled_bound": BOUND, "unlabelled_bound": BOUND - 3, "bound_valid": [np.nan, -9] * 5}
HISTORIES: dict[str, dict[str, Any]] = {
    "m1": {"epoch": range(1, 11), "bound": BOUND, "bound_valid": [np.nan, -90.0] * 5},
    "m2": ACCURACY | BOUNDS,
    "qy": ACCURACY,
}
TESTED = {"deep": {"none": [[6, 4, 0], [0, 10, 0], [0, 0, 10]], "guided": [[10, 0, 0], [0, 10, 0], [0, 0, 10]]}}
CONFIG: dict[str, Any] = {
    "runs": {"labels_per_class": [5, "all"], "seeds": [1, 2]},
    "report": {},
    "simulate": {"enabled": True},
    "map": {"method": "m2", "features": "latents", "labels_per_class": "all"},
}


def write_study(directory: Path, *, method: str = "groups", trusted: bool = True) -> Paths:
    """Write a study with two numbers of labels per class and two seeds; return its paths by the rule's names.

    Parameters
    ----------
    method : of the split.
    trusted : whether M2 predicts all classes; else it calls nearly everything the first one.
    """
    codes = {name: _codes(seed=number) for number, name in enumerate(SCENES)}
    codes["deep"][:, -1] = MASKED
    classes = _write_classes(directory / "classes.tsv")
    split = SplitConfig(
        method=method, seed=1, test_groups=("B",) if method == "groups" else (), block_lines=8, buffer=1
    )
    scenes = [_scene(name) for name in SCENES]
    found = split_study(
        scenes, codes, tiny_pool(scenes, codes), classes, split_settings=split, sample_settings=SampleConfig(1)
    )
    write_split(directory / "split", found)
    pixels = {name: _pixels(name, codes[name], found.parts[name]) for name in SCENES}
    train = Pixels.concat(list(pixels.values()))
    _write_sample(directory, pixels)
    for folder in ("census", "evaluation"):
        (directory / folder).mkdir()
    for name in SCENES:
        write_census(
            _census(name, codes[name], classes), *(directory / f"census/{name}{end}" for end in (".parquet", ".npy"))
        )
    table = pd.concat(list(_predictions(train.table, trusted=trusted)), ignore_index=True)
    return {
        "classes": [directory / "classes.tsv"],
        "known": [directory / "split/classes.json"],
        "masks": [_write_image(directory / "masks/deep/image.png")],
        "warnings": [directory / "split/warnings.json"],
        "scaler": [directory / "scaler/bands"],
        "scaler_m1": [directory / "scaler/m1"],
        "census": sorted(directory.glob("census/*.parquet")),
        "samples": sorted(directory.glob("sample/*.parquet")),
        "curve": [_write_curve(directory / "evaluation/learning_curve.parquet")],
        **_write_taken_home(directory),
        **_write_models(directory),
        **_write_evaluation(directory, table, method=method),
    }


def _write_image(path: Path) -> Path:
    """The brightness of the scene whose tray is masked: darker to the right."""
    path.parent.mkdir(parents=True)
    write_image(path, np.linspace(1, 0, SAMPLES, dtype=np.float32)[None].repeat(LINES, axis=0))
    return path


def _write_curve(path: Path) -> Path:
    """Points of a learning curve that rises, in two orders of the labels."""
    labels = np.array([6, 12, 24, 48] * 2)
    score = 0.9 - 0.9 * labels**-0.5 + np.repeat([0.01, -0.01], 4)
    write_table(path, pd.DataFrame({"labels": labels, "draw": np.repeat([0, 1], 4), "score": score}))
    return path


def _write_classes(path: Path) -> ClassMap:
    rows = [f"{code}\t{name}\t{colour}" for code, name, colour in zip((1, 4, 9), CLASS_NAMES, COLOURS, strict=True)]
    path.write_text("\n".join(["code\tname\tcolour", *rows]) + "\n", encoding="utf-8")
    return ClassMap.read(path)


def _codes(*, seed: int) -> np.ndarray:
    """Bands of every class across the scene, each 2 lines high, then 2 lines without labels; a tray at the border."""
    codes = np.repeat(np.resize([1, 4, 9, 0], LINES // 2), 2)[:, np.newaxis].repeat(SAMPLES, axis=1).astype(np.int32)
    codes[:, 0] = 255
    return np.roll(codes, seed, axis=0)


def _scene(name: str) -> Scene:
    here = Path("tiny.npy")
    use, ignore = (CodeSet.parse(text, where="test") for text in ("1-99", "255"))
    return Scene(name, SCENES[name], here, "", here, "", "line,sample,band", "", 1.0, None, use, ignore)


def _census(name: str, codes: np.ndarray, classes: ClassMap) -> Census:
    values, pixels = np.unique(codes, return_counts=True)
    roles = [
        "class" if code in classes.codes else "ignored" if code in (255, MASKED) else "unlabelled" for code in values
    ]
    counts = pd.DataFrame({"code": values, "name": "", "role": roles, "pixels": pixels})
    bad = 0.25 if name == "deep" else 0.0
    return Census(
        name, SCENES[name], LINES, SAMPLES, BANDS, "uint16", WAVELENGTHS_NM, 0.0, 1.0, bad, 0.0, counts, codes
    )


def _pixels(name: str, codes: np.ndarray, parts: np.ndarray) -> Pixels:
    line, sample = np.nonzero(parts)
    label = np.array([{1: 0, 4: 1, 9: 2}.get(code, -1) for code in codes[line, sample]])
    random = np.random.default_rng(7)
    depth = 0.1 + 0.2 * (label + 1)
    shape = 1 - depth[:, np.newaxis] * np.exp(-((np.arange(BANDS) - 3 * (label[:, np.newaxis] + 1)) ** 2) / 4)
    table = pd.DataFrame(
        {
            "scene": name,
            "hole": SCENES[name],
            "line": line,
            "sample": sample,
            "code": codes[line, sample],
            "label": label,
            "part": np.array(PARTS)[parts[line, sample] - 1],
        }
    )
    return Pixels(20_000 * (shape + random.normal(0, 0.02, shape.shape)), table, WAVELENGTHS_NM)


def _write_sample(directory: Path, pixels: dict[str, Pixels]) -> None:
    """The cleaned pixels of every scene, and the scales of the bands and of M1."""
    train = [scene.x[(scene.table["part"] == "train").to_numpy()] for scene in pixels.values()]
    for scale, method in (("bands", "snv_standardise"), ("m1", "views")):
        scaler = fit_scaler(np.concatenate(train), method=method)
        save_model(directory / f"scaler/{scale}", *scaler.to_saved())
    (directory / "sample").mkdir()
    for name, scene in pixels.items():
        write_shard(directory / f"sample/{name}.parquet", scene)


def _predictions(table: pd.DataFrame, *, trusted: bool) -> Any:
    known = table[(table["label"] >= 0) & (table["part"] != "train")].reset_index(drop=True)
    label = known["label"].to_numpy()
    for method, features in MODELS:
        for per_class in CHOSEN:
            for seed in SEEDS:
                random = np.random.default_rng([len(method), len(features), len(per_class), seed])
                wrong = random.random(len(label)) > RIGHT.get(method, 0.0) + 0.05 * (per_class == "all")
                guess = np.where(wrong, (label + random.integers(1, CLASSES, len(label))) % CLASSES, label)
                if method == "majority" or (method == "m2" and not trusted):
                    guess[:] = 0
                probability = np.full((len(label), CLASSES), 0.1)
                probability[np.arange(len(label)), guess] = 0.8
                run = {"method": method, "features": features, "per_class": per_class, "seed": seed}
                place = {name: known[name].to_numpy() for name in ("part", "scene", "hole", "line", "sample")}
                yield prediction_table(probability, label, **run, **place)


def _write_models(directory: Path) -> Paths:
    paths: dict[str, list[Path]] = {"m1": [], "networks": []}
    for seed in SEEDS:
        paths["m1"].append(directory / f"m1/{seed}")
        facts = {"latent_std": [0.9, 0.02, 0.7, 0.4], "error": [0.1] * COLUMNS_M1}
        _save(paths["m1"][-1], tiny_m1(seed=seed, bands=COLUMNS_M1), HISTORIES["m1"], **facts)
        for kind, (features, inputs), per_class in product(("m2", "qy"), (("bands", BANDS), ("latents", 3)), CHOSEN):
            paths["networks"].append(directory / f"{kind}/{features}/{per_class}/{seed}")
            pixels = {"labelled": 12, "unlabelled": 80, "valid": 3}
            model = tiny_m2(inputs, seed=seed, kind=kind)
            _save(paths["networks"][-1], model, HISTORIES[kind], pixels=pixels, temperature=1.2)
    return paths


def _save(directory: Path, model: tuple[Any, Any], history: dict[str, Any], **more: Any) -> None:
    arrays, description = model
    settings = description["settings"] | {"dead_std": 0.1}
    run = {"epochs": 10, "best_epoch": 8, "restarts": 0, "settings": settings}
    save_model(directory, arrays, description | run | more)
    write_table(directory / "history.parquet", pd.DataFrame(history))


def _write_taken_home(directory: Path) -> Paths:
    """A map of every scene and a log of one hole, their pictures of one pixel each."""
    paths: dict[str, list[Path]] = {"maps": [], "logs": [directory / "downhole/A.png"]}
    for name in SCENES:
        paths["maps"].append(directory / f"maps/{name}/map.png")
    for path in (*paths["maps"], *paths["logs"]):
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (1, 1)).save(path)
    paths["absorption"] = _write_features(directory)
    paths["effects"] = _write_effects(directory)
    paths["composites"] = [_write_composite(directory, hole) for hole in sorted(set(SCENES.values()))]
    for path in paths["maps"]:
        files = {path.name: hashlib.sha256(path.read_bytes()).hexdigest()}
        facts = {"novel_share": 0.015, "smoothing": "none", "confusion": TESTED.get(path.parent.name), "files": files}
        write_json(path.with_name("map.json"), facts)
    return paths


def _write_composite(directory: Path, hole: str) -> Path:
    """Two intervals of a hole, and its picture of one pixel."""
    path = directory / f"downhole/composites/{hole}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    shares = {CLASS_NAMES[0]: (0.5, 0.1), CLASS_NAMES[1]: (0.5, 0.1), CLASS_NAMES[2]: (0.0, 0.8)}
    head = {"HoleID": hole, "From": (10.0, 11.0), "To": (11.0, 12.0), "Core": (0.25, 0.75), "none_of_the_known": 0.02}
    write_table(path, pd.DataFrame(head | {f"share_{name}": share for name, share in shares.items()}))
    Image.new("RGB", (1, 1)).save(path.with_suffix(".png"))
    return path


def _write_effects(directory: Path) -> list[Path]:
    """What cleaning mended: the smile of every scene, and stripes."""
    across = np.linspace(-1, 1, SAMPLES)
    for number, name in enumerate(SCENES):
        steps = [
            {
                "name": "stripes",
                "found": "9 of 240 detector elements differ from their neighbours",
                "changed": 0.081,
                "change": 0.004,
            },
            {"name": "smile", "found": "bands lie up to 0.80 bands apart: undone", "changed": 0.93, "change": 0.02},
        ]
        curves = {"smile": (0.8 + 0.1 * number) * across**2, "stripes": np.where(across == across[3], 0.05, 0.0)}
        of_scene = {"scene": name, "steps": steps, "curves": {key: values.tolist() for key, values in curves.items()}}
        write_json(directory / "cleaning" / f"{name}.json", of_scene)
    return [directory / "cleaning" / f"{name}.json" for name in SCENES]


def _write_features(directory: Path) -> list[Path]:
    """Absorption features of two scenes; the sensor of the third sees no window."""
    for name in SCENES:
        seen = None if name == "deep" else np.linspace(2000, 2300, 40)
        plan = plan_for(FeaturesConfig(), seen, where=name)
        random = np.random.default_rng(len(name))
        values = random.uniform(0, 1, (len(plan.names), LINES, SAMPLES)).astype(np.float32)
        for place, value in enumerate(plan.names):
            if value.endswith("_position_nm"):
                values[place] = random.normal(2200, 10, (LINES, SAMPLES))
        write_features(directory / "features" / name, values, plan, ground=Ground(), scene=name)
    return [directory / "features" / name / "features.json" for name in SCENES]


def _write_evaluation(directory: Path, table: pd.DataFrame, *, method: str) -> Paths:
    """The predictions of each run, and their scores."""
    paths = []
    for (name, features, per_class, seed), run in table.groupby(["method", "features", "per_class", "seed"]):
        paths.append(directory / f"predictions/main/inductive/{name}/{features}/{per_class}/{seed}.parquet")
        paths[-1].parent.mkdir(parents=True, exist_ok=True)
        write_table(paths[-1], run.reset_index(drop=True))
    where = Where(MAIN, method, INDUCTIVE)
    scored = evaluate(by_method(paths), where=where, class_names=CLASS_NAMES, seed=3, resamples=50)
    write_scored(directory / "evaluation/main/inductive", scored)
    return {"predictions": paths, "scores": [directory / "evaluation/main/inductive"]}
