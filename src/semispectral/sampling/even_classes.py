"""Even out classes with unequal numbers of labels, so that p(x|y) is as broad in one as in another.

M2 learns p(x|y) of a class from its labelled pixels first. That of a class with two labels fits these two alone; that
of a class with forty spreads over the class. Of the unlabelled pixels of both, the broad class then has the higher
bound, and q(y|x) gives it more with every step, until the other class has none.
"""

import numpy as np

from semispectral.sampling.training_set import Features


def unequal(label: np.ndarray) -> bool:
    """Return whether some classes have more labels than others.

    Parameters
    ----------
    label : int [pixel], labels; there may be none.
    """
    _, counts = np.unique(label, return_counts=True)
    return bool(np.ptp(counts)) if len(counts) else False


def evened(labelled: Features, others: Features, probability: np.ndarray, *, given: np.ndarray, seed: int) -> Features:
    """Return the labelled pixels and, of each class with fewer than the most, some that are probably of it.

    They are drawn from the pixels to which q(y|x) gives the class: as many as the class has fewer labels than the one
    with the most, as far as there are such pixels. They count in the labelled bound alone: -log q(y|x) is that of the
    labels.

    Parameters
    ----------
    labelled : pixels with labels.
    others : pixels without.
    probability : float32 [other pixel, class], q(y|x) that was trained on the labels alone.
    given : int [pixel], the labels by which classes are compared: those that people gave, without their neighbours.
    seed : seed of the draw.
    """
    random = np.random.default_rng(seed)
    classes, counts = np.unique(given, return_counts=True)
    probable = probability.argmax(axis=1)
    rows = [
        random.permutation(np.flatnonzero(probable == each))[: counts.max() - count]
        for each, count in zip(classes, counts, strict=True)
    ]
    chosen = np.concatenate(rows)
    table = others.table.iloc[chosen].assign(label=probable[chosen].astype(np.int16))
    return labelled.joined(Features(others.mean[chosen], others.std[chosen], table))
