"""What scenes.tsv says of depths; light, so that the workflow can ask before anything runs."""

from collections.abc import Iterable

from semispectral.scene import Scene


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
