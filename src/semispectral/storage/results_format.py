"""Tell in which format the results of a folder were written: a mark beside them holds its number.

The number is raised by a release that writes results which an earlier one would misread, or the other way round. Older
results are made anew by a run, for the code of their stages has changed, too; newer ones are refused.
"""

import logging
from pathlib import Path

from semispectral.errors import IntegrityError
from semispectral.storage import provenance, seal

log = logging.getLogger(__name__)

MARK = "format.json"
FORMAT = 2  # 1 is that of version 0.1, which left no mark
OF_STAGES = ("census", "shards", "sample_m1", "m1", "model", "new")  # folders that a run writes early


def mark_format(results: Path) -> None:
    """Write the mark of today's format among the results, unless it is there.

    Parameters
    ----------
    results : Path, folder of all results.
    """
    path = results / MARK
    if not path.is_file() or seal.read_json(path)["format"] != FORMAT:
        seal.write_json(path, {"format": FORMAT, "version": _installed()})


def require_readable_format(results: Path) -> None:
    """Refuse results that a newer version of this package has written.

    Parameters
    ----------
    results : Path, folder of all results; it need not exist.

    Raises
    ------
    IntegrityError : the format is newer than this version knows, or the mark was changed.
    """
    found, version = _marked(results)
    if found > FORMAT:
        raise IntegrityError(
            f"{results}: these results are of version {version} (format {found}), which is newer than what is "
            f"installed ({_installed()}, format {FORMAT}); install semispectral {version} or newer, or let "
            "pathvars.results name another folder"
        )


def older_format(results: Path) -> str:
    """Return a sentence on results of an older format; empty where there are none.

    Parameters
    ----------
    results : Path, folder of all results; it need not exist.

    Examples
    --------
    >>> older_format(Path("no such folder"))
    ''
    """
    found, version = _marked(results)
    if found == FORMAT or not any((results / name).is_dir() for name in OF_STAGES):
        return ""
    return (
        f"{results}: these results are of version {version} (format {found}), which is older than what is installed "
        f"({_installed()}, format {FORMAT}): a run makes them anew; to keep them, let pathvars.results name another "
        "folder"
    )


def _marked(results: Path) -> tuple[int, str]:
    """Return format and version that the mark names; without a mark, those of before there were marks."""
    path = results / MARK
    if not path.is_file():
        return 1, "0.1"
    content = seal.read_json(path)
    return int(content["format"]), str(content["version"])


def _installed() -> str:
    return provenance.versions()["semispectral"]
