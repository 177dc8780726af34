"""The stage `estimate_noise`: the noise covariance of the cleaned spectra."""

import logging
from collections.abc import Sequence
from pathlib import Path

from semispectral.noise.covariance import estimate_noise
from semispectral.scans.cube import Pixels
from semispectral.spectra.shards import read_shard
from semispectral.storage.model_files import save_model

log = logging.getLogger(__name__)


def run_estimate_noise(directory: str | Path, *, samples: Sequence[str | Path]) -> None:
    """Estimate the noise on the training pixels of M1, which are chosen without labels.

    Parameters
    ----------
    directory : str or Path
        Folder to write: the covariance, where it comes from, and the pairs of neighbours of each hole.
    samples : sequence of str or Path
        Cleaned pixels of M1, of every scene.
    """
    pixels = Pixels.concat([read_shard(Path(path)) for path in samples])
    noise = estimate_noise(pixels.where((pixels.table["part"] == "train").to_numpy()))
    log.info(
        "noise from %s: %s", noise.source, ", ".join(f"{hole} {count} pairs" for hole, count in noise.pairs.items())
    )
    save_model(Path(directory), *noise.to_saved())
