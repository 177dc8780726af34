"""Map further scans in a finished study: its table gets their rows, and Snakemake the rules that train nothing."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from semispectral.commands.run_workflow import CONFIG, DRY, given, require_config, run_workflow, values_of
from semispectral.errors import ConfigError
from semispectral.study.added_scenes import add_to_map
from semispectral.study.config import complete, read_schema
from semispectral.study.config_file import read_config
from semispectral.study.names import some
from semispectral.study.paths import outside_allowed
from semispectral.workflow.home import SCHEMA, workflow_folder

log = logging.getLogger(__name__)

TARGET = "map_too"
# The rules that a scan needs which is only mapped. Snakemake takes what others make as it lies there.
MAPPING = (
    *("fetch", "mask", "census", "compare_scans", "labels", "cleaning_effect"),
    *("map", "features", "pixels", "paint", "mixtures"),
    *("downhole", "intervals", "hole_page", "report"),
    TARGET,
)


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
    require_config()
    config = _configuration(arguments)
    model = Path(config["pathvars"]["results"]) / "bundle"
    if not model.is_dir():
        raise ConfigError(
            f"{model}: the trained model of the study is needed, and it is not there; run the study first: "
            "semispectral run"
        )
    if table and given(arguments, DRY):
        raise ConfigError(
            f"{table}: its rows would be added to {config['scenes']}, which a dry run must not do; leave out the "
            "table, or -n"
        )
    if table:
        place: dict[str, Any] = {"data_root": Path(config["data_root"]), "allow_outside": outside_allowed(config)}
        added = add_to_map(Path(config["scenes"]), Path(table), **place)
        said = f"{some(added)} added, only to be mapped" if added else "nothing to add: all its scenes are there"
        log.info("%s: %s", config["scenes"], said)
    run_workflow([TARGET, *arguments, "--allowed-rules", *MAPPING])


def _configuration(arguments: Sequence[str]) -> dict[str, Any]:
    """Return the configuration of the study with the overlays that the options name, and with defaults."""
    schema = read_schema(workflow_folder() / SCHEMA)
    config: dict[str, Any] = {}
    for path in (CONFIG, *map(Path, values_of(arguments, "--configfile", "--configfiles"))):
        for key, value in read_config(path).items():
            both = isinstance(value, dict) and isinstance(config.get(key), dict)
            config[key] = {**config[key], **value} if both else value
    return complete(config, schema)
