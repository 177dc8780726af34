"""Depths in scenes.tsv. Imports little, so that the workflow can use it before it runs."""

from collections.abc import Iterable, Iterator
from itertools import pairwise

from semispectral.errors import DataError
from semispectral.study.names import natural
from semispectral.study.scene import Scene

LEAST_APART_M = 0.02  # between two scenes, below which it is no gap and no overlap


def has_depth(scene: Scene) -> bool:
    """Return True if a scene has a core length: from its marks, its depths, or its pixel size.

    Parameters
    ----------
    scene : row of scenes.tsv.
    """
    return (
        bool(scene.depth_marks)
        or scene.pixel_mm is not None
        or (scene.depth_from_m is not None and scene.depth_to_m is not None)
    )


def logged_holes(scenes: Iterable[Scene]) -> dict[str, list[str]]:
    """Return the names of the scenes of each hole whose scenes all have a core length.

    Parameters
    ----------
    scenes : rows of scenes.tsv.
    """
    holes: dict[str, list[Scene]] = {}
    for scene in scenes:
        holes.setdefault(scene.hole, []).append(scene)
    return {
        hole: sorted(scene.name for scene in members) for hole, members in holes.items() if all(map(has_depth, members))
    }


def from_top(scenes: Iterable[Scene]) -> list[Scene]:
    """Sort the scans of a hole from top to bottom: by depth if all have one, otherwise by `natural` order of names.

    Parameters
    ----------
    scenes : rows of scenes.tsv of one hole.
    """
    listed = list(scenes)
    if any(top_m(scene) is None for scene in listed):
        return sorted(listed, key=lambda scene: natural(scene.name))
    return sorted(listed, key=lambda scene: (top_m(scene), natural(scene.name)))


def top_m(scene: Scene) -> float | None:
    """Return the depth at which a scene begins, by its first mark or by scenes.tsv, or None.

    Parameters
    ----------
    scene : row of scenes.tsv.
    """
    return scene.depth_marks[0].depth_m if scene.depth_marks else scene.depth_from_m


def bottom_m(scene: Scene) -> float | None:
    """Return the depth at which a scene ends, by its last mark or by scenes.tsv, or None.

    Parameters
    ----------
    scene : row of scenes.tsv.
    """
    return scene.depth_marks[-1].depth_m if scene.depth_marks else scene.depth_to_m


def require_marks_on_scan(scene: Scene, lines: int) -> None:
    """Refuse a depth mark beyond the last line of its scan; one may stand at the end of that line.

    Parameters
    ----------
    scene : row of scenes.tsv.
    lines : number of lines of the scan.

    Raises
    ------
    DataError : a mark lies beyond the scan.
    """
    beyond = [mark for mark in scene.depth_marks if mark.line > lines]
    if beyond:
        raise DataError(
            f"{scene.name}: lines of depth marks are those of its scan, from 0 to {lines - 1}, and the mark of "
            f"{beyond[0].depth_m:g} m lies at line {beyond[0].line:g}; correct the column line of its marks, which "
            "counts lines, and no mm"
        )


def joins(scenes: Iterable[Scene]) -> list[str]:
    """Describe where the scenes of a hole overlap, leave a gap, or lose core, by their depths.

    Parameters
    ----------
    scenes : rows of scenes.tsv, of any holes.
    """
    holes: dict[str, list[Scene]] = {}
    for scene in scenes:
        holes.setdefault(scene.hole, []).append(scene)
    said = []
    for hole, members in holes.items():
        known = [scene for scene in from_top(members) if top_m(scene) is not None and bottom_m(scene) is not None]
        for above, below in pairwise(known):
            apart = (top_m(below) or 0.0) - (bottom_m(above) or 0.0)
            if abs(apart) > LEAST_APART_M:
                where = f"{above.name} ends at {bottom_m(above):g} m, and {below.name} begins at {top_m(below):g} m"
                said.append(f"{hole}: {where}: {'a gap' if apart > 0 else 'an overlap'} of {abs(apart):.2f} m")
        said += [text for scene in members for text in _losses(scene)]
    return said


def _losses(scene: Scene) -> Iterator[str]:
    """Yield a sentence for each line on which two marks stand: core between them is lost."""
    for above, below in pairwise(scene.depth_marks):
        if (above.run, above.line) == (below.run, below.line) and below.depth_m > above.depth_m:
            lost = below.depth_m - above.depth_m
            yield (
                f"{scene.name}: {lost:.2f} m of core are lost at line {above.line:g} of run {above.run}, from "
                f"{above.depth_m:g} to {below.depth_m:g} m, by its marks"
            )


def ordered_by_name(scenes: Iterable[Scene]) -> dict[str, list[str]]:
    """Return the scene names, from top to bottom, of each logged hole with a scene without a top depth.

    Parameters
    ----------
    scenes : rows of scenes.tsv.
    """
    known = {scene.name: scene for scene in scenes}
    holes = {hole: from_top(known[name] for name in names) for hole, names in logged_holes(known.values()).items()}
    return {
        hole: [scene.name for scene in members]
        for hole, members in holes.items()
        if any(top_m(scene) is None for scene in members)
    }
