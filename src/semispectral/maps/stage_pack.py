"""The stage `pack`: the trained model as people take it elsewhere, with names and colours of its classes."""

import json
from dataclasses import replace
from pathlib import Path

from semispectral.maps.bundle import read_bundle
from semispectral.maps.bundle_build import write_bundle
from semispectral.storage.model_files import load_model
from semispectral.study.classes import ClassMap


def run_pack(directory: str | Path, *, model_directory: str | Path, cfg: str) -> None:
    """Copy a trained model, with names and colours of its classes, and write its card.

    Parameters
    ----------
    directory : str or Path
        Folder to write.
    model_directory : str or Path
        Trained model, as the stage `bundle` writes it: its classes are known by their codes.
    cfg : str
        JSON of ``classes``: codes, names and colours of all classes.
    """
    source = Path(model_directory)
    bundle = read_bundle(source)
    classes = ClassMap.from_dict(json.loads(cfg)["classes"]).in_order(bundle.classes.codes)
    parts = {name: load_model(source / name) for name in bundle.facts["parts"]}
    write_bundle(Path(directory), replace(bundle, classes=classes), parts)
