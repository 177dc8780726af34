"""Start Snakemake with the workflow of this package in the folder of a study: all of it, or what maps further scans."""

import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from semispectral.errors import ConfigError
from semispectral.models.versions import installed, missing, unknown
from semispectral.scans.folders.added_scenes import add_to_map
from semispectral.storage.run_again import run_command
from semispectral.study.config import complete, lay_over, read_schema
from semispectral.study.config_file import read_config
from semispectral.study.names import some
from semispectral.study.paths import outside_allowed
from semispectral.workflow.home import SCHEMA, SNAKEFILE, workflow_folder
from semispectral.workflow.profiles import DEFAULT, own_settings, profile_folder
from semispectral.workflow.running import unlock

log = logging.getLogger(__name__)

CONFIG = Path("config/config.yaml")
CORES = ("--cores", "-c", "--jobs", "-j", "--profile", "--executor", "-e")  # each says how much runs at once
OTHER_PROFILE = ("--profile", "--workflow-profile", "--executor", "-e")  # each takes the place of the study's own
HABIT = "SNAKEMAKE_PROFILE"  # the variable of the environment that names a profile for all studies
DRY = ("--dry-run", "--dryrun", "-n")
MAP_TOO = "map_too"
# The rules that a scan needs which is only mapped. Snakemake takes what others make as it lies there.
MAPPING = (
    *("fetch", "mask", "census", "compare_scans", "labels", "cleaning_effect"),
    *("map", "features", "pixels", "paint", "mixtures"),
    *("downhole", "intervals", "hole_page", "report"),
    MAP_TOO,
)
UNTRAINED = {"pages", "predict_new", MAP_TOO}  # targets that train nothing


def run_workflow(arguments: Sequence[str]) -> None:
    """Run Snakemake in place of this process, so that a signal to it reaches Snakemake, which ends its jobs.

    Parameters
    ----------
    arguments : targets and options of Snakemake.

    Raises
    ------
    ConfigError : there is no configuration, it holds code, or TensorFlow, which trains, is not installed.
    """
    _require_config()
    for path in (CONFIG, *map(Path, _values(arguments, "--configfile", "--configfiles"))):
        read_config(path)  # Snakemake runs what code it finds in one
    if not (_given(arguments, DRY) or UNTRAINED & set(arguments)):
        _require_what_trains()
    command = snakemake_command(arguments, workflow_folder())
    sys.stdout.flush()
    os.execv(command[0], command)  # noqa: S606  our own interpreter


def resume(arguments: Sequence[str]) -> None:
    """Remove the lock of a dead run, and run Snakemake in place of this process.

    Parameters
    ----------
    arguments : targets and options of Snakemake.

    Raises
    ------
    ConfigError : as `run_workflow`.
    RunningError : a process of a run is alive here.
    """
    _require_config()
    unlock()
    run_workflow(arguments)


def map_too(table: str, arguments: Sequence[str]) -> None:
    """Add the scans of a table to the study, only to be mapped, and run Snakemake in place of this process.

    Parameters
    ----------
    table : path of a table with the columns of scenes.tsv; empty: the rows are in scenes.tsv already.
    arguments : options of Snakemake.

    Raises
    ------
    ConfigError : there is no configuration, the study has no trained model yet, or a row is wrong.
    """
    _require_config()
    config = _configuration(arguments)
    model = Path(config["pathvars"]["results"]) / "bundle"
    if not model.is_dir():
        raise ConfigError(
            f"{model}: the trained model of the study is needed, and it is not there; run the study first: "
            + run_command()
        )
    if table and _given(arguments, DRY):
        raise ConfigError(
            f"{table}: its rows would be added to {config['scenes']}, which a dry run must not do; leave out the "
            "table, or -n"
        )
    if table:
        place: dict[str, Any] = {"data_root": Path(config["data_root"]), "allow_outside": outside_allowed(config)}
        added = add_to_map(Path(config["scenes"]), Path(table), **place)
        said = f"{some(added)} added, only to be mapped" if added else "nothing to add: all its scenes are there"
        log.info("%s: %s", config["scenes"], said)
    run_workflow([MAP_TOO, *arguments, "--allowed-rules", *MAPPING])


def _configuration(arguments: Sequence[str]) -> dict[str, Any]:
    """Return the configuration of the study with the overlays that the options name, and with defaults."""
    schema = read_schema(workflow_folder() / SCHEMA)
    config: dict[str, Any] = {}
    for path in (CONFIG, *map(Path, _values(arguments, "--configfile", "--configfiles"))):
        lay_over(config, read_config(path))
    return complete(config, schema)


def _require_config() -> None:
    """Refuse a folder that is not that of a study."""
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
    """Return the command that runs the workflow, with the profile of the study or, if it has none, of the package.

    A profile of the workflow would overrule one that is named beside it: the study's gives way, and with it its cores.

    Parameters
    ----------
    arguments : targets and options of Snakemake.
    folder : Path, folder of the workflow.

    Raises
    ------
    ConfigError : the study's profile cannot be read, or holds code.
    """
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(folder / SNAKEFILE)]
    by_habit = HABIT in os.environ
    own = {} if by_habit or _given(arguments, OTHER_PROFILE) else own_settings()
    if not _given(arguments, ("--workflow-profile",)):
        command += ["--workflow-profile", str(DEFAULT if own else folder / DEFAULT)]
    if not (by_habit or _given(arguments, CORES) or {f"--{key}" for key in own} & set(CORES)):
        command += ["--cores", "all"]
    return [*command, *_profiles_found(arguments, folder)]


def _given(arguments: Sequence[str], options: Sequence[str]) -> bool:
    short = tuple(option for option in options if not option.startswith("--"))
    return any(
        argument.partition("=")[0] in options or (argument.startswith(short) and not argument.startswith("--"))
        for argument in arguments
    )


def _values(arguments: Sequence[str], *options: str) -> list[str]:
    """Return the values of options that take several, up to the next option."""
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
    """Return the arguments with the paths of the profiles that the study has or the package brings, such as slurm."""
    found = list(arguments)
    for place, argument in enumerate(found):
        ours = profile_folder(argument, folder)
        if place and found[place - 1] == "--profile" and ours:
            found[place] = str(ours)
    return found
