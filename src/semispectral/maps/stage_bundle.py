"""The stage `bundle`: the trained model that maps new scans."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from semispectral.errors import DataError
from semispectral.inference.average import SILENT, WEIGHT, saved_average
from semispectral.inference.feature_names import HULL, LATENTS_MNF, MNF
from semispectral.maps.bundle_build import Recipe, build_bundle, checksums, write_bundle
from semispectral.maps.bundle_check import Saved
from semispectral.scans.cube import Pixels
from semispectral.spectra.scaling import Scaler
from semispectral.spectra.shards import read_shard
from semispectral.storage.model_files import load_model
from semispectral.storage.parquet import read_table
from semispectral.storage.provenance import VOLATILE
from semispectral.study.classes import ClassMap, read_classes
from semispectral.study.stage_settings import settings


def run_bundle(
    directory: str | Path,
    *,
    parts: Mapping[str, str | Path],
    classifiers: Sequence[str | Path],
    samples: Sequence[str | Path],
    labels_file: str | Path,
    known_file: str | Path,
    cfg: str,
) -> None:
    """Put the trained models and what a scan needs into one folder. Classes are known by their codes.

    Nothing of the test part is in it: the stage `pack` adds the scores.

    Parameters
    ----------
    directory : str or Path
        Folder to write.
    parts : mapping of str to str or Path
        Folders of the scalers, of M1 and of what knows the tray, by their names in `semispectral.maps.bundle.PARTS`.
    classifiers : sequence of str or Path
        Folder of the classifier, ``METHOD/FEATURES/LABELS_PER_CLASS/SEED``; folders of several whose average makes the
        maps.
    samples : sequence of str or Path
        Cleaned sample of every scene that is learnt from.
    labels_file : str or Path
        Labels that the classifier saw.
    known_file : str or Path
        Classes that can be learnt, classes.json.
    cfg : str
        JSON of ``recipe`` (which model makes the maps), ``weights`` (how much each classifier counts; empty: all count
        the same), ``facts`` (scale and references of the training scans, the
        method in words), and of the sections that the model was trained with.
    """
    config = json.loads(cfg)
    recipe = config.pop("recipe")
    facts, weights = config.pop("facts"), config.pop("weights")
    models = {name: load_model(Path(path)) for name, path in parts.items()}
    if "tray" in models and not models["tray"][1]["used"]:
        del models["tray"]  # it cannot be told from core: the model does not know it, and says so
    models["classifier"] = classifier_of([Path(path) for path in classifiers], models, weights)
    if not any(name.endswith(f"-{HULL}") for name in models["classifier"][1].get("members", ())):
        models.pop("scaler_hull", None)  # no member sees the quotients: they are not computed for nothing
    bundle = build_bundle(
        models,
        Pixels.concat([read_shard(Path(path)) for path in samples]),
        read_table(labels_file),
        classes=ClassMap.from_codes(read_classes(Path(known_file)).codes),
        recipe=settings(Recipe, recipe, where="map"),
        facts={**facts, "config": config, "inputs": checksums([str(path) for path in (*samples, labels_file)])},
    )
    write_bundle(Path(directory), bundle, models)


def classifier_of(directories: Sequence[Path], parts: Mapping[str, Saved], weights: Sequence[float]) -> Saved:
    """Return the classifier of a folder, or the average of those of several, as it is saved.

    Inputs of an average are latents, noise scores and hull quotients, side by side. A member on MNF components sees the
    noise scores, in units of the noise; one that was given nothing to see is left out.

    Parameters
    ----------
    directories : folders ``METHOD/FEATURES/LABELS_PER_CLASS/SEED``.
    parts : arrays and description of M1 and of the scales, by their names in `semispectral.maps.bundle.PARTS`; used for
        an average.
    weights : how much each of them counts; empty: all count the same. One that says itself how much counts as much.
    """
    if len(directories) == 1:
        saved = load_model(directories[0])
        if saved[1]["kind"] == SILENT:
            raise DataError(
                f"{directories[0]}: a classifier that makes maps is needed, and no sensor sees the windows of the hull "
                "quotients (normalise.windows); set map.method and map.features to another, or other windows"
            )
        return saved
    scaler = Scaler.from_saved(*parts["scaler"])
    latents = len(parts["m1"][1]["live"])
    scores = latents + scaler.columns
    quotients = scores + (Scaler.from_saved(*parts["scaler_hull"]).columns if "scaler_hull" in parts else 0)
    seen = {LATENTS_MNF: (0, scores), MNF: (latents, scores), HULL: (scores, quotients)}
    members, inputs, counted = {}, {}, {}
    for directory, weight in zip(directories, weights or [1.0] * len(directories), strict=True):
        method, features = directory.parts[-4:-2]
        arrays, description = load_model(directory)
        counts = description.get(WEIGHT, weight)
        if description["kind"] == SILENT or not counts:
            continue
        name = f"{method}-{HULL}" if features == HULL else method  # beside one of that method on other features
        members[name] = arrays, {key: value for key, value in description.items() if key not in VOLATILE}
        inputs[name], counted[name] = seen[features], counts
    scales = {name: scaler.common_scale for name, span in inputs.items() if span == seen[MNF]}
    return saved_average(members, inputs=inputs, scales=scales, weights=counted if weights else None)
