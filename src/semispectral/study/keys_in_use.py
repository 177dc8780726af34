"""Which keys of the configuration act, given what is switched on: those of a step that is off must rerun nothing.

Each function takes a section and gives what of it a stage depends on. A key that is left out has its default there,
which changes nothing, for nobody reads it.
"""

from collections.abc import Collection, Mapping
from typing import Any

from semispectral.study.methods import first_row

Section = Mapping[str, Any]

OF_STEP: dict[str, tuple[str, ...]] = {
    "references": ("white_reflectance",),
    "scale": (),
    "drop_bands": (),
    "dead_columns": (),
    "spikes": ("spike_threshold",),
    "resample": ("resample_nm",),
    "savitzky_golay": ("window", "order", "derivative"),
    "continuum": (),
}
ALWAYS = ("references", "steps", "bad_bands", "bad_ranges_nm", "header_bad_bands")  # of the cleaning
OF_MASK: dict[str, tuple[str, ...]] = {
    "none": (),
    "threshold": ("darker_than", "smallest", "holes"),
    "otsu": ("smallest", "holes"),
}
OF_SMOOTHING: dict[str, tuple[str, ...]] = {"none": (), "guided": ("radius", "epsilon")}
DEALT_IN_BLOCKS = ("block_lines", "block_samples", "guard")
OF_SPLIT: dict[str, tuple[str, ...]] = {
    "groups": ("test_groups", "test_share", "valid_share", *DEALT_IN_BLOCKS),
    "blocks": ("test_share", "valid_share", *DEALT_IN_BLOCKS),
    "leaky": ("test_share", "valid_share"),
    "whole": (),
}


def _only(section: Section, keys: Collection[str]) -> dict[str, Any]:
    return {key: value for key, value in section.items() if key in keys}


def cleaning(section: Section) -> dict[str, Any]:
    """The section ``cleaning``: the steps, the keys of those that are taken, and the bands that are left out."""
    steps = [*section["steps"], *(["references"] if section["references"] == "named" else [])]
    return _only(section, {*ALWAYS, *(key for step in steps for key in OF_STEP.get(step, ()))})


def mask(section: Section) -> dict[str, Any]:
    """The section ``mask``: the method, and its own keys."""
    return _only(section, {"method", *OF_MASK[section["method"]]})


def smoothing(section: Section) -> dict[str, Any]:
    """Of the section ``map``, how probabilities are smoothed."""
    return _only(section, {"smoothing", *OF_SMOOTHING[section["smoothing"]]})


def split(section: Section) -> dict[str, Any]:
    """The section ``split``, or a row of the benchmark's splits: the method, its seed, its own keys.

    Where holes to test on are named, or dealt to folds, no share of them is drawn: it is 0, so that what is left to
    train on is what the other shares leave.
    """
    used = _only(section, {"name", "method", "seed", "folds", *OF_SPLIT[section["method"]]})
    if used.get("folds"):
        used.pop("test_groups", None)
    if section["method"] == "groups" and (used.get("folds") or used.get("test_groups")):
        used["test_share"] = 0
    return used


def quotas(section: Section) -> dict[str, Any]:
    """Of the section ``sample``, how many pixels are drawn."""
    return _only(section, ("seed", "cap_per_class", "unlabelled"))


def drawing(section: Section) -> dict[str, Any]:
    """Of the section ``sample``, which pixels are drawn."""
    return _only(section, ("seed", "clusters", "drop_saturated"))


def control(method: str, *, controls: Section, svm: Section) -> dict[str, Any]:
    """The keys of the sections ``controls`` and ``svm`` that a control uses, as these two sections."""
    own, shared = first_row(method).keys
    return {"controls": _only(controls, own), "svm": _only(svm, shared)}
