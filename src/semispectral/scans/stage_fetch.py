"""The stage `fetch`: one public file."""

from pathlib import Path

from semispectral.scans.download import Source, fetch
from semispectral.study.stage_settings import stage_settings


def run_fetch(file: str | Path, *, cfg: str) -> None:
    """Download a public file and check its SHA-256.

    Parameters
    ----------
    file : str or Path File to write.
    cfg : str JSON of the section ``fetch``: the file's address and its SHA-256.
    """
    fetch(Path(file), stage_settings(Source, cfg, "fetch"))
