"""Autoencoders of several views of a spectrum as one M1: q(z|x) = prod_v q(z_v|x_v), p(x|z) = prod_v p(x_v|z_v).

A latent belongs to one view, and the bounds on log p(x_v) add up, so that the joined model is used like any M1. Each
view keeps its own networks, saved as ``view0/q_z_mean/bias``. The scale of p(x|z) covers all columns.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from semispectral.inference.nets import Network, Parallel

Saved = tuple[dict[str, np.ndarray], dict[str, Any]]


def join(parts: Sequence[Saved]) -> Saved:
    """Join the autoencoders of several views to one M1 of all columns, in the order of the views.

    ``best_epoch`` and ``epochs`` of the joined model are those of the first view: each view was trained on its own.

    Parameters
    ----------
    parts : arrays and description of each view's M1, with the same settings.

    Returns
    -------
    Arrays and description of an M1 whose live latents are those of the first view, then of the second, and so on. A
    single view is returned as it is.
    """
    if len(parts) == 1:
        return parts[0]
    first = parts[0][1]
    settings, views = first["settings"], len(parts)
    wider = {"latents": views * settings["latents"]}
    wider["net"] = settings["net"] | {"hidden": [views * width for width in settings["net"]["hidden"]]}
    description = first | {"settings": settings | wider, "views": [part["bands"] for _, part in parts]}
    description["bands"] = sum(description["views"])
    description["live"] = [
        place * settings["latents"] + latent for place, (_, part) in enumerate(parts) for latent in part["live"]
    ]
    for name in ("latent_std", "error"):
        if name in first:
            description[name] = [value for _, part in parts for value in part[name]]
    for name in ("best_score", "restarts"):
        if name in first:
            description[name] = sum(part[name] for _, part in parts)
    return _joined([arrays for arrays, _ in parts]), description


def _joined(parts: Sequence[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Return networks by view, and the likelihood over the columns of all views."""
    shared = [name for name in parts[0] if name.startswith("likelihood/")]
    arrays = {name: np.concatenate([part[name] for part in parts]) for name in shared}
    for place, part in enumerate(parts):
        arrays |= {f"view{place}/{name}": array for name, array in part.items() if name not in shared}
    return arrays


def autoencoder(
    arrays: dict[str, np.ndarray], description: dict[str, Any]
) -> tuple[Network | Parallel, Network | Parallel]:
    """Return encoder and decoder of an M1, of one view or joined.

    Parameters
    ----------
    arrays : arrays of the model, by name.
    description : description of the model.
    """
    settings = description["settings"]
    activation = settings["net"]["activation"]
    if "q_z_mean/bias" in arrays:
        return Network(arrays, "q_z", activation), Network(arrays, "p_x", activation)
    views = description["views"]
    encoders, decoders = (
        [Network(arrays, f"view{place}/{name}", activation) for place in range(len(views))] for name in ("q_z", "p_x")
    )
    return Parallel(encoders, views), Parallel(decoders, [settings["latents"] // len(views)] * len(views))
