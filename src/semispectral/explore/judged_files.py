"""What the trained model of a run says of the sampled pixels, and the file that keeps it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from semispectral.explore.label_queue import Judged
from semispectral.maps.bundle import Bundle
from semispectral.storage import arrays as packed

ROWS_AT_ONCE = 4096


@dataclass(frozen=True, eq=False)
class JudgedSample:
    """Sampled pixels as a trained model sees them.

    Attributes
    ----------
    table : DataFrame with scene, hole, line and sample of each pixel, and group, the number of its new group, or -1.
    judged : what the model says of them.
    names : names of the classes, in label order.
    """

    table: pd.DataFrame
    judged: Judged
    names: tuple[str, ...]


def judge(bundle: Bundle, x: np.ndarray) -> Judged:
    """Return what a trained model says of pixels.

    Parameters
    ----------
    bundle : the trained model.
    x : [pixel, band], cleaned spectra, in the values of the training scans.
    """
    starts = range(0, max(len(x), 1), ROWS_AT_ONCE)
    found = [bundle.pipeline.scores(x[first : first + ROWS_AT_ONCE].astype(np.float32)) for first in starts]
    probability = np.concatenate([scores.probability for scores in found])
    return Judged(probability, np.concatenate([scores.log_p for scores in found]), bundle.threshold)


def write_judged(path: Path, sample: JudgedSample) -> None:
    """Write what a model says of the sampled pixels.

    Parameters
    ----------
    path : file to write.
    sample : the pixels.
    """
    found = {"probability": sample.judged.probability, "log_p": sample.judged.log_p[:, None]}
    facts = {"threshold": repr(float(sample.judged.threshold)), "names": list(sample.names)}
    packed.write(path, found, sample.table, facts, "zstd")


def read_judged(path: Path) -> JudgedSample:
    """Read what `write_judged` wrote; raise as `semispectral.storage.arrays.read` does.

    Parameters
    ----------
    path : file to read.
    """
    found, table, facts = packed.read(path, ("probability", "log_p"))
    judged = Judged(found["probability"], found["log_p"][:, 0], float(facts["threshold"]))
    return JudgedSample(table, judged, tuple(facts["names"]))
