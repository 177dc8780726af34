"""Convert options of ``semispectral predict`` to a row of scenes.tsv, and errors on columns to errors on options."""

import argparse
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from semispectral.downhole.interval_settings import IntervalConfig
from semispectral.drillholes.collars import COLLAR, read_collars, read_surveys
from semispectral.drillholes.table_rows import read_intervals, read_rows, require_known
from semispectral.errors import ConfigError, MissingFileError, SemispectralError
from semispectral.scans.facts.hole_position import scan_facts
from semispectral.study.cells import positive
from semispectral.study.classes import CodeSet
from semispectral.study.names import name_of_file, quoted
from semispectral.study.scene import REFERENCE_ROLES, WAVELENGTH_TABLES, Scene
from semispectral.study.scenes import PARSERS, check_together, read_marks

log = logging.getLogger(__name__)

# The column of scenes.tsv that each option stands for: it is read by the parser of that column.
OPTIONS = {
    "hole": "--hole",
    "data": "the scan",
    "data_key": "--key",
    "labels": "--mask",
    "labels_key": "--mask-key",
    "axes": "--axes",
    "wavelengths": "--wavelengths",
    "scale": "--scale",
    "nodata": "--nodata",
    "ignore": "--mask",
    "pixel_mm": "--pixel-mm",
    "depth_from_m": "--depth-from",
    "depth_to_m": "--depth-to",
    **{
        f"{role}{end}": f"--{role.replace('_', '-')}{end.replace('_', '-')}"
        for role in REFERENCE_ROLES
        for end in ("", "_key", "_lines")
    },
    "panel": "--panel",
    "depth_marks": "--depth-marks",
}
REFERENCE_COLUMNS = tuple(name for name in OPTIONS if name.startswith(REFERENCE_ROLES))
COLUMNS = re.compile(r"(?:the )?columns? ('?\w+'?(?:(?:, | and | or )'?\w+'?)*) of scenes\.tsv")
UNMISTAKABLE = re.compile(r"(?<![\w./])(\w+_(?:key|mm|from_m|to_m|lines)|white_dark)(?![\w./])")
IN_THE_TABLE = {
    "check the path in scenes.tsv and the config key data_root": "check the path",
    " in scenes.tsv": " with --key (of a mask: --mask-key)",
    "scenes.tsv": "the options",
}


def scene_of(wanted: argparse.Namespace) -> Scene:
    """Return the scan as a row of scenes.tsv; each option is parsed as the column it stands for.

    Parameters
    ----------
    wanted : parsed arguments.

    Raises
    ------
    ConfigError : an option cannot be parsed, or options contradict each other.
    """
    facts, name = _facts(wanted.scan), name_of_file(wanted.scan.stem)
    hole = wanted.hole or facts.get("hole")
    given = {
        "data_key": wanted.key,
        "labels_key": wanted.mask_key,
        "axes": wanted.axes,
        "wavelengths": wanted.wavelengths,
        "scale": wanted.scale,
        "nodata": wanted.nodata,
        **{name: getattr(wanted, name) for name in REFERENCE_COLUMNS if name not in REFERENCE_ROLES},
        **({"hole": hole} if hole else {}),
        **_place(wanted, facts),
    }
    values = {column: PARSERS[column](text, OPTIONS[column]) for column, text in given.items()}
    scene = Scene(
        name=name,
        data=wanted.scan,
        labels=wanted.mask or wanted.scan,
        use=CodeSet(()),
        ignore=CodeSet(((0, 0),) if wanted.mask else ()),
        panel=wanted.panel,
        depth_marks=read_marks(wanted.depth_marks, name) if wanted.depth_marks else (),
        **{role: getattr(wanted, role) for role in REFERENCE_ROLES},
        **{"hole": name, **values},
    )
    check_together(scene, str(wanted.scan))
    return scene


def _place(wanted: argparse.Namespace, facts: dict[str, str]) -> dict[str, str]:
    """Return depths and pixel size from the options, or else from the file.

    If the options give one depth, neither depth is taken from the file.
    """
    if wanted.depth_to and not wanted.depth_from:
        raise ConfigError(f"--depth-to {wanted.depth_to}: --depth-from is needed with it; give both")
    if wanted.depth_from and not (wanted.depth_to or wanted.pixel_mm or "pixel_mm" in facts):
        raise ConfigError(f"--depth-from {wanted.depth_from}: --depth-to or --pixel-mm is needed with it; give one")
    given = wanted if wanted.depth_from else None
    return {
        "pixel_mm": wanted.pixel_mm or facts.get("pixel_mm", ""),
        "depth_from_m": given.depth_from if given else facts.get("depth_from_m", ""),
        "depth_to_m": given.depth_to if given else facts.get("depth_to_m", ""),
    }


def _facts(path: Path) -> dict[str, str]:
    """Return usable facts on hole and depth that the file states."""
    found = scan_facts(path)
    for column, text in list(found.items()):
        try:
            PARSERS[column](text, f"{path}, attribute {column}")
        except ConfigError as error:
            log.warning("%s; it is not used", error)
            del found[column]
    depths = [float(found[name]) for name in ("depth_from_m", "depth_to_m") if found.get(name)]
    if len(depths) == 2 and depths[1] <= depths[0]:
        log.warning("%s: its attributes say depths from %g to %g m; they are not used", path, *depths)
        del found["depth_from_m"], found["depth_to_m"]
    return found


def require_files(wanted: argparse.Namespace) -> None:
    """Raise an error if a named file or the model is missing.

    Parameters
    ----------
    wanted : parsed arguments.

    Raises
    ------
    MissingFileError : a file or the model is missing.
    """
    table = Path(wanted.wavelengths) if wanted.wavelengths.lower().endswith(WAVELENGTH_TABLES) else None
    references = {OPTIONS[name]: getattr(wanted, name) for name in (*REFERENCE_ROLES, "panel")}
    files = {"the scan": wanted.scan, "--mask": wanted.mask, "--wavelengths": table, **references}
    for option, path in files.items():
        if path and not path.exists():
            raise MissingFileError(f"{path}: {option} must be a file, but nothing is there; check the path")
    if not wanted.model.is_dir():
        found = "a file is" if wanted.model.exists() else "nothing is"
        raise MissingFileError(f"{wanted.model}: --model must be a model directory, but {found} there; check the path")


@contextmanager
def said_in_options() -> Iterator[None]:
    """Reword errors inside a ``with`` block: options of the command instead of columns of scenes.tsv."""
    try:
        yield
    except SemispectralError as error:
        raise type(error)(in_options(str(error))) from error


def in_options(message: str) -> str:
    """Reword a message: options of the command instead of columns of scenes.tsv.

    Parameters
    ----------
    message : message about columns of scenes.tsv.
    """
    said = COLUMNS.sub(lambda found: _options_in(found[1]), message)
    for there, here in IN_THE_TABLE.items():
        said = said.replace(there, here)
    return UNMISTAKABLE.sub(lambda found: OPTIONS.get(found[1], found[1]), said)


def _options_in(columns: str) -> str:
    """Replace column names by options."""
    return re.sub(r"'?(\w+)'?", lambda found: OPTIONS.get(found[1], found[1]), columns)


@dataclass(frozen=True)
class HoleTables:
    """Tables of the hole of a scan, each one path or none, and how its intervals are cut.

    Attributes
    ----------
    intervals, collar, survey : list of Path, the tables.
    settings : lengths of intervals and of pages, and the sign of a dip.
    """

    intervals: list[Path]
    collar: list[Path]
    survey: list[Path]
    settings: IntervalConfig

    @property
    def files(self) -> list[Path]:
        """All tables."""
        return [*self.intervals, *self.collar, *self.survey]


def hole_tables_of(wanted: argparse.Namespace, scene: Scene) -> HoleTables:
    """Return the tables that the options name, once they are known to be of the hole; the map takes longer than they.

    Parameters
    ----------
    wanted : parsed arguments.
    scene : the scan, with its hole.

    Raises
    ------
    ConfigError, MissingFileError : a table cannot be used, has no row of the hole, or a survey comes without a collar.
    """
    named = {name: [path for path in [getattr(wanted, name)] if path] for name in ("intervals", "collar", "survey")}
    length_m = positive(wanted.length_m, "--length-m") if wanted.length_m else IntervalConfig.length_m
    tables = HoleTables(**named, settings=IntervalConfig(dip_down=wanted.dip_down, length_m=length_m))
    if tables.survey and not tables.collar:
        raise ConfigError("--survey: a survey begins at a collar; name the table of collars with --collar")
    for path in tables.intervals:
        what = "a table of intervals"
        rows = [(row.where, row.hole) for row in read_intervals(path, what=what, key="--intervals")]
        require_known(rows, [scene.hole], what=what, path=path)
    for path in tables.collar:
        collars = read_collars(path, key="--collar")
        rows = [(row.where, row.hole) for row in read_rows(path, COLLAR, what="a table of collars", key="--collar")]
        require_known(rows, [scene.hole], what="a table of collars", path=path)
        for survey in tables.survey:
            courses = read_surveys(survey, collars, key="--survey", dip_down=wanted.dip_down)
            if scene.hole not in courses:
                raise ConfigError(
                    f"{survey}: a survey of {quoted(scene.hole)} is needed, and there is none; correct the name of the "
                    "hole, or leave --survey out"
                )
    return tables
