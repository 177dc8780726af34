"""Labels for the neighbours of labelled pixels: rock, and a field, is mostly the same one pixel further."""

import logging

import numpy as np
import pandas as pd

from semispectral.sampling.share_labels import share_columns
from semispectral.sampling.training_set import KEY, Features, TrainingSet

log = logging.getLogger(__name__)

TAKEN = "taken"  # column that marks the neighbours, once there are any: nobody labelled them
BESIDE = [(line, sample) for line in (-1, 0, 1) for sample in (-1, 0, 1) if line or sample]


def with_neighbours(data: TrainingSet) -> TrainingSet:
    """Return the set whose labelled pixels have the unlabelled ones beside them with them, as of their class.

    Only pixels of the unlabelled draw are taken, which are of the training part: no pixel of another part is looked at.
    They stay among the unlabelled ones, too. The validation labels are as they were, and pixels whose label is shares
    of several classes say nothing of their neighbours. Without places nothing is added.

    Parameters
    ----------
    data : labelled, unlabelled and validation pixels.
    """
    placed = [set(KEY) <= set(part.table.columns) for part in (data.labelled, data.unlabelled)]
    if not all(placed):
        return data
    shares = share_columns(data.labelled)
    of_one_class = ~np.isfinite(shares).any(axis=1)
    label = neighbour_labels(data.labelled.table[of_one_class], data.unlabelled.table)
    found = label >= 0
    if not found.any():
        return data
    beside = data.unlabelled.where(found).loaded()
    beside = Features(beside.mean, beside.std, beside.table.assign(label=label[found]).assign(**{TAKEN: True}))
    log.info("%d pixels beside the %d labelled ones are taken for their class", len(beside), len(data.labelled))
    return TrainingSet(data.labelled.joined(beside), data.unlabelled, data.valid)


def given_labels(labelled: Features) -> np.ndarray:
    """Return the labels that people gave, without those of neighbours, int [pixel].

    Parameters
    ----------
    labelled : labelled pixels, with or without their neighbours.
    """
    if TAKEN not in labelled.table.columns:
        return labelled.label
    return np.asarray(labelled.label[~labelled.table[TAKEN].eq(True).to_numpy()])


def neighbour_labels(labelled: pd.DataFrame, others: pd.DataFrame) -> np.ndarray:
    """Return the label that each pixel has from labelled neighbours, int16 [pixel]; -1: from none, or several labels.

    The neighbours of a pixel are the eight around it in its scene. A pixel that has a label itself gets none.

    Parameters
    ----------
    labelled : scene, line, sample and label of labelled pixels.
    others : scene, line and sample of other pixels.
    """
    places = labelled[[*KEY, "label"]].astype({"scene": str})
    shifted = [places.assign(line=places["line"] + line, sample=places["sample"] + sample) for line, sample in BESIDE]
    around = pd.concat(shifted).groupby(KEY)["label"].agg(["min", "max"])
    own = around.index.isin(pd.MultiIndex.from_frame(places[KEY]))
    agreed = around.loc[(around["min"] == around["max"]) & ~own, "min"]
    asked = pd.MultiIndex.from_frame(others[KEY].astype({"scene": str}))
    return agreed.reindex(asked).fillna(-1).to_numpy(np.int16)
