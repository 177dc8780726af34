"""Train M1: arrays in, a trained model out. The workflow's stage and the estimator both come here."""

import logging
from dataclasses import asdict
from typing import Any

import numpy as np

from semispectral.errors import DataError
from semispectral.inference.m1 import M1Inference
from semispectral.models.batches import blocks, evenly
from semispectral.models.fit import Fit
from semispectral.models.m1 import M1
from semispectral.models.m1_task import M1Task
from semispectral.models.run import Run, Trained, values_of
from semispectral.models.settings_m1 import M1Config
from semispectral.models.task import summary
from semispectral.stored import Rows

log = logging.getLogger(__name__)

MOST_ENCODED = 200_000  # pixels by which it is told which latents are live


def train_m1(x: Rows, valid: Rows, *, settings: M1Config, run: Run) -> Trained:
    """Train M1.

    Parameters
    ----------
    x : float32 [pixel, band], normalised spectra of the training part, labelled and not; in memory or stored.
    valid : float32 [pixel, band], of the validation part; may be empty.
    """
    lowest, highest = _range(x) if settings.likelihood == "bernoulli" else (0.0, 1.0)
    if lowest < 0 or highest > 1:
        raise DataError(
            f"m1.likelihood bernoulli needs spectra in [0, 1], got {lowest:.3g} to {highest:.3g}; "
            "set normalise.method to minmax or max, or m1.likelihood to gaussian"
        )
    model = M1(x.shape[1], settings, seed=run.seed)
    description: dict[str, Any] = {"kind": "m1", "bands": x.shape[1], "settings": asdict(settings), "seed": run.seed}
    description["live"] = list(range(settings.latents))

    def picture(epoch: int) -> None:
        run.picture(values_of(model.arrays()), description, epoch)

    task = M1Task(model, x, valid, settings, seed=run.seed)
    checkpoint = run.checkpoint("m1", settings, [x, valid])
    fit = Fit(task, settings.fit, seed=run.seed, checkpoint=checkpoint, on_evaluation=picture)
    history = fit.run()
    arrays = values_of(model.arrays())
    seen, judged = M1Inference(arrays, description), task.valid
    sample = evenly(len(x), MOST_ENCODED)
    spread = np.concatenate([seen.encode(x[sample[block]])[0] for block in blocks(len(sample))]).std(axis=0)
    error = np.sqrt(np.mean((judged - seen.decode(seen.encode(judged)[0])) ** 2, axis=0))
    live = np.flatnonzero(spread > settings.dead_std).tolist()
    log.info("%d of %d latents are live", len(live), settings.latents)
    if settings.likelihood == "bernoulli":
        log.warning(
            "p(x|z) is Bernoulli: its implied variance hides most of a reflectance spectrum, and %d of %d latents are "
            "live; for reflectance set m1.likelihood to gaussian",
            len(live),
            settings.latents,
        )
    if not live:
        raise DataError(
            f"every latent of M1 died (posterior means vary less than {settings.dead_std}): train longer, "
            "lower m1.sigma_floor, or choose another normalisation"
        )
    description |= {"live": live, "latent_std": spread.round(4).tolist(), "error": error.round(5).tolist()}
    description |= summary(history, fit.state)
    return Trained(arrays, description, history)


def _range(x: Rows) -> tuple[float, float]:
    """Smallest and largest value."""
    ends = [(rows.min(), rows.max()) for rows in (x[block] for block in blocks(len(x)))]
    return float(min(low for low, _ in ends)), float(max(high for _, high in ends))
