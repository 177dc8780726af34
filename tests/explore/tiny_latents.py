"""Latents of a small study: blobs that are known, in two scenes of two holes, with two latents that say nothing."""

import numpy as np
import pandas as pd

from semispectral.scans.cube import Latents

BLOBS, EACH, LATENTS = 5, 60, 4


def tiny_latents(*, seed: int, labelled: tuple[int, ...] = ()) -> tuple[Latents, np.ndarray]:
    """q(z|x) of the pixels, and the blob that each is of; every fifth pixel of some blobs has a label."""
    random = np.random.default_rng(seed)
    blob = np.repeat(np.arange(BLOBS), EACH)
    angle = 2 * np.pi * blob / BLOBS
    middle = 3 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    says = middle + random.normal(0, 0.15, (len(blob), 2))
    mean = np.concatenate([says, random.normal(0, 0.1, (len(blob), 2))], axis=1).astype(np.float32)
    log_variance = np.tile(np.log(np.array([0.01, 0.01, 1.0, 1.0], np.float32)), (len(blob), 1))
    number = np.arange(len(blob))
    second = number % 2 == 1
    table = pd.DataFrame(
        {
            "scene": np.where(second, "B_1", "A_1"),
            "hole": np.where(second, "B", "A"),
            "line": number // 10,
            "sample": number % 10,
            "code": 0,
            "label": np.where(np.isin(blob, labelled) & (number % 5 == 0), blob, -1),
            "part": "train",
        }
    )
    return Latents(mean, log_variance, table), blob
