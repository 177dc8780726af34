"""Set how many pixels of the pool each scene gives to each class and part: capped, and shared by water-filling."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from semispectral.pool.sample_settings import SampleConfig
from semispectral.sampling.quota_files import COLUMNS
from semispectral.sampling.split import LabelRaster, LabelsMade
from semispectral.scans.cube import PARTS
from semispectral.study.classes import UNLABELLED, ClassMap

HELD_OUT_SHARE = 10  # one unlabelled pixel in valid and in test for each ten in train
CONSEQUENCE = {
    "train": "nothing can be learnt",
    "valid": "training cannot stop early and probabilities cannot be calibrated",
    "test": "nothing can be scored",
}
WITHOUT = {"valid": "its training is not watched", "test": "it cannot be scored"}


def water_fill(available: Mapping[str, int], total: int) -> dict[str, int]:
    """Divide a total as evenly as the available amounts allow: small ones are used up, the others give the same.

    Parameters
    ----------
    available : largest share of each unit, by name.
    total : int, total to divide.

    Returns
    -------
    Shares that add up to ``min(total, all available)``; a remainder goes to the units with the most.
    """
    shares = {}
    left = min(total, sum(available.values()))
    smallest_first = sorted(available, key=lambda name: (available[name], name))
    for done, name in enumerate(smallest_first):
        shares[name] = min(available[name], left // (len(available) - done))
        left -= shares[name]
    return shares


def available_pixels(
    rasters: Iterable[LabelRaster | LabelsMade], parts: Mapping[str, np.ndarray], *, classes: int
) -> pd.DataFrame:
    """Count the pixels of every scene, label and part.

    Parameters
    ----------
    rasters : labels of the scenes.
    parts : parts by scene, uint8 [line, sample].
    classes : int, number of classes.

    Returns
    -------
    DataFrame with the columns scene, hole, label, part, available.
    """
    rows = []
    for raster in rasters:
        label, part_of = raster.label, parts[raster.scene]
        used = (part_of > 0) & (label >= UNLABELLED)
        cell = (label[used].astype(np.int64) - UNLABELLED) * len(PARTS) + part_of[used] - 1
        counts = np.bincount(cell, minlength=(classes + 1) * len(PARTS)).reshape(-1, len(PARTS))
        for number, row in enumerate(counts, start=UNLABELLED):
            rows += [(raster.scene, raster.hole, number, part, int(n)) for part, n in zip(PARTS, row, strict=True)]
    table = pd.DataFrame(rows, columns=COLUMNS[:-2])
    return table.astype({"label": np.int16, "available": np.int64})


def expected_draw(available: pd.DataFrame, settings: SampleConfig) -> np.ndarray:
    """Return how many pixels of each row of `available_pixels` the pool is expected to hold, before it is drawn.

    Parameters
    ----------
    available : DataFrame, table of `available_pixels`.
    settings : SampleConfig, numbers of pixels to draw.

    Returns
    -------
    int64 [row].
    """
    # The unlabelled draw looks at no label: it may hold any pixel of the part.
    whole = available.groupby(["scene", "part"])["available"].transform("sum")
    pixels = available["available"].where(available["label"] != UNLABELLED, whole)
    most = np.where(available["label"] == UNLABELLED, settings.unlabelled_per_scene, settings.class_per_scene)
    in_scene = pixels.groupby([available["scene"], available["label"]]).transform("sum")
    share = np.minimum(1.0, most / in_scene.clip(lower=1).to_numpy())
    return np.asarray(np.round(pixels.to_numpy() * share), np.int64)


def share_quotas(pool: pd.DataFrame, settings: SampleConfig) -> pd.DataFrame:
    """Add the column quota; the result does not depend on the order of the rows.

    Each class gives at most `cap_per_class` pixels a part, shared over scenes; unlabelled pixels are shared over
    holes first, so that a hole of many scenes does not outweigh the others.

    Parameters
    ----------
    pool : DataFrame, columns scene, hole, label, part, and drawn: the pixels of the pool.
    settings : SampleConfig, numbers of pixels to take.
    """
    table = pool.assign(quota=np.int64(0)).reset_index(drop=True)
    for (label, part), rows in table.groupby(["label", "part"]):
        if label != UNLABELLED:
            table.loc[rows.index, "quota"] = _over(rows, "scene", settings.cap_per_class)
            continue
        total = settings.unlabelled if part == "train" else settings.unlabelled // HELD_OUT_SHARE
        of_hole = rows.groupby("hole")["drawn"].sum().reset_index()
        for hole, share in zip(of_hole["hole"], _over(of_hole, "hole", total), strict=True):
            scenes = rows[rows["hole"] == hole]
            table.loc[scenes.index, "quota"] = _over(scenes, "scene", share)
    return table


def _over(rows: pd.DataFrame, name: str, total: int) -> list[int]:
    """Return the shares of a total, one per row; the column `name` tells the rows apart."""
    shares = water_fill(dict(zip(rows[name], rows["drawn"].tolist(), strict=True)), total)
    return [shares[each] for each in rows[name]]


def class_warnings(quotas: pd.DataFrame, classes: ClassMap) -> tuple[str, ...]:
    """Return sentences about the classes that cannot be learnt, tested or validated.

    Parameters
    ----------
    quotas : DataFrame, table of `available_pixels`.
    classes : ClassMap, classes of the study.
    """
    labelled = quotas[(quotas["label"] >= 0) & (quotas["available"] > 0)]
    total = labelled.groupby(["label", "part"])["available"].sum().to_dict()
    watched = [part for part in PARTS if any(total.get((label, part)) for label in range(len(classes)))]
    found = [f"the {part} part has no labelled pixel: {CONSEQUENCE[part]}" for part in PARTS if part not in watched]
    for label in range(len(classes)):
        name = f"class {classes.names[label]} (code {classes.codes[label]})"
        found += _of_class(name, {part: int(total.get((label, part), 0)) for part in watched})
        holes = labelled.loc[labelled["label"] == label, "hole"].unique()
        if len(holes) == 1 and len(quotas["hole"].unique()) > 1:
            found.append(f"{name} is in hole {holes[0]} only: nothing says how well it is found in another hole")
    return tuple(found)


def _of_class(name: str, counts: Mapping[str, int]) -> list[str]:
    """Return the warnings on one class; counts are its pixels in each part that has labels at all."""
    present = [part for part, count in counts.items() if count]
    if not present:
        return [
            f"all labelled pixels of {name} lie in the buffer between the parts, so none can be used; "
            "use larger blocks or a smaller buffer"
        ]
    if "train" not in present:
        where = " and ".join(f"{part} ({counts[part]} pixels)" for part in present)
        return [f"{name} is only in {where}, not in train: it cannot be learnt, and every pixel of it will be wrong"]
    missing = [part for part in counts if part not in present]
    known = f"{counts['train']} pixel{'s' * (counts['train'] != 1)}"
    return [f"{name} has {known} in train and none in {part}: {WITHOUT[part]}" for part in missing]
