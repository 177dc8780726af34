"""Select the keys of the configuration that have an effect, so that a key of a disabled step reruns nothing.

Each function takes a section and returns the part that a stage depends on. A key that is left out keeps its default
there, which has no effect, since nothing reads it.
"""

from collections.abc import Collection, Mapping
from typing import Any

from semispectral.study.cleaning_steps import CLEANING_STEPS

Section = Mapping[str, Any]

ALWAYS = ("references", "steps", "bad_bands", "bad_ranges_nm", "header_bad_bands")  # of the cleaning
OF_MASK: dict[str, tuple[str, ...]] = {
    "none": (),
    "threshold": ("darker_than", "smallest", "holes"),
    "otsu": ("smallest", "holes"),
    "spectra": ("smallest", "holes"),
}
OF_SMOOTHING: dict[str, tuple[str, ...]] = {"none": (), "guided": ("radius", "epsilon")}
OF_NORMALISE: dict[str, tuple[str, ...]] = {
    "hull": ("windows",),
    "views_hull": ("windows",),
    "auto": ("windows",),
    "mnf": ("mnf_components",),
}
CANDIDATES = {"method": "candidates", "m1_method": "m1_candidates"}  # of auto, by the key that may say so
WITH_NOISE = ("mnf", "views_noise")  # normalisations that need the noise covariance
DEALT_IN_BLOCKS = ("block_lines", "block_samples", "buffer")
OF_SPLIT: dict[str, tuple[str, ...]] = {
    "groups": ("test_groups", "test_share", "valid_share", *DEALT_IN_BLOCKS),
    "blocks": ("test_share", "valid_share", *DEALT_IN_BLOCKS),
    "leaky": ("test_share", "valid_share"),
}


def _only(section: Section, keys: Collection[str]) -> dict[str, Any]:
    return {key: value for key, value in section.items() if key in keys}


def cleaning(section: Section) -> dict[str, Any]:
    """Return the section ``cleaning``: the steps, the keys of the enabled steps, and the bands to leave out.

    Parameters
    ----------
    section : mapping, section of the configuration.
    """
    steps = [*section["steps"], *(["references"] if section["references"] == "named" else [])]
    own = section.get("sensors", {})
    if own:
        return dict(section)
    rows = (CLEANING_STEPS[step] for step in steps if step in CLEANING_STEPS)
    return _only(section, {*ALWAYS, *(key for row in rows for key in row.keys)})


def mask(section: Section) -> dict[str, Any]:
    """Return the section ``mask``: the method and its keys.

    Parameters
    ----------
    section : mapping, section of the configuration.
    """
    return _only(section, {"method", *OF_MASK[section["method"]]})


def smoothing(section: Section) -> dict[str, Any]:
    """Return the part of the section ``map`` that smooths probabilities.

    Parameters
    ----------
    section : mapping, section of the configuration.
    """
    return _only(section, {"smoothing", *OF_SMOOTHING[section["smoothing"]]})


def normalise(section: Section, key: str) -> dict[str, Any]:
    """Return the part of the section ``normalise`` that makes one scale: its method, and what that uses.

    Parameters
    ----------
    section : mapping, section of the configuration.
    key : str, ``method``, ``m1_method``, ``mnf`` or ``hull``.
    """
    method = section.get(key, key)  # MNF and hull quotients have scales of their own, whatever the others are
    used = {"method": method, **_only(section, OF_NORMALISE.get(method, ()))}
    if method == "auto":
        used["candidates"] = section[CANDIDATES[key]]
    if key == "hull":  # nobody asked for it by name: where no sensor sees a window, it is left out
        used["optional_windows"] = True
    return used


def split(section: Section) -> dict[str, Any]:
    """Return the section ``split``, or a row of the benchmark's splits: the method, its seed and its keys.

    Where test holes are named, or divided into folds, no share of holes is drawn: the share is 0, so that the share to
    train on is what the other shares leave.

    Parameters
    ----------
    section : mapping, section of the configuration.
    """
    used = _only(section, {"name", "method", "seed", "folds", *OF_SPLIT[section["method"]]})
    if used.get("folds"):
        used.pop("test_groups", None)
    if section["method"] == "groups" and (used.get("folds") or used.get("test_groups")):
        used["test_share"] = 0
    return used


def names_test_holes(section: Section) -> bool:
    """Return whether the configuration names the holes that are tested.

    Parameters
    ----------
    section : mapping, section ``split``.
    """
    return section["method"] == "groups" and bool(section.get("test_groups"))


def labels_decide(section: Section) -> bool:
    """Return whether the labels decide which pixels a split tests: not if holes are named, nor if pixels are random.

    Parameters
    ----------
    section : mapping, section ``split``, or a row of the benchmark's splits.
    """
    named = section["method"] == "groups" and (section.get("test_groups") or section.get("folds"))
    return section["method"] != "leaky" and not named


def quotas(section: Section) -> dict[str, Any]:
    """Return the part of the section ``sample`` that sets how many pixels a split takes.

    Parameters
    ----------
    section : mapping, section of the configuration.
    """
    return _only(section, ("cap_per_class", "unlabelled"))


def drawing(section: Section, kind: str) -> dict[str, Any]:
    """Return the part of the section ``sample`` that sets which pixels of a scene are drawn.

    Parameters
    ----------
    section : mapping, section of the configuration.
    kind : str, "unlabelled" or "labelled".
    """
    own = {"unlabelled": ("unlabelled_per_scene", "clusters"), "labelled": ("class_per_scene",)}[kind]
    return _only(section, ("seed", "drop_saturated", *own))
