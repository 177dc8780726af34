"""Find the profile of a study: options of Snakemake, in files of its own folder or in those that the package brings."""

from pathlib import Path
from typing import Any

from semispectral.study.config_file import read_config

DEFAULT = Path("profiles/default")  # where Snakemake looks, too


def own_settings() -> dict[str, Any]:
    """Return the options in the profile of the study in the working directory; none if it has no profile.

    Raises
    ------
    ConfigError : the profile is no YAML of plain values; Snakemake would run code in it.
    UnreadableError : it cannot be read.
    """
    path = DEFAULT / "config.yaml"
    return read_config(path) if path.exists() else {}


def profile_folder(name: str, folder: Path) -> Path | None:
    """Return the folder of a profile by its name; None if it is none of ours, for Snakemake to find.

    Parameters
    ----------
    name : name of the profile, such as slurm.
    folder : folder of the workflow.
    """
    places = (Path("profiles") / name, folder / "profiles" / name)
    return next((place for place in places if "/" not in name and place.is_dir()), None)
