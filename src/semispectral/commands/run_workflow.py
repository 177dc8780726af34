"""Start Snakemake with the workflow of this package in the folder of a study."""

import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from semispectral.errors import ConfigError
from semispectral.models.versions import installed, missing, unknown
from semispectral.study.config_file import read_config
from semispectral.workflow.home import SNAKEFILE, workflow_folder

log = logging.getLogger(__name__)

CONFIG = Path("config/config.yaml")
CORES = ("--cores", "-c", "--jobs", "-j", "--profile", "--executor", "-e")  # each says how much runs at once
DRY = ("--dry-run", "--dryrun", "-n")
UNTRAINED = {"pages", "predict_new", "map_too"}  # targets that train nothing


def run_workflow(arguments: Sequence[str]) -> None:
    """Run Snakemake in place of this process, so that a signal to it reaches Snakemake, which ends its jobs.

    Parameters
    ----------
    arguments : targets and options of Snakemake.

    Raises
    ------
    ConfigError : there is no configuration, it holds code, or TensorFlow, which trains, is not installed.
    """
    require_config()
    for path in (CONFIG, *map(Path, values_of(arguments, "--configfile", "--configfiles"))):
        read_config(path)  # Snakemake runs what code it finds in one
    if not (given(arguments, DRY) or UNTRAINED & set(arguments)):
        _require_what_trains()
    command = snakemake_command(arguments, workflow_folder())
    sys.stdout.flush()
    os.execv(command[0], command)  # noqa: S606  our own interpreter


def require_config() -> None:
    """Refuse a folder that is not that of a study.

    Raises
    ------
    ConfigError : there is no configuration.
    """
    if not CONFIG.is_file():
        raise ConfigError(
            f"{Path.cwd()}: the folder of a study is needed, with {CONFIG}, and there is none; change into "
            "it, or make one: semispectral new FOLDER"
        )


def _require_what_trains() -> None:
    """Refuse to start jobs that would end for want of a package; say of other versions than the known ones."""
    found = installed()
    if lacking := missing(found):
        raise ConfigError(f"{lacking}; without it, semispectral predict maps scans with a trained model")
    if said := unknown(found):
        log.warning("training may fail: %s", said)


def snakemake_command(arguments: Sequence[str], folder: Path) -> list[str]:
    """Return the command that runs the workflow.

    Parameters
    ----------
    arguments : targets and options of Snakemake.
    folder : Path, folder of the workflow.
    """
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(folder / SNAKEFILE)]
    if not given(arguments, ("--workflow-profile",)):
        command += ["--workflow-profile", str(folder / "profiles/default")]
    if not given(arguments, CORES):
        command += ["--cores", "all"]
    return [*command, *_profiles_found(arguments, folder)]


def given(arguments: Sequence[str], options: Sequence[str]) -> bool:
    """Return whether any of some options is given.

    Parameters
    ----------
    arguments : targets and options of Snakemake.
    options : their names, long and short.
    """
    short = tuple(option for option in options if not option.startswith("--"))
    return any(
        argument.partition("=")[0] in options or (argument.startswith(short) and not argument.startswith("--"))
        for argument in arguments
    )


def values_of(arguments: Sequence[str], *options: str) -> list[str]:
    """Return the values of options that take several, up to the next option.

    Parameters
    ----------
    arguments : targets and options of Snakemake.
    *options : their names.
    """
    found: list[str] = []
    taking = False
    for argument in arguments:
        name, _, value = argument.partition("=")
        if argument.startswith("-"):
            taking = name in options
            found += [value] if taking and value else []
        elif taking:
            found.append(argument)
    return found


def _profiles_found(arguments: Sequence[str], folder: Path) -> list[str]:
    """Return the arguments with the paths of the profiles that the package brings, such as slurm."""
    found = list(arguments)
    for place, argument in enumerate(found):
        own = folder / "profiles" / argument
        if place and found[place - 1] == "--profile" and "/" not in argument and own.is_dir():
            found[place] = str(own)
    return found
