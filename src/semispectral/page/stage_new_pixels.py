"""The stage `new_pixels`: the spectra of one new scan, for its page."""

import json
from pathlib import Path

from semispectral.page.stage_pixels import run_pixels


def run_new_pixels(directory: str | Path, *, numbers_file: str | Path, cfg: str) -> None:
    """Collect what the page of a new scan shows of each pixel, as the stage `pixels` does.

    Parameters
    ----------
    directory : str or Path
        Folder to write.
    numbers_file : str or Path
        Numbers of the map of the scan.
    cfg : str
        JSON of ``scene`` and ``page_mb``, as there, and ``model`` (its path).
    """
    model = json.loads(cfg)["model"]["path"]
    run_pixels(directory, numbers_file=numbers_file, model_directory=model, features=[], cfg=cfg)
