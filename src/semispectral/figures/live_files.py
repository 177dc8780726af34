"""Where the pictures of a training run go, and what they need. Drawn as training goes; no result depends on them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from semispectral.figures.live import Picture, training_picture
from semispectral.figures.units import scale_of
from semispectral.inference.m1_inference import M1Inference
from semispectral.spectra.scaling import read_scaler
from semispectral.storage.model_files import load_model

NO_EXAMPLES = np.zeros((0, 1), np.float32)


def pictures_of(
    directory: Path,
    *,
    results: Path,
    seed: int,
    scaler: str | Path,
    examples: np.ndarray = NO_EXAMPLES,
    names: Sequence[str] = (),
    m1: Sequence[str | Path] = (),
) -> Picture:
    """Draw a model's pictures into ``<results>/pictures``, under the same path as the model has in ``<results>``.

    Parameters
    ----------
    directory : the model's own directory, which stays empty until the model is saved.
    results : the folder of all results.
    seed : of the draws.
    scaler : the directory of the scale of the spectra that are drawn: of those that M1 sees, or that M2 sees on bands.
    examples : float32 [spectrum, column], for M1 to reconstruct.
    names : of all classes, for M2.
    m1 : the directory of the M1 on whose latents an M2 is trained; empty on bands.
    """
    first = [M1Inference(*load_model(Path(path))) for path in m1][:1]
    return training_picture(
        results / "pictures" / directory.relative_to(results),
        seed=seed,
        examples=examples,
        scale=scale_of(read_scaler(scaler), None),
        names=names,
        m1=first[0] if first else None,
    )
