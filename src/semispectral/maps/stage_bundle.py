"""The stage `bundle`: the trained model that maps new scans."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from semispectral.inference.average import joined
from semispectral.maps.bundle_build import Recipe, build_bundle, checksums, write_bundle
from semispectral.maps.bundle_check import Saved
from semispectral.scans.cube import Pixels
from semispectral.spectra.scaling import Scaler
from semispectral.spectra.shards import read_shard
from semispectral.storage.model_files import load_model
from semispectral.storage.parquet import read_table
from semispectral.storage.provenance import VOLATILE
from semispectral.study.classes import ClassMap, read_classes
from semispectral.study.methods import MNF
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
    models["classifier"] = classifier_of([Path(path) for path in classifiers], models["scaler"], weights)
    bundle = build_bundle(
        models,
        Pixels.concat([read_shard(Path(path)) for path in samples]),
        read_table(labels_file),
        classes=ClassMap.from_codes(read_classes(Path(known_file)).codes),
        recipe=settings(Recipe, recipe, where="map"),
        facts={**facts, "config": config, "inputs": checksums([str(path) for path in (*samples, labels_file)])},
    )
    write_bundle(Path(directory), bundle, models)


def classifier_of(directories: Sequence[Path], scaler: Saved, weights: Sequence[float]) -> Saved:
    """Return the classifier of a folder, or the average of those of several, as it is saved.

    A member on MNF components sees the noise scores beside the latents, in units of the noise.

    Parameters
    ----------
    directories : folders ``METHOD/FEATURES/LABELS_PER_CLASS/SEED``.
    scaler : the components, arrays and description; used for members on them alone.
    weights : how much each of them counts; empty: all count the same.
    """
    if len(directories) == 1:
        return load_model(directories[0])
    members, scales = {}, {}
    for directory in directories:
        method, features = directory.parts[-4:-2]
        arrays, description = load_model(directory)
        members[method] = arrays, {key: value for key, value in description.items() if key not in VOLATILE}
        if features == MNF:
            scales[method] = Scaler.from_saved(*scaler).common_scale
    return joined(members, scales, dict(zip(members, weights, strict=True)) if weights else None)
