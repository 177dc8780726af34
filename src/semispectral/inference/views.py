"""Autoencoders of several views of the spectrum as one M1: q(z|x) = prod_v q(z_v|x_v), p(x|z) = prod_v p(x_v|z_v).

Their weights stand as blocks on the diagonal of the joined model's, so that whatever knows M1 knows it: a latent
belongs to one view, the bounds on log p(x_v) add up, and nothing else needs to know of views.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.linalg import block_diag

Saved = tuple[dict[str, np.ndarray], dict[str, Any]]


def join(parts: Sequence[Saved]) -> Saved:
    """One M1 of the columns of all views, in their order.

    Parameters
    ----------
    parts : arrays and description of each view's M1, as `weights.load_model` gives them; the same settings.

    Returns
    -------
    Arrays and description of an M1 whose live latents are those of the first view, then of the second, and so on.
    """
    first = parts[0][1]
    settings, views = first["settings"], len(parts)
    arrays = {name: _joined([arrays[name] for arrays, _ in parts]) for name in parts[0][0]}
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
    for name in ("best_score", "restarts", "seconds"):
        if name in first:
            description[name] = sum(part[name] for _, part in parts)
    return arrays, description


def _joined(blocks: Sequence[np.ndarray]) -> np.ndarray:
    """Kernels as blocks on the diagonal, vectors behind each other."""
    return np.asarray(block_diag(*blocks) if blocks[0].ndim == 2 else np.concatenate(blocks), np.float32)
