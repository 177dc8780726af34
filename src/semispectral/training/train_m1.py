"""Train M1, for the workflow and for the estimators."""

import itertools
import logging
from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import partial
from typing import Any

import numpy as np

from semispectral.errors import DataError
from semispectral.inference.m1_inference import M1Inference
from semispectral.inference.nets import needs_unit_interval
from semispectral.inference.views import join
from semispectral.models.m1 import M1
from semispectral.models.settings_m1 import M1Config
from semispectral.storage.disk_rows import Rows, StoredRows, columns
from semispectral.training.batches import blocks, evenly
from semispectral.training.compiled import lent
from semispectral.training.fit import Fit
from semispectral.training.m1_task import M1Task
from semispectral.training.run import Picture, Run, Trained, values_of
from semispectral.training.task import summary

log = logging.getLogger(__name__)

ADDITIVE = {"bound", "bound_valid", "live", "score"}  # of an epoch: what the views' figures sum up to
MOST_ENCODED = 200_000  # pixels by which it is told which latents are live


def train_m1(x: Rows, valid: Rows, *, settings: M1Config, run: Run, views: Sequence[int] = ()) -> Trained:
    """Train M1.

    Parameters
    ----------
    x : float32 [pixel, column], normalised spectra of the training part, labelled and unlabelled; in memory or on disk.
        A view that a pixel lacks is NaN in its columns: each view is trained on the pixels that have it.
    valid : float32 [pixel, column], normalised spectra of the validation part; may be empty.
    settings : settings of M1.
    run : seed, checkpoints and pictures of the run.
    views : number of columns of each view of the spectrum, in order. Each view has its own encoder and decoder, trained
        one after the other; M1 has the latents of all (`semispectral.inference.views`). Empty: one view of all columns.

    Raises
    ------
    DataError : values lie outside [0, 1] for a Bernoulli likelihood, or every latent died.
    """
    _check_range(x, settings)
    parts: list[Trained] = []
    edges = np.cumsum([0, *(views or [x.shape[1]])]).tolist()
    for number, (first, last) in enumerate(itertools.pairwise(edges)):
        if len(views) > 1:
            log.info("view %d of %d: %d columns", number + 1, len(views), last - first)
        later = [M1(end - start, settings, seed=run.seed) for start, end in itertools.pairwise(edges[number + 1 :])]
        shown = replace(run, picture=partial(_picture, run.picture, parts, [values_of(m1.arrays()) for m1 in later]))
        seen, judged = (_with_view(columns(rows, first, last)) for rows in (x, valid))
        parts.append(_train_view(seen, judged, settings=settings, run=shown))
    trained = _joined(parts)
    live, latents = len(trained.description["live"]), trained.description["settings"]["latents"]
    log.info("%d of %d latents are live", live, latents)
    if needs_unit_interval(settings.likelihood):
        log.warning(
            "p(x|z) is %s: its implied variance hides most of a reflectance spectrum, and %d of %d latents are "
            "live; for reflectance set m1.likelihood to gaussian",
            settings.likelihood,
            live,
            latents,
        )
    if not live:
        raise DataError(
            f"every latent of M1 died (posterior means vary less than {settings.dead_std}): train longer, "
            "lower m1.sigma_floor, or choose another normalisation"
        )
    return trained


def _with_view(rows: Rows) -> Rows:
    """Return the pixels that have a view: no other value of it is NaN."""
    there = np.concatenate([~np.isnan(rows[block][:, 0]) for block in blocks(len(rows))] or [np.zeros(0, bool)])
    if there.all():
        return rows
    return rows.where(there) if isinstance(rows, StoredRows) else rows[there]


def _check_range(x: Rows, settings: M1Config) -> None:
    """Raise DataError unless the values suit the likelihood."""
    lowest, highest = _range(x) if needs_unit_interval(settings.likelihood) else (0.0, 1.0)
    if lowest < 0 or highest > 1:
        raise DataError(
            f"m1.likelihood {settings.likelihood} needs spectra in [0, 1], got {lowest:.3g} to {highest:.3g}; "
            "set normalise.m1_method to minmax or max, or m1.likelihood to gaussian"
        )


def _train_view(x: Rows, valid: Rows, *, settings: M1Config, run: Run) -> Trained:
    """Train the autoencoder of one view."""
    description: dict[str, Any] = {"kind": "m1", "bands": x.shape[1], "settings": asdict(settings), "seed": run.seed}
    description["live"] = list(range(settings.latents))

    def picture(epoch: int) -> None:
        run.picture(values_of(model.arrays()), description, epoch)

    with lent(M1, x.shape[1], settings, seed=run.seed) as model:
        task = M1Task(model, x, valid, settings, seed=run.seed)
        checkpoint = run.checkpoint("m1", settings, [x, valid])
        fit = Fit(task, settings.fit, seed=run.seed, checkpoint=checkpoint, on_evaluation=picture)
        history = fit.run()
        arrays = values_of(model.arrays())
    seen, judged = M1Inference(arrays, description), task.valid
    sample = evenly(len(x), MOST_ENCODED)
    spread = np.concatenate([seen.means(x[sample[block]]) for block in blocks(len(sample))]).std(axis=0)
    error = np.sqrt(np.mean((judged - seen.decode(seen.means(judged))) ** 2, axis=0))
    live = np.flatnonzero(spread > settings.dead_std).tolist()
    description |= {"live": live, "latent_std": spread.round(4).tolist(), "error": error.round(5).tolist()}
    description |= summary(fit.state)
    return Trained(arrays, description, history)


def _picture(
    draw: Picture,
    done: Sequence[Trained],
    later: Sequence[dict[str, np.ndarray]],
    arrays: dict[str, np.ndarray],
    description: dict[str, Any],
    epoch: int,
) -> None:
    """Draw the whole M1: trained views, the view in training, and views not yet trained."""
    waiting = [({**weights}, description | {"bands": len(weights["p_x_output/bias"])}) for weights in later]
    before = [(part.arrays, {name: part.description[name] for name in description}) for part in done]
    draw(*join([*before, (arrays, description), *waiting]), epoch)


def _joined(parts: Sequence[Trained]) -> Trained:
    """Join the views to one M1; additive figures of the histories are summed."""
    arrays, description = join([(part.arrays, part.description) for part in parts])
    history = parts[0].history
    for part in parts[1:]:
        history = history.merge(part.history, on="epoch", how="outer", suffixes=("", "_more"))
        both = history.ffill() if len(part.history) != len(parts[0].history) else history
        for name in ADDITIVE & set(part.history.columns):
            history[name] = both[name] + both[f"{name}_more"]
        history = history.drop(columns=[name for name in history.columns if str(name).endswith("_more")])
    return Trained(arrays, description, history)


def _range(x: Rows) -> tuple[float, float]:
    """Return the smallest and the largest value."""
    ends = [(np.nanmin(rows), np.nanmax(rows)) for rows in (x[block] for block in blocks(len(x)))]
    return float(min(low for low, _ in ends)), float(max(high for _, high in ends))
