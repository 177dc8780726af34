"""Run a job of the benchmark: one method, some seeds and all labels per class in one process, fit after fit.

Finished fits are kept in files named by a hash of all they depend on, so that a stopped job, or one with a new seed or
more labels per class, repeats nothing.
"""

import hashlib
import json
import logging
import resource
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from semispectral.benchmark.pool import Dealt, Pool, place_of
from semispectral.errors import DataError
from semispectral.evaluation.predictions import prediction_table
from semispectral.evaluation.queries import PLACE
from semispectral.inference.feature_names import HULL, LATENTS_MNF, MNF, SPECTRA
from semispectral.sampling.split_names import CLASSES, REGIMES
from semispectral.sampling.training_set import KEY, Features, TrainingSet
from semispectral.scans.cube import Latents
from semispectral.spectra.noise_scores import with_scores
from semispectral.spectra.scaling_choice import AUTO, read_choice
from semispectral.storage import arrays as packed
from semispectral.storage.parquet import read_tables, write_table
from semispectral.study.classes import read_classes
from semispectral.workflow.units import clock

log = logging.getLogger(__name__)

STANDARDISED = "standardised"
LATENTS = ("mean", "log_variance")
Encode = Callable[..., tuple[Latents, float]]
Fit = Callable[..., np.ndarray]
Weigh = Callable[..., float | None]


@dataclass(frozen=True)
class Job:
    """Facts of a job besides its data.

    Attributes
    ----------
    method : method and features, such as "m2-latents", or "m1".
    regime : "inductive" or "transductive".
    splits : directory of the split of each seed.
    labels_per_class : labels per class as text, or "all".
    settings : sections of the configuration that the results depend on.
    kept : directory of finished fits.
    code : hash of the code, so that changed code starts anew.
    """

    method: str
    regime: str
    splits: Mapping[int, Path]
    labels_per_class: tuple[str, ...]
    settings: Mapping[str, Any]
    kept: Path
    code: str

    @classmethod
    def of(cls, output: str | Path, splits: Sequence[str], *, cfg: str, code: str) -> "Job":
        """Return the job of a rule.

        Parameters
        ----------
        output : ``<results>/<kind>/<split>/<regime>/<method>/.../<seeds>``, with or without a suffix.
        splits : directories of the splits, named by their seeds.
        cfg : JSON of the sections, and of "labels_per_class".
        code : hash of the code.
        """
        parts = Path(output).parts
        at = max(place for place, part in enumerate(parts) if part in REGIMES)
        split, regime, method = parts[at - 1], parts[at], "-".join(parts[at + 1 : -1])
        kept = Path(*parts[: at - 2]) / "checkpoints/benchmark" / split / regime / method
        settings = json.loads(cfg)
        labels_per_class = tuple(str(per_class) for per_class in settings.pop("labels_per_class"))
        by_seed = {int(path.name): path for path in sorted(map(Path, splits), key=lambda path: int(path.name))}
        return cls(method, regime, by_seed, labels_per_class, settings, kept, code)

    def keep(self, name: str, content: Sequence[np.ndarray], make: Callable[[Path], None]) -> Path:
        """Return the file of a finished piece, which is made if it is missing.

        Files of the same piece with other settings or data are deleted.

        Parameters
        ----------
        name : name of the piece.
        content : arrays that the piece depends on.
        make : function that writes the file.
        """
        digest = hashlib.sha256(json.dumps([self.settings, self.regime, self.code], sort_keys=True).encode())
        for array in content:
            digest.update(f"{array.shape}{array.dtype}".encode() + np.ascontiguousarray(array).tobytes())
        path = self.kept / f"{name}-{digest.hexdigest()[:16]}.parquet"
        if not path.is_file():
            self.kept.mkdir(parents=True, exist_ok=True)
            make(path)
            for old in set(self.kept.glob(f"{name}-*.parquet")) - {path}:
                old.unlink()
        return path


def encode_all(pool: Pool, job: Job, encode: Encode, directory: Path, *, chosen: Sequence[str | Path] = ()) -> None:
    """Train an M1 for every seed and write the latents of its pixels to ``directory / "{seed}.parquet"``.

    Parameters
    ----------
    pool : the pool of the study.
    job : facts of the job.
    encode : function that trains M1 and returns the latents, such as `semispectral.benchmark.fits_m1.latents`.
    directory : directory of the latents.
    chosen : directory of the normalisation chosen for each seed; empty where the configuration names one.
    """
    directory.mkdir(parents=True, exist_ok=True)
    for seed, split in job.splits.items():
        data = pool.dealt(split, regime=job.regime)
        normalise = _normalisation(job, chosen, seed)
        run = {"normalise": normalise, "seed": seed, "settings": job.settings["m1"]}
        make = partial(_write_latents, partial(encode, data, **run), seed)
        seen = np.frombuffer(json.dumps(normalise, sort_keys=True).encode(), np.uint8)
        content = [seen, data.x_m1, data.x_m1_valid, data.pixels.x, _hashes(data.table[[*KEY, "label"]])]
        kept = packed.read(job.keep(str(seed), content, make), LATENTS)
        packed.write(directory / f"{seed}.parquet", *kept, "zstd")


def _write_latents(encode: Callable[[], tuple[Latents, float]], seed: int, path: Path) -> None:
    """Train M1 and write its latents."""
    found, seconds = encode()
    log.info("seed %d: M1 with %d live latents in %s", seed, found.mean.shape[1], clock(seconds))
    arrays = {"mean": found.mean, "log_variance": found.log_variance}
    packed.write(path, arrays, found.table[[*KEY, "label"]], {"seconds": seconds, "peak_mb": peak_mb()}, "zstd")


def fit_all(
    pool: Pool,
    job: Job,
    fits: Mapping[str, Fit],
    *,
    latents: Sequence[str | Path] = (),
    chosen: Sequence[str | Path] = (),
    weigh: Weigh | None = None,
) -> pd.DataFrame:
    """Fit a method with every seed and all labels per class, and predict the test pixels.

    Parameters
    ----------
    pool : the pool of the study.
    job : facts of the job.
    fits : function that fits, by the method's name in a table of predictions.
    latents : directory of `encode_all`, for a method on latents; otherwise empty.
    chosen : directory of the normalisation chosen for each seed; empty where the configuration names one.
    weigh : function that says how much a method counts in an average, beside another input of the same labels; used
        where the job names that input.

    Returns
    -------
    DataFrame from `semispectral.evaluation.predictions.prediction_table`, of the test part, with two more columns:
    seconds of the fit, M1 included, and peak_mb, the largest memory of the process so far; and weight, if it was asked
    for and could be said.
    """
    row, files, total = job.settings["row"], [], len(job.splits) * len(job.labels_per_class)
    started = time.perf_counter()
    for seed, split in job.splits.items():
        data = pool.dealt(split, regime=job.regime)
        inputs, before = _inputs(data, row["features"], job, latents, chosen, seed)
        beside = data.normalised(row["beside"]) if "beside" in row else None
        query, shares = data.query(inputs), data.shares
        facts = {"wavelengths_nm": data.pixels.wavelengths_nm, "classes": read_classes(split / CLASSES)}
        for per_class in job.labels_per_class:
            known = data.training_set(inputs, per_class=per_class, seed=seed)
            run = {"classes": len(shares), "shares": shares, "seed": seed, "settings": {**job.settings, **facts}}
            identity = {"method": row["method"], "features": row["features"], "per_class": per_class, "seed": seed}
            fit = partial(fits[row["method"]], known, query.mean, **run)
            content, weight = [shares, *_content(known, query)], None
            if beside is not None and weigh is not None:
                other = data.training_set(beside, per_class=per_class, seed=seed)
                weight = partial(weigh, known, other, classes=len(shares), seed=seed, settings=job.settings)
                content += [np.asarray(part.mean[:]) for part in (other.labelled, other.valid)]
            make = partial(_write_predictions, fit, query, identity, before, weight)
            files.append(job.keep(f"{seed}-{per_class}", content, make))
            _say(job.method, seed, per_class, started, done=len(files), total=total)
    return read_tables(files)


def _write_predictions(
    fit: Callable[[], np.ndarray],
    query: Features,
    identity: Mapping[str, Any],
    before: float,
    weigh: Callable[[], float | None] | None,
    path: Path,
) -> None:
    """Fit, predict and write the table; ``before`` is the time spent already, in s."""
    begun = time.perf_counter()
    probability = fit()
    weight = weigh() if weigh is not None and len(probability) else None
    cost: dict[str, Any] = {
        "seconds": np.float32(time.perf_counter() - begun + before),
        "peak_mb": np.float32(peak_mb()),
    }
    answered = query.where(np.full(len(query), len(probability) == len(query)))  # a method without an answer has no row
    place = {name: answered.table[name].to_numpy() for name in PLACE}
    table = prediction_table(probability, answered.label, **identity, **place)  # type: ignore[arg-type]
    cost |= {} if weight is None else {"weight": np.float32(weight)}
    write_table(path, table.assign(**cost).astype({"scene": "category", "hole": "category"}))


def _say(method: str, seed: int, per_class: str, started: float, *, done: int, total: int) -> None:
    """Log a fit, with the time that is left."""
    spent = time.perf_counter() - started
    left = clock(spent / done * (total - done))
    log.info(
        "%s: fit %d of %d (seed %d, %s labels per class), about %s left", method, done, total, seed, per_class, left
    )


def _inputs(
    data: Dealt, features: str, job: Job, latents: Sequence[str | Path], chosen: Sequence[str | Path], seed: int
) -> tuple[Features, float]:
    """Return the inputs of all pixels, and the time of M1 in s."""
    if features == SPECTRA:
        return data.features(data.pixels.x), 0.0
    if features in (MNF, HULL):
        return data.normalised(job.settings["row"]["normalise"]), 0.0
    if not latents:
        normalise = {"method": "standardise"} if features == STANDARDISED else _normalisation(job, chosen, seed)
        return data.normalised(normalise), 0.0
    path = Path(latents[0]) / f"{seed}.parquet"
    arrays, table, facts = packed.read(path, LATENTS)
    if not place_of(table).equals(place_of(data.table)):
        raise DataError(f"{path}: the latents are not of the pixels of {job.splits[seed]}; run benchmark_m1 again")
    found = Latents(arrays["mean"], arrays["log_variance"], data.table)
    if features == LATENTS_MNF:
        found = with_scores(found, data.scaler(job.settings["row"]["normalise"]), data.pixels.x)
    return data.features(found.mean, np.exp(0.5 * found.log_variance)), float(facts["seconds"])


def _normalisation(job: Job, chosen: Sequence[str | Path], seed: int) -> Mapping[str, Any]:
    """Return the normalisation of the bands, or of M1: that of the configuration, or the chosen one."""
    given = job.settings["normalise"]
    if given["method"] != AUTO:
        return dict(given)
    return {"method": read_choice(Path(chosen[0]) / f"{seed}.json").chosen, "windows": given["windows"]}


def _content(known: TrainingSet, query: Features) -> list[np.ndarray]:
    """Return the arrays that a fit and its predictions depend on."""
    parts = (known.labelled, known.unlabelled, known.valid)
    learnt = [np.asarray(array) for part in parts for array in (part.mean[:], part.std, part.label)]
    return [*learnt, query.mean[:], query.label, _hashes(query.table[list(PLACE)])]


def _hashes(rows: pd.DataFrame) -> np.ndarray:
    """Return a hash of each row, uint64 [row], which depends on its values alone."""
    return pd.util.hash_pandas_object(rows, index=False).to_numpy()


def peak_mb() -> float:
    """Return the largest memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
