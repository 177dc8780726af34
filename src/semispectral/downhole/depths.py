"""What scenes.tsv says of depths; light, so that the workflow can ask before anything runs."""

import re
from collections.abc import Iterable

from semispectral.study.scene import Scene


def has_depth(scene: Scene) -> bool:
    """Whether a row of scenes.tsv says how long the core is: by its depths or by the size of its pixels."""
    return scene.pixel_mm is not None or (scene.depth_from_m is not None and scene.depth_to_m is not None)


def logged_holes(scenes: Iterable[Scene]) -> dict[str, list[str]]:
    """Names of the scenes of every hole, of those holes whose every scene has a depth."""
    holes: dict[str, list[Scene]] = {}
    for scene in scenes:
        holes.setdefault(scene.hole, []).append(scene)
    return {
        hole: sorted(scene.name for scene in members) for hole, members in holes.items() if all(map(has_depth, members))
    }


def natural(name: str) -> tuple[tuple[str | int, ...], str]:
    """What names are ordered by so that box_2 comes before box_10: letters as letters, numbers as numbers."""
    parts = re.split(r"([0-9]+)", name)
    return tuple(int(part) if place % 2 else part for place, part in enumerate(parts)), name


def from_top(scenes: Iterable[Scene]) -> list[Scene]:
    """The scans of a hole from top to bottom: by depth where all have one, otherwise by `natural` order of names."""
    listed = list(scenes)
    if any(scene.depth_from_m is None for scene in listed):
        return sorted(listed, key=lambda scene: natural(scene.name))
    return sorted(listed, key=lambda scene: (scene.depth_from_m, natural(scene.name)))


def ordered_by_name(scenes: Iterable[Scene]) -> dict[str, list[str]]:
    """Names from top to bottom of the scenes of every logged hole in which one or more have no depth."""
    known = {scene.name: scene for scene in scenes}
    holes = {hole: from_top(known[name] for name in names) for hole, names in logged_holes(known.values()).items()}
    return {
        hole: [scene.name for scene in members]
        for hole, members in holes.items()
        if any(scene.depth_from_m is None for scene in members)
    }
