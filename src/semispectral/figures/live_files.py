"""Choose the folder and the inputs of the pictures during training. No result depends on them."""

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
    """Return a function that draws a model's pictures.

    They go to ``<results>/pictures``, under the path of the model in ``<results>``.

    Parameters
    ----------
    directory : directory of the model, which stays empty until the model is saved.
    results : folder of all results.
    seed : seed of the draws.
    scaler : directory of the scaler of the spectra: that of M1, or of M2 on bands.
    examples : float32 [spectrum, column], normalised spectra for M1 to reconstruct.
    names : names of all classes, for M2.
    m1 : directory of the M1 whose latents M2 is trained on; empty on bands.
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
