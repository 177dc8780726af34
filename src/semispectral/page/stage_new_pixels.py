"""The stage `new_pixels`: the spectra of one new scan, for its page."""

import json
from collections.abc import Sequence
from pathlib import Path

from semispectral.page.stage_pixels import run_pixels


def run_new_pixels(
    directory: str | Path, *, numbers_file: str | Path, features: Sequence[str | Path], cfg: str
) -> None:
    """Collect what the page of a new scan shows of each pixel, as the stage `pixels` does.

    Parameters
    ----------
    directory : str or Path
        Folder to write.
    numbers_file : str or Path
        Numbers of the map of the scan.
    features : sequence of str or Path
        ``features.json`` of the scene, whose raster lies beside it; empty: no absorption features.
    cfg : str
        JSON of ``scene`` and ``page_mb``, as there, and ``model`` (its path).
    """
    model = json.loads(cfg)["model"]["path"]
    run_pixels(directory, numbers_file=numbers_file, model_directory=model, features=features, cfg=cfg)
