"""Read the table ``scenes.tsv`` strictly: one row per scene."""

import os
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

from semispectral.errors import ConfigError
from semispectral.study import cells, tsv
from semispectral.study.names import (
    MOST_NAMED,
    quoted,
    require_distinct_files,
    require_distinct_spellings,
    some,
    spelling,
)
from semispectral.study.paths import inside
from semispectral.study.scene import REFERENCE_ROLES, SHARES, WAVELENGTH_TABLES, DepthMark, LabelSource, Scene
from semispectral.study.suggestions import hint, nearest

REQUIRED: dict[str, Callable[[str, str], Any]] = {
    "scene": cells.name,
    "hole": cells.group,
    "data": cells.path,
    "data_key": cells.plain,
    "labels": cells.plain,
    "labels_key": cells.plain,
    "axes": cells.axes,
    "wavelengths": cells.plain,
    "scale": cells.optional(cells.positive),
    "nodata": cells.optional(cells.nodata),
    "use": cells.codes,
    "ignore": cells.codes,
}
OPTIONAL: dict[str, Callable[[str, str], Any]] = {
    "pixel_mm": cells.optional(cells.positive),
    "depth_from_m": cells.optional(cells.number),
    "depth_to_m": cells.optional(cells.number),
    "labels_axes": cells.plain,
    **{
        f"{role}{end}": parse
        for role in REFERENCE_ROLES
        for end, parse in (("", cells.plain), ("_key", cells.plain), ("_lines", cells.lines))
    },
    "panel": cells.plain,
    "depth_marks": cells.plain,
    "mask": cells.plain,
    "map_only": cells.yes,
    "sensor": cells.plain,
}
FILES = (*REFERENCE_ROLES, "panel", "mask")  # columns of files that may be left out
PARSERS = {**REQUIRED, **OPTIONAL}


def _header(path: Path, header: list[str], required: Collection[str], optional: Collection[str]) -> None:
    """Check the header of the table."""
    times = Counter(header)
    unknown = sorted(set(times) - {*required, *optional})
    absent = [name for name in required if name not in times]
    twice = sorted(name for name, number in times.items() if number > 1)
    for what, names in (("unknown", unknown), ("missing", absent), ("repeated", twice)):
        if names:
            said = some(names, show=quoted) + _nearest_columns(names, times, [*required, *optional])
            raise ConfigError(
                f"{path}: {what} column(s) {said}; a tab-separated table with the columns "
                f"{', '.join(required)} is needed, and may have {', '.join(optional)}"
            )


def _nearest_columns(names: list[str], header: Collection[str], known: Collection[str]) -> str:
    """Name the nearest known and absent column for each of the first unknown ones."""
    free = [name for name in known if name not in header]
    pairs = [(name, nearest(name, free)) for name in names[:MOST_NAMED] if name not in known]
    found = [f"{near!r} for {quoted(name, limit=40)}" for name, near in pairs if near]
    return f" (did you mean {', '.join(found)}?)" if found else ""


def records(
    path: Path, *, what: str, key: str, row: str, required: Collection[str], optional: Collection[str]
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the number and the cells of each row of a table, whose header is checked.

    Parameters
    ----------
    path : Path, the table, tab-separated UTF-8.
    what : str, name of the table, for errors.
    key : str, key of the configuration that names it.
    row : str, what each row is of, for errors.
    required, optional : collection of str, columns that it must have, and that it may have.

    Raises
    ------
    MissingFileError : the table does not exist.
    ConfigError : a column is unknown, absent or repeated, or a row has another number of cells.
    """
    rows = tsv.read_rows(path, what=what, key=key)
    if not rows:
        raise ConfigError(f"{path}: is empty; a header and one row per {row} are needed")
    _header(path, rows[0], required, optional)
    for number, texts in enumerate(rows[1:], start=2):
        if not any(texts):
            continue
        if len(texts) != len(rows[0]):
            raise ConfigError(
                f"{path}, row {number}: {len(rows[0])} tab-separated cells are needed, one per column, got {len(texts)}"
            )
        yield number, dict(zip(rows[0], texts, strict=True))


def _rows_of(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the number and the cells of each row of ``scenes.tsv``."""
    yield from records(
        path, what="the table of scenes", key="scenes", row="scene", required=REQUIRED, optional=OPTIONAL
    )


def check_together(scene: Scene, where: str) -> None:
    """Check the cells of a row against each other.

    Parameters
    ----------
    scene : Scene, the row.
    where : str, file and row, for the error.

    Raises
    ------
    ConfigError : two cells contradict each other.
    """
    if 0 in scene.use:
        raise ConfigError(f"{where}, column 'use': 0 means unlabelled and cannot be a class; begin the range at 1")
    both = [r for r in scene.use.ranges for s in scene.ignore.ranges if r[0] <= s[1] and s[0] <= r[1]]
    if both:
        raise ConfigError(f"{where}: columns 'use' and 'ignore' share codes in {both}; a code can be in one of them")
    _check_references(scene, where)
    if scene.depth_from_m is not None and scene.depth_to_m is not None and scene.depth_to_m <= scene.depth_from_m:
        raise ConfigError(
            f"{where}: depth_to_m must lie below depth_from_m ({scene.depth_from_m}), got {scene.depth_to_m}"
        )


def _records_of_marks(path: Path) -> Iterator[tuple[int, tsv.Record]]:
    """Yield the number and the cells of each row of a table of depth marks."""
    columns = ("line", "depth_m")
    yield from tsv.read_saved_records(path, what="a table of depth marks", key="depth_marks", columns=columns)


def read_marks(path: Path, scene: str) -> tuple[DepthMark, ...]:
    """Read the depth marks of a scene from a table with the columns line and depth_m, and maybe scene and run.

    Parameters
    ----------
    path : Path, the table, as a spreadsheet saves it.
    scene : str, name of the scene; rows of other scenes are passed over.

    Raises
    ------
    MissingFileError : the table does not exist.
    ConfigError : a column is absent, a cell is wrong, no row is of the scene, or depths do not go down.
    """
    marks = []
    for number, cell in _records_of_marks(path):
        if cell.get("scene", scene) == scene:
            where = f"{path}, row {number}, column"
            run = cells.number(cell.get("run") or "1", f"{where} 'run'")
            line = cells.number(cell["line"], f"{where} 'line'")
            marks.append(DepthMark(int(run), line, cells.number(cell["depth_m"], f"{where} 'depth_m'")))
            if run != int(run) or run < 1 or line < 0:
                raise ConfigError(f"{where} 'run': runs count from 1 and lines from 0, got run {run:g}, line {line:g}")
    if not marks:
        raise ConfigError(f"{path}: has no row of the scene {scene}; check its column scene")
    ordered = tuple(sorted(marks, key=lambda mark: (mark.run, mark.line, mark.depth_m)))
    for above, below in pairwise(ordered):
        if below.depth_m < above.depth_m:
            raise ConfigError(
                f"{path}: depths go down along the lines of a run and from run to run, but {scene} has "
                f"{above.depth_m:g} m at line {above.line:g} of run {above.run} and then {below.depth_m:g} m at line "
                f"{below.line:g} of run {below.run}; correct one"
            )
    return ordered


def _refuse_key(text: str, values: Mapping[str, Any], where: str, name: str) -> None:
    """Refuse the key of an array where the path of a file is needed: ``/hsimage/white``."""
    if name in REFERENCE_ROLES and values["data_key"] and text.startswith("/") and not Path(text).exists():
        raise ConfigError(
            f"{where}: the path of a file is needed, got {quoted(text)}, and no such file exists; an array in the "
            f"scan's own file stands in the column {name}_key"
        )


def _check_references(scene: Scene, where: str) -> None:
    """Check the cells on references against each other."""
    columns = {role: f"{role} or {role}_key" for role in REFERENCE_ROLES}
    named = {role: scene.reference(role) is not None for role in REFERENCE_ROLES}
    if named["white"] != named["dark"]:
        there, absent = ("white", "dark") if named["white"] else ("dark", "white")
        raise ConfigError(
            f"{where}: a white and a dark reference go together, got a {there} one and no {absent} one; name it in "
            f"the columns {columns[absent]} of scenes.tsv, or leave both out"
        )
    for name, given in (("white_dark", named["white_dark"]), ("panel", scene.panel is not None)):
        if given and not named["white"]:
            raise ConfigError(
                f"{where}: column {name!r} is of a white reference, and none is named; name it in the columns "
                f"{columns['white']} of scenes.tsv, or leave {name} out"
            )


def _scene(where: str, record: dict[str, str], place: Callable[[str, str], Path]) -> Scene:
    """Build a scene from the cells of a row."""
    values = {name: PARSERS[name](text, f"{where}, column {name!r}") for name, text in record.items()}
    values["name"] = values.pop("scene")
    values["data"] = place(values["data"], f"{where}, column 'data'")
    values |= _labels(where, values, place)
    located(values, where, place)
    marks = values.pop("depth_marks", "")
    if marks:
        values["depth_marks"] = read_marks(place(marks, f"{where}, column 'depth_marks'"), values["name"])
    scene = Scene(**values)
    check_together(scene, where)
    return scene


def located(values: dict[str, Any], where: str, place: Callable[[str, str], Path]) -> None:
    """Put paths in place of the texts that name the files of references, panel and wavelengths.

    Parameters
    ----------
    values : dict, cells of a row by column, changed in place.
    where : str, file and row, for the error.
    place : callable, function of a text and a place that returns the path.
    """
    for name in FILES:
        text = values.pop(name, "")
        if text:
            _refuse_key(text, values, f"{where}, column {name!r}", name)
            values[name] = place(text, f"{where}, column {name!r}")
    if values["wavelengths"].lower().endswith(WAVELENGTH_TABLES):
        values["wavelengths"] = str(place(values["wavelengths"], f"{where}, column 'wavelengths'"))


def _labels(where: str, values: Mapping[str, Any], place: Callable[[str, str], Path]) -> dict[str, Any]:
    """Return the fields of a scene that name its labels; an empty part of the cell is the scan's own file."""
    names = cells.parts(values["labels"])
    for number, name in enumerate(names[1:], start=2):
        if not name:
            raise ConfigError(
                f"{where}, column 'labels': part {number} is empty, and only the first can be, which then is the "
                f"scan's own file; name a file, or leave out a {cells.BETWEEN_FILES!r}, got {quoted(values['labels'])}"
            )
    keys, axes = (
        _one_each(names, cells.parts(values.get(column, "")), f"{where}, column {column!r}")
        for column in ("labels_key", "labels_axes")
    )
    in_scan = ",".join(axis for axis in values["axes"].split(",") if axis != "band")
    sources = []
    for name, key, order in zip(names, keys, axes, strict=True):
        path = place(name, f"{where}, column 'labels'") if name else values["data"]
        usual = in_scan if path == values["data"] else "line,sample"
        _require_share(key, f"{where}, column 'labels_key'")
        sources.append(LabelSource(path, key, cells.label_axes(order, f"{where}, column 'labels_axes'") or usual))
    first, *over = sources
    return {"labels": first.path, "labels_key": first.key, "labels_axes": first.axes, "labels_over": tuple(over)}


def _require_share(key: str, where: str) -> None:
    """Refuse a least share of a label that is no share."""
    named, _, text = key.partition(":")
    if named == "shares" and text and not (SHARES.fullmatch(key) and float(text) <= 1):
        raise ConfigError(
            f"{where}: 'shares:' is followed by the share from 0 to 1 from which the dominant class of a pixel is its "
            f"label, as in shares:0.5; got {quoted(key)}"
        )


def _one_each(names: list[str], parts: list[str], where: str) -> list[str]:
    """Return one part of a cell for each file of labels; those that are left out are empty."""
    if len(parts) > len(names):
        raise ConfigError(
            f"{where}: at most one part for each file in the column labels is needed, {len(names)}, separated by "
            f"{cells.BETWEEN_FILES!r}, got {len(parts)}; give one for each file, in the same order"
        )
    return [*parts, *[""] * (len(names) - len(parts))]


def read_scenes(path: Path, *, data_root: Path, allow_outside: bool = False) -> tuple[Scene, ...]:
    """Read ``scenes.tsv`` strictly: every error names the file, the row and the column.

    Parameters
    ----------
    path : Path, the table, tab-separated UTF-8.
    data_root : Path, folder that relative paths start from.
    allow_outside : bool, whether paths may lead out of ``data_root``.

    Raises
    ------
    MissingFileError : the table does not exist.
    ConfigError : a column or a cell is unknown, absent, repeated or wrong.
    """
    place = partial(inside, root=data_root, allow_outside=allow_outside)
    records = dict(_rows_of(path))
    rows = {number: _scene(f"{path}, row {number}", record, place) for number, record in records.items()}
    if not rows:
        raise ConfigError(f"{path}: has a header but no scene; add one row per scene")
    scenes = tuple(rows.values())
    twice = sorted(name for name, times in Counter(scene.name for scene in scenes).items() if times > 1)
    if twice:
        raise ConfigError(f"{path}: duplicate scenes: {some(twice)}; rename them")
    require_distinct_files((scene.name for scene in scenes), where=f"{path}, column 'scene'")
    require_distinct_files((scene.hole for scene in scenes), where=f"{path}, column 'hole'")
    require_distinct_spellings(
        (scene.hole for scene in scenes),
        what="hole",
        harm="whose scans would then both train and test",
        where=f"{path}, column 'hole'",
    )
    _refuse_same_data(path, rows)
    readers: dict[Path, set[str]] = {}
    for number, record in records.items():
        if record.get("depth_marks"):
            table = place(record["depth_marks"], f"{path}, row {number}, column 'depth_marks'")
            readers.setdefault(table, set()).add(record["scene"])
    _refuse_lost_marks(readers, [scene.name for scene in scenes])
    return scenes


def _refuse_lost_marks(readers: Mapping[Path, Collection[str]], scenes: Collection[str]) -> None:
    """Refuse depth marks of a scene of the study that it does not read: a misspelt name, or a row without the table."""
    known = {spelling(name): name for name in scenes}
    for table, names in readers.items():
        for number, cell in _records_of_marks(table):
            name = cell.get("scene")
            meant = known.get(spelling(name)) if name else None
            if name is None or name in names or (name and meant is None):
                continue
            said = f"{quoted(name)} names no scene that reads it" if name else "its cell 'scene' is empty"
            raise ConfigError(
                f"{table}, row {number}: {said}, so that the mark would be lost; {some(sorted(names))} name this table "
                f"in scenes.tsv; correct the row{f', or name the table in the row of {meant}' if meant else ''}"
            )


def require_masks_outside(scenes: Iterable[Scene], results: Path) -> None:
    """Refuse a mask that the workflow writes itself, which it would overwrite.

    Parameters
    ----------
    scenes : iterable of Scene, rows of ``scenes.tsv``.
    results : Path, folder of the results.

    Raises
    ------
    ConfigError : a row names a mask of the results.
    """
    own = os.path.realpath(results / "masks")
    for scene in scenes:
        if scene.mask is not None and os.path.commonpath([os.path.realpath(scene.mask), own]) == own:
            raise ConfigError(
                f"scenes.tsv, column 'mask' of the scene {scene.name}: {scene.mask} is a mask of the results, which "
                "the workflow writes itself; copy it to your own folder, paint there, and name the copy"
            )


def _refuse_same_data(path: Path, rows: Mapping[int, Scene]) -> None:
    """Refuse a file in two rows, which could train in one and test in the other; the census finds copies."""
    seen: dict[tuple[str, str], int] = {}
    for number, scene in rows.items():
        first = seen.setdefault((os.path.realpath(scene.data), scene.data_key.strip("/")), number)
        if first != number:
            one = rows[first]
            raise ConfigError(
                f"{path}, rows {first} and {number}: both read {scene.data}, as {one.name} of hole {one.hole} and as "
                f"{scene.name} of hole {scene.hole}, so that the same pixels could train and test; name each scene's "
                "own file in the column data, or leave one row out"
            )


def require_test_holes(split: Mapping[str, Any], scenes: Collection[Scene], *, where: str) -> None:
    """Refuse test holes that no scene belongs to, or that leave no hole to train on. Needs no labels.

    Parameters
    ----------
    split : mapping, keys of the split: ``method`` and ``test_groups``.
    scenes : collection of Scene, rows of scenes.tsv.
    where : str, section of the configuration, for errors.

    Raises
    ------
    ConfigError : a name is not that of a hole, or all holes are named.
    """
    if split["method"] != "groups" or not scenes:
        return
    holes = sorted({scene.hole for scene in scenes})
    for name in split["test_groups"]:
        if name not in holes:
            raise ConfigError(
                f"{where}.test_groups names {name!r}, which no scene's column 'hole' does; {hint(name, holes)}"
            )
    if set(split["test_groups"]) == set(holes):
        raise ConfigError(
            f"{where}.test_groups names all holes ({some(holes)}), and a hole to train on is needed; "
            "name fewer, or set split.method to blocks"
        )
