"""Depths in scenes.tsv. Imports little, so that the workflow can use it before it runs."""

from collections.abc import Iterable

from semispectral.study.names import natural
from semispectral.study.scene import Scene


def has_depth(scene: Scene) -> bool:
    """Return True if a scene has a core length: from its depths, or from its pixel size.

    Parameters
    ----------
    scene : row of scenes.tsv.
    """
    return scene.pixel_mm is not None or (scene.depth_from_m is not None and scene.depth_to_m is not None)


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
    if any(scene.depth_from_m is None for scene in listed):
        return sorted(listed, key=lambda scene: natural(scene.name))
    return sorted(listed, key=lambda scene: (scene.depth_from_m, natural(scene.name)))


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
        if any(scene.depth_from_m is None for scene in members)
    }
