"""The options of ``semispectral predict`` as a row of scenes.tsv, and what is wrong with it in their words."""

import argparse
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from semispectral.errors import ConfigError, MissingFileError, SemispectralError
from semispectral.scans.facts.hole_position import scan_facts
from semispectral.study.classes import CodeSet
from semispectral.study.names import printable
from semispectral.study.scene import WAVELENGTH_TABLES, Scene
from semispectral.study.scenes import PARSERS, check_together

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
    "white_key": "--white-key",
    "dark_key": "--dark-key",
}
COLUMNS = re.compile(r"(?:the )?columns? ('?\w+'?(?:(?:, | and | or )'?\w+'?)*) of scenes\.tsv")
UNMISTAKABLE = re.compile(r"(?<![\w./])(\w+_(?:key|mm|from_m|to_m))(?![\w./])")
IN_THE_TABLE = {
    "check the path in scenes.tsv and the config key data_root": "check the path",
    " in scenes.tsv": " with --key (of a mask: --mask-key)",
    "scenes.tsv": "the options",
}


def scene_of(wanted: argparse.Namespace) -> Scene:
    """The scan as a row of scenes.tsv, each option read as the column that it stands for."""
    facts, name = _facts(wanted.scan), printable(wanted.scan.stem)
    hole = wanted.hole or facts.get("hole")
    given = {
        "data_key": wanted.key,
        "labels_key": wanted.mask_key,
        "axes": wanted.axes,
        "wavelengths": wanted.wavelengths,
        "scale": wanted.scale,
        "nodata": wanted.nodata,
        "white_key": wanted.white_key,
        "dark_key": wanted.dark_key,
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
        **{"hole": name, **values},
    )
    check_together(scene, str(wanted.scan))
    return scene


def _place(wanted: argparse.Namespace, facts: dict[str, str]) -> dict[str, str]:
    """Depths and the size of a pixel: the options, or else the file; a depth of one goes with no depth of the other."""
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
    """What the file itself says of its place, as far as it can be used."""
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
    """Say at once which of the files that were named is not there."""
    table = Path(wanted.wavelengths) if wanted.wavelengths.lower().endswith(WAVELENGTH_TABLES) else None
    for option, path in {"the scan": wanted.scan, "--mask": wanted.mask, "--wavelengths": table}.items():
        if path and not path.exists():
            raise MissingFileError(f"{path}: {option} must be a file, but nothing is there; check the path")
    if not wanted.model.is_dir():
        found = "a file is" if wanted.model.exists() else "nothing is"
        raise MissingFileError(f"{wanted.model}: --model must be a model directory, but {found} there; check the path")


@contextmanager
def said_in_options() -> Iterator[None]:
    """Have errors speak of the options of the command instead of scenes.tsv."""
    try:
        yield
    except SemispectralError as error:
        raise type(error)(in_options(str(error))) from error


def in_options(message: str) -> str:
    """A message about columns of scenes.tsv, with the options that stand for them here."""
    said = COLUMNS.sub(lambda found: _options_in(found[1]), message)
    for there, here in IN_THE_TABLE.items():
        said = said.replace(there, here)
    return UNMISTAKABLE.sub(lambda found: OPTIONS.get(found[1], found[1]), said)


def _options_in(columns: str) -> str:
    return re.sub(r"'?(\w+)'?", lambda found: OPTIONS.get(found[1], found[1]), columns)
