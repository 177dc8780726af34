"""Read ``sensors.tsv``, the table of the data that further sensors measured of the scenes: one row per file."""

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from semispectral.errors import ConfigError
from semispectral.study import cells, tsv
from semispectral.study.classes import CodeSet
from semispectral.study.names import quoted, require_distinct_spellings, some
from semispectral.study.paths import inside
from semispectral.study.scene import REFERENCE_ROLES, OtherSensor, Scene, TiePoint
from semispectral.study.scenes import PARSERS, check_together, located, records
from semispectral.study.suggestions import hint

INTERPOLATIONS = ("bilinear", "nearest")
FEWEST_POINTS = 4  # three always fit an affine, so that nothing would be known of their errors
MOST_POINTS = 2000
SMALLEST_AREA = 1e-6  # of a pixel of the scene, in pixels of the sensor
POINT_COLUMNS = ("line", "sample", "grid_line", "grid_sample")
OF_A_ROW = ("data_key", "axes", "wavelengths", "scale", "nodata", "panel")
REFERENCES = tuple(f"{role}{end}" for role in REFERENCE_ROLES for end in ("", "_key", "_lines"))
USUAL_NAME = "first"  # of the sensor of scenes.tsv, where it is not named
NO_CODES = CodeSet(())


def _interpolation(text: str, where: str) -> str:
    """Read a way to interpolate; empty: bilinear."""
    name = text or INTERPOLATIONS[0]
    if name not in INTERPOLATIONS:
        raise ConfigError(f"{where}: must be one of {', '.join(INTERPOLATIONS)}, got {quoted(name)}")
    return name


REQUIRED: dict[str, Callable[[str, str], Any]] = {
    "scene": cells.plain,
    "sensor": cells.name,
    "data": cells.path,
}
OPTIONAL: dict[str, Callable[[str, str], Any]] = {
    **{name: PARSERS[name] for name in (*OF_A_ROW, *REFERENCES)},
    "place": cells.plain,
    "most_residual": cells.optional(cells.positive),
    "interpolation": _interpolation,
}
COLUMNS = {**REQUIRED, **OPTIONAL}


def require_sensors_of(scenes: Sequence[Scene], named: Iterable[str]) -> None:
    """Refuse sensors of the configuration that no scene has.

    Parameters
    ----------
    scenes : sequence of Scene, with their sensors; without any nothing is refused.
    named : iterable of str, names under ``cleaning.sensors``.

    Raises
    ------
    ConfigError : no scene has a sensor of this name.
    """
    known = sorted(
        {name for scene in scenes for name in (scene.sensor, *(other.name for other in scene.others)) if name}
    )
    unknown = [name for name in named if name not in known]
    if scenes and unknown:
        raise ConfigError(
            f"config, cleaning.sensors: {some(unknown, show=quoted)} is no sensor of the scenes, which have "
            f"{some(known, show=quoted) if known else 'one each, without a name'}; correct the name, or take it out"
        )


def with_sensors(
    scenes: Sequence[Scene], path: Path | None, *, data_root: Path, allow_outside: bool = False
) -> tuple[Scene, ...]:
    """Return the scenes with the other sensors that ``sensors.tsv`` names.

    All scenes get the sensors of the study in one order: first those of ``scenes.tsv``, then those of ``sensors.tsv``,
    each by its first row. A scene that lacks one learns its bands from the first scene that has it.

    Parameters
    ----------
    scenes : sequence of Scene, rows of ``scenes.tsv``.
    path : Path or None, the table, tab-separated UTF-8; None: no scene has another sensor.
    data_root : Path, folder that relative paths start from.
    allow_outside : bool, whether paths may lead out of ``data_root``.

    Raises
    ------
    MissingFileError : the table, or one that it names, does not exist.
    ConfigError : a column or a cell is unknown, absent, repeated or wrong, or rows contradict each other.
    """
    named = [scene for scene in scenes if scene.sensor]
    if path is None and len({scene.sensor for scene in scenes}) < 2:
        return tuple(scene.alone for scene in scenes)
    if named and len(named) < len(scenes):
        lacking = [scene.name for scene in scenes if not scene.sensor]
        raise ConfigError(
            f"scenes.tsv, column 'sensor': the sensor of each scene is needed, or of none, but {some(lacking)} has "
            "none; name it"
        )
    own = {
        scene.name: replace(scene, sensor=cells.name(scene.sensor or USUAL_NAME, "scenes.tsv, column 'sensor'"))
        for scene in scenes
    }
    place = partial(inside, root=data_root, allow_outside=allow_outside)
    others = _others(path, own, place) if path else {}
    order = list(dict.fromkeys([*(scene.sensor for scene in own.values()), *(name for _, name in others)]))
    require_distinct_spellings(
        order,
        what="sensor",
        harm="which would be two to the study, each without the scenes of the other",
        where="sensors.tsv and scenes.tsv, column 'sensor'",
    )
    donors: dict[str, OtherSensor] = {}
    for scene in own.values():
        donors.setdefault(scene.sensor, OtherSensor(scene.sensor, _bare(scene)))
    for (_, name), other in others.items():
        donors.setdefault(name, other)
    lent = {name: replace(donor, affine=(), tie_points=(), absent=True) for name, donor in donors.items()}
    return tuple(
        replace(
            scene,
            own_place=order.index(scene.sensor),
            others=tuple(others.get((scene.name, name), lent[name]) for name in order if name != scene.sensor),
        )
        for scene in own.values()
    )


def _bare(scene: Scene) -> Scene:
    """Return the row of the scene's own sensor without hole, labels, codes and depths."""
    row = replace(scene.without_labels().alone, hole="", use=NO_CODES, ignore=NO_CODES)
    return replace(
        row, pixel_mm=None, depth_from_m=None, depth_to_m=None, depth_marks=(), labels_axes="line,sample", mask=None
    )


def _others(
    path: Path, scenes: Mapping[str, Scene], place: Callable[[str, str], Path]
) -> dict[tuple[str, str], OtherSensor]:
    """Return the rows of the table, by scene and sensor."""
    found: dict[tuple[str, str], OtherSensor] = {}
    at: dict[tuple[str, str], int] = {}
    files = {_file(scene): f"scenes.tsv ({name})" for name, scene in scenes.items()}
    listed = records(
        path, what="the table of sensors", key="sensors", row="further sensor", required=REQUIRED, optional=OPTIONAL
    )
    for number, record in listed:
        where = f"{path}, row {number}"
        scene, other = _row(where, record, scenes, place)
        key = (scene, other.name)
        if key in found or scenes[scene].sensor == other.name:
            before = f"row {at[key]}" if key in at else "scenes.tsv"
            raise ConfigError(
                f"{where}: {scene} has two sensors of the name {other.name}, the other one in {before}; give each "
                "sensor of a scene a name of its own (column sensor; that of the data in scenes.tsv stands there, and "
                f"is {USUAL_NAME} where it does not)"
            )
        first = files.setdefault(_file(other.row), f"row {number}")
        if first != f"row {number}":
            raise ConfigError(f"{where}: {other.row.data} is named in {first} too; name each sensor's own file")
        found[key], at[key] = other, number
    if not found:
        raise ConfigError(f"{path}: has a header but no row; add one per further sensor of a scene, or leave it out")
    return found


def _file(row: Scene) -> tuple[str, str]:
    return os.path.realpath(row.data), row.data_key.strip("/")


def _row(
    where: str, record: Mapping[str, str], scenes: Mapping[str, Scene], place: Callable[[str, str], Path]
) -> tuple[str, OtherSensor]:
    """Read one row: the name of its scene, and the sensor."""
    cell = dict.fromkeys(OPTIONAL, "") | dict(record)
    values = {name: COLUMNS[name](text, f"{where}, column {name!r}") for name, text in cell.items()}
    name = values.pop("scene")
    if name not in scenes:
        raise ConfigError(f"{where}, column 'scene': unknown scene {quoted(name)}; {hint(name, scenes)}")
    sensor, lies, most, interpolation = (
        values.pop(column) for column in ("sensor", "place", "most_residual", "interpolation")
    )
    values["data"] = place(values["data"], f"{where}, column 'data'")
    located(values, where, place)
    row = Scene(name, "", labels=values["data"], labels_key="", use=NO_CODES, ignore=NO_CODES, **values)
    check_together(row, where)
    affine, points = _place(lies, f"{where}, column 'place'", place, name, sensor)
    return name, OtherSensor(sensor, row, affine, points, 1.0 if most is None else most, interpolation)


def _place(
    text: str, where: str, place: Callable[[str, str], Path], scene: str, sensor: str
) -> tuple[tuple[float, ...], tuple[TiePoint, ...]]:
    """Read where the pixels of a sensor lie: nothing, six numbers, or the path of a table of tie points."""
    if not text:
        return (), ()
    if text.lower().endswith((".tsv", ".csv")):
        return (), read_tie_points(place(text, where), scene, sensor)
    numbers = [part for part in re.split(r"[,;\s]+", text) if part]
    if len(numbers) != 6:
        raise ConfigError(
            f"{where}: six numbers a b c d e f are needed (line = a line' + b sample' + c, sample = d line' + e "
            f"sample' + f), or the path of a table of tie points (.tsv or .csv), got {quoted(text)}"
        )
    a, b, c, d, e, f = (cells.number(number, where) for number in numbers)
    if abs(a * e - b * d) < SMALLEST_AREA:
        raise ConfigError(
            f"{where}: six numbers that lead different pixels to different places are needed, so that a e - b d is not "
            f"0, got {quoted(text)}; pixel by pixel they are 1 0 0 0 1 0"
        )
    return (a, b, c, d, e, f), ()


def read_tie_points(path: Path, scene: str, sensor: str) -> tuple[TiePoint, ...]:
    """Read the tie points of a sensor from a table with the columns line, sample, grid_line and grid_sample.

    Parameters
    ----------
    path : Path, the table, as a spreadsheet saves it.
    scene : str, name of the scene; with a column scene, rows of other scenes are passed over.
    sensor : str, name of the sensor; with a column sensor, rows of other sensors are passed over.

    Raises
    ------
    MissingFileError : the table does not exist.
    ConfigError : a column is absent, a cell is wrong, or there are too few or too many points.
    """
    points = []
    for number, cell in tsv.read_saved_records(path, what="a table of tie points", key="place", columns=POINT_COLUMNS):
        if cell.get("scene", scene) == scene and cell.get("sensor", sensor) == sensor:
            where = f"{path}, row {number}, column"
            points.append(TiePoint(*(cells.number(cell[name], f"{where} {name!r}") for name in POINT_COLUMNS)))
    if not FEWEST_POINTS <= len(points) <= MOST_POINTS:
        raise ConfigError(
            f"{path}: {FEWEST_POINTS} to {MOST_POINTS} tie points of {sensor} of the scene {scene} are needed, got "
            f"{len(points)}; add some (semispectral align finds them), or check the columns scene and sensor"
        )
    return tuple(points)
