"""Write the folder of a study: a configuration with the keys that most studies set, tables, profiles, a README."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from semispectral.errors import ConfigError
from semispectral.scans.folders.discover import Discovery, Wishes, discover
from semispectral.scans.folders.scene_tables import SENSORS, in_words, write_tables
from semispectral.storage.atomic import write_atomically
from semispectral.storage.provenance import versions
from semispectral.study.classes import COLUMNS
from semispectral.study.scenes import REQUIRED
from semispectral.workflow.home import workflow_folder

HERE = Path(__file__).parent
CONFIG, SCENES, CLASSES = "config/config.yaml", "config/scenes.tsv", "config/classes.tsv"
SLURM = "profiles/slurm/config.yaml"
WITH_SENSORS = f"sensors: config/{SENSORS}    # files of further sensors of the scans\n"
NEXT = {
    "demo": "semispectral run, which takes about two minutes on two cores; then open results/report/index.html",
    "empty": "fill config/scenes.tsv (one row per scan), then semispectral check",
    "scans": "semispectral check; then, without labels, semispectral run explore (where scans show a tray, first set "
    "mask in config/config.yaml)",
    "holes": "name the hole of each scan in config/scenes.tsv (or begin again with --hole DH7 or, where the names of "
    "the scans state it, --name '{hole}_{box}'), then semispectral check",
    "some holes": "name the hole of the scans above that have none in config/scenes.tsv, then semispectral check",
}


def demo_study(folder: Path) -> str:
    """Write a study of the built-in, simulated drill core.

    Parameters
    ----------
    folder : Path, folder to write.

    Returns
    -------
    str, what was written and what comes next.

    Raises
    ------
    ConfigError : the folder exists and is not empty.
    """
    _require_new(folder)
    own = workflow_folder() / "config"
    names = ("config.yaml", "scenes.tsv", "classes.tsv")
    _write(folder, {f"config/{name}": (own / name).read_text(encoding="utf-8") for name in names})
    return _said(folder, NEXT["demo"])


def empty_study(folder: Path) -> str:
    """Write a study whose tables have their columns and no rows.

    Parameters
    ----------
    folder : Path, folder to write.

    Returns
    -------
    str, what was written and what comes next.

    Raises
    ------
    ConfigError : the folder exists and is not empty.
    """
    _require_new(folder)
    _write(
        folder,
        {CONFIG: _config(".", sensors="", method="groups"), SCENES: _header(REQUIRED), CLASSES: _header(COLUMNS)},
    )
    return _said(folder, NEXT["empty"])


def study_of_scans(folder: Path, scans: Path, wishes: Wishes) -> str:
    """Write a study of the scans of a folder; its paths start from that folder.

    Parameters
    ----------
    folder : Path, folder to write.
    scans : Path, folder of scans.
    wishes : Wishes, what the user says of the scans.

    Returns
    -------
    str, what was found and written, and what comes next.

    Raises
    ------
    ConfigError : the folder exists and is not empty.
    DataError : no scan was found.
    """
    _require_new(folder)
    found = discover(scans, wishes)
    root = scans.resolve()
    _write(folder, {CONFIG: _config_of(found, root), CLASSES: _header(COLUMNS)})
    write_tables(found, folder / SCENES, data_root=root)
    named = ["hole" in scan.cells for scan in found.scans]
    step = "scans" if all(named) else "some holes" if any(named) else "holes"
    listed = in_words(found, folder / SCENES, data_root=root)
    return f"{listed}\n{_said(folder, NEXT[step])}"


def _require_new(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigError(f"{folder}: exists and is not empty, and nothing is overwritten; name another folder")


def _write(folder: Path, files: Mapping[str, str]) -> None:
    """Write files of a study, its profiles, README and .gitignore."""
    own = {
        "README.md": _template("new_readme.md", name=folder.resolve().name),
        ".gitignore": _template("new_gitignore.txt"),
        "profiles/default/config.yaml": _template("new_profile.yaml"),
        SLURM: (workflow_folder() / SLURM).read_text(encoding="utf-8"),
    }
    for place, text in (own | dict(files)).items():
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, text.encode())


def _template(file: str, **values: str) -> str:
    text = (HERE / file).read_text(encoding="utf-8")
    for key, value in {"version": versions()["semispectral"], **values}.items():
        text = text.replace(f"<{key}>", value)
    return text


def _config_of(found: Discovery, root: Path) -> str:
    """Return the configuration for what was found: one hole cannot be split by holes."""
    holes = {scan.cells["hole"].text if "hole" in scan.cells else "" for scan in found.scans}
    sensors = WITH_SENSORS if any(scan.sensors for scan in found.scans) else ""
    return _config(str(root), sensors=sensors, method="blocks" if len(holes) == 1 and "" not in holes else "groups")


def _config(data_root: str, *, sensors: str, method: str) -> str:
    return _template("new_config.yaml", data_root=json.dumps(data_root), sensors=sensors, method=method)


def _header(columns: Iterable[str]) -> str:
    return "\t".join(columns) + "\n"


def _said(folder: Path, then: str) -> str:
    return f"{folder}: a study, with its README.md. Next: cd {folder}; {then}\n"
