"""The stage `bundle`: the trained model that maps new scans."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from semispectral.maps.bundle_build import Recipe, build_bundle, checksums, write_bundle
from semispectral.scans.cube import Pixels
from semispectral.spectra.shards import read_shard
from semispectral.storage.model_files import load_model
from semispectral.storage.parquet import read_table
from semispectral.study.classes import ClassMap, read_classes
from semispectral.study.stage_settings import settings


def run_bundle(
    directory: str | Path,
    *,
    parts: Mapping[str, str | Path],
    samples: Sequence[str | Path],
    labels_file: str | Path,
    predictions_file: str | Path,
    known_file: str | Path,
    cfg: str,
) -> None:
    """Put the trained models and what a scan needs into one folder. Classes are known by their codes.

    Parameters
    ----------
    directory : str or Path
        Folder to write.
    parts : mapping of str to str or Path
        Folders of the saved models by their names in `semispectral.maps.bundle.PARTS`.
    samples : sequence of str or Path
        Cleaned sample of every scene.
    labels_file : str or Path
        Labels that the classifier saw.
    predictions_file : str or Path
        Predictions of the classifier.
    known_file : str or Path
        Classes of the split, classes.json.
    cfg : str
        JSON of ``recipe`` (which model makes the maps), ``facts`` (scale and references of the training scans, the
        method in words), and of the sections that the model was trained with.
    """
    config = json.loads(cfg)
    recipe = config.pop("recipe")
    facts = config.pop("facts")
    models = {name: load_model(Path(path)) for name, path in parts.items()}
    bundle = build_bundle(
        models,
        Pixels.concat([read_shard(Path(path)) for path in samples]),
        read_table(labels_file),
        read_table(predictions_file),
        classes=ClassMap.from_codes(read_classes(Path(known_file)).codes),
        recipe=settings(Recipe, recipe, where="map"),
        facts={**facts, "config": config, "inputs": checksums([str(path) for path in (*samples, labels_file)])},
    )
    write_bundle(Path(directory), bundle, models)
