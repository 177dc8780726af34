"""Check the tables of drill holes before a run: intervals, collars and surveys against the holes of the study."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from semispectral.check.problems import Problems
from semispectral.check.study import Study
from semispectral.downhole.depths import bottom_m, logged_holes, top_m
from semispectral.drillholes.collars import COLLAR, first_stations, read_collars, read_surveys
from semispectral.drillholes.interval_labels import IntervalLabel, columns_left_out, read_interval_labels
from semispectral.drillholes.table_files import hole_tables, interval_label_files
from semispectral.drillholes.table_rows import (
    Interval,
    column_values,
    first_text_among_numbers,
    read_intervals,
    read_rows,
    require_known,
)
from semispectral.errors import ConfigError
from semispectral.study.classes import ClassMap
from semispectral.study.names import natural, quoted, some

WHAT = {"table": "a table of intervals", "collar": "a table of collars", "survey": "a table of surveys"}
LATE_STATION_M = 30.0  # the usual distance of stations: a survey that begins deeper may lack its beginning

WITHOUT_DEPTH = (
    "intervals need depths, but not all scenes of {} have pixel_mm, or depth_from_m and depth_to_m, or depth_marks in "
    "scenes.tsv; add them, or leave its rows out"
)


def check_hole_tables(study: Study, problems: Problems) -> list[str]:
    """Collect what is wrong with the tables of drill holes; return what is worth knowing of them.

    Parameters
    ----------
    study : configuration and tables.
    problems : takes errors.
    """
    said: list[str] = []
    with problems.noted():
        named = hole_tables(study.config)
        if named["survey"] and not named["collar"]:
            raise ConfigError(
                "config, intervals.survey: a survey begins at a collar; name the table of collars in intervals.collar"
            )
        checks: dict[str, Callable[[Study, Path], Iterator[str]]] = {"table": _intervals, "collar": _collars}
        for key, check in checks.items():
            for path in named[key]:
                with problems.noted():
                    said += check(study, path)
        for path in interval_label_files(study.config):
            with problems.noted():
                said += _labels(study, path)
        for path in named["survey"]:
            with problems.noted():
                said += _surveys(study, path, named["collar"][0])
    return said


def _intervals(study: Study, path: Path) -> Iterator[str]:
    """Check a table of intervals."""
    rows = read_intervals(path, what=WHAT["table"], key="intervals.table")
    logged, holes = logged_holes(study.scenes), {scene.hole for scene in study.scenes}
    require_known(((row.where, row.hole) for row in rows), holes, what=WHAT["table"], path=path)
    for row in rows:
        if row.hole in holes and row.hole not in logged:
            raise ConfigError(f"{row.where}: {WITHOUT_DEPTH.format(quoted(row.hole))}")
    yield from _columns(rows, holes)
    yield from _without(path, logged, {row.hole for row in rows}, "no interval; it is cut into even ones")
    yield from _off_core(study, path, rows)
    yield from _foreign(path, {row.hole for row in rows} - holes)


def _columns(rows: list[Interval], holes: set[str]) -> Iterator[str]:
    """Refuse cells of further columns that no table of results can hold; name columns of numbers with text in them."""
    ours = [row for row in rows if row.hole in holes]
    for column in rows[0].others:
        whole = [row.others[column] for row in rows]
        where = [f"{row.where}, column {column!r}" for row in ours]
        column_values([row.others[column] for row in ours], where=where, whole=whole)
        place = first_text_among_numbers(whole)
        if place is not None:
            yield (
                f"{rows[place].where}, column {quoted(column)}: {quoted(whole[place])} is no number, so that the whole "
                "column is text in the table of results; leave such cells empty to have numbers"
            )


def _labels(study: Study, path: Path) -> Iterator[str]:
    """Check a table of interval labels."""
    classes = study.classes or ClassMap((), (), ())
    used = [code for code in sorted(classes.codes) if any(code in scene.use for scene in study.scenes)]
    rows = read_interval_labels(path, classes.select(used))
    logged, holes = logged_holes(study.scenes), {scene.hole for scene in study.scenes}
    require_known(((row.where, row.hole) for row in rows), holes, what="a table of interval labels", path=path)
    for row in rows:
        if row.hole in holes and row.hole not in logged:
            raise ConfigError(f"{row.where}: {WITHOUT_DEPTH.format(quoted(row.hole))}")
    left_out = columns_left_out(path, classes.select(used))
    if left_out:
        yield (
            f"{path}: the columns {some(left_out, show=quoted)} are of no class and left out; a class without a column "
            "gets a part of what the shares of a row leave of 1: call columns of shares as classes.tsv does"
        )
    tested = set(study.config["split"]["test_groups"]) & {row.hole for row in rows}
    if tested:
        yield f"{path}: intervals of {some(sorted(tested, key=natural))} are not trained on, for these are test holes"
    yield from _off_core(study, path, rows)
    yield from _foreign(path, {row.hole for row in rows} - holes)


def _off_core(study: Study, path: Path, rows: Sequence[Interval | IntervalLabel]) -> Iterator[str]:
    """Say of which holes no interval lies on a scan, where the table of scenes has all their depths."""
    for hole in sorted(set(logged_holes(study.scenes)) & {row.hole for row in rows}, key=natural):
        scenes = [scene for scene in study.scenes if scene.hole == hole]
        tops, bottoms = [top_m(scene) for scene in scenes], [bottom_m(scene) for scene in scenes]
        known = [depth_m for depth_m in (*tops, *bottoms) if depth_m is not None]
        mine = [(row.from_m, row.to_m) for row in rows if row.hole == hole]
        outside = known and all(below <= min(known) or above >= max(known) for above, below in mine)
        if outside and len(known) == 2 * len(scenes):
            yield (
                f"{path}: no interval of {quoted(hole)} lies on its scans: they go from {min(known):g} to "
                f"{max(known):g} m, the intervals from {min(mine)[0]:g} to {max(mine)[1]:g} m along the hole; are "
                "these depths in feet?"
            )


def _collars(study: Study, path: Path) -> Iterator[str]:
    """Check a table of collars."""
    rows = read_rows(path, COLLAR, what=WHAT["collar"], key="intervals.collar")
    known = read_collars(path, key="intervals.collar")
    logged, holes = logged_holes(study.scenes), {scene.hole for scene in study.scenes}
    require_known(((row.where, row.hole) for row in rows), holes, what=WHAT["collar"], path=path)
    absent = sorted(set(logged) - set(known), key=natural)
    if absent:
        raise ConfigError(
            f"{path}: a table of collars needs a row for each hole, and has none for {some(absent)}; add it"
        )
    yield from _foreign(path, set(known) - holes)


def _surveys(study: Study, path: Path, collar: Path) -> Iterator[str]:
    """Check a table of surveys."""
    collars = read_collars(collar, key="intervals.collar")
    down = study.config["intervals"]["dip_down"]
    courses = read_surveys(path, collars, key="intervals.survey", dip_down=down)
    logged = logged_holes(study.scenes)
    yield from _without(path, logged, set(courses), "no survey; its intervals get the collar alone")
    first = first_stations(path, key="intervals.survey")
    late = [hole for hole in sorted(set(courses) & set(logged), key=natural) if first[hole] > LATE_STATION_M]
    if late:
        deepest = max(late, key=lambda hole: first[hole])
        yield (
            f"{path}: the survey of {some(late)} begins deep ({quoted(deepest)} at {first[deepest]:g} m); from the "
            "collar to its first station a hole is taken to go as there: add a station at 0 m if it does not"
        )
    up = [hole for hole in sorted(set(courses) & set(logged), key=natural) if courses[hole].direction[0, 2] > 0]
    if up:
        yield (f"{path}: {some(up)} goes upwards with intervals.dip_down: {down}; if it goes down, set the other sign")


def _without(path: Path, logged: dict[str, list[str]], found: set[str], what: str) -> Iterator[str]:
    """Say which holes a table leaves out."""
    absent = sorted(set(logged) - found, key=natural)
    if absent:
        yield f"{path}: {some(absent)}: {what}"


def _foreign(path: Path, holes: set[str]) -> Iterator[str]:
    """Say which holes of a table are not of the study."""
    if holes:
        yield f"{path}: rows of {some(sorted(holes, key=natural))} are passed over, for no scene is of them"
