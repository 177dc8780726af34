"""Files of a map: GeoTIFF and ENVI rasters, the picture, and map.json, which describes them."""

import math
from pathlib import Path
from typing import Any

import numpy as np

from semispectral.errors import IntegrityError, MissingFileError
from semispectral.maps.classify import Drawn, smoothing_effect
from semispectral.maps.picture import draw_picture
from semispectral.maps.rasters import Legend, copy_as_envi, write_bands, write_classes
from semispectral.maps.scene_map import Ground
from semispectral.storage.atomic import replacing_files
from semispectral.storage.seal import file_sha256, read_json, write_json

CONFIDENCE = ("probability", "entropy_nats", "novelty_nats")
FACTS = "map.json"
FILES = ("class.tif", "class.img", "class.hdr", "probability.tif", "confidence.tif", "map.png", FACTS)


def write_map(directory: Path, drawn: Drawn, *, ground: Ground, scene: str, smoothing: str) -> None:
    """Write all files of a map.

    ``class.tif``, ``class.img`` with ``class.hdr``, ``probability.tif`` (one band per class), ``confidence.tif`` (bands
    `CONFIDENCE`), ``map.png`` and ``map.json``.

    Parameters
    ----------
    directory : path of the directory; it is created if necessary.
    drawn : the map.
    ground : georeference of the map.
    scene : name of the scene.
    smoothing : name of the smoothing, for map.json.
    """
    found, tags = drawn.map, {"SCENE": scene}
    facts = facts_of(drawn) | {"scene": scene, "smoothing": smoothing, "pixel_mm": ground.pixel_mm}
    rasters = (found.probability, found.confidence, found.entropy, found.novelty, drawn.picture)
    with replacing_files(directory, last=FACTS, needed=sum(raster.nbytes for raster in rasters)) as unfinished:
        legend = Legend(found.values, found.names, found.colours)
        write_classes(unfinished / "class.tif", found.raster, legend=legend, ground=ground, tags=tags)
        copy_as_envi(unfinished / "class.tif", unfinished / "class.img", legend=legend, scene=scene)
        bands = np.moveaxis(found.probability, 2, 0)
        write_bands(unfinished / "probability.tif", bands, names=found.classes.names, ground=ground, tags=tags)
        confidence = np.stack([found.confidence, found.entropy, found.novelty])
        write_bands(unfinished / "confidence.tif", confidence, names=CONFIDENCE, ground=ground, tags=tags)
        draw_picture(unfinished / "map.png", drawn, title=scene, pixel_mm=ground.pixel_mm)
        files = {path.name: file_sha256(path) for path in sorted(unfinished.iterdir())}
        write_json(unfinished / FACTS, facts | {"files": files})


def facts_of(drawn: Drawn) -> dict[str, Any]:
    """Return the content of map.json: legend, threshold, and test confusions with and without smoothing.

    Parameters
    ----------
    drawn : the map.
    """
    found = drawn.map
    rows = zip(found.values, found.names, found.colours, found.counts.tolist(), strict=True)
    return {
        "classes": found.classes.to_dict(),
        "legend": [dict(zip(("value", "name", "colour", "pixels"), row, strict=True)) for row in rows],
        "line_depth_m": [float(depth) if math.isfinite(depth) else None for depth in found.line_depth_m],
        "novel_share": float(found.novel.sum() / max(found.valid.sum(), 1)),
        "threshold_nats": found.threshold if math.isfinite(found.threshold) else None,
        "confusion": {name: counts.tolist() for name, counts in drawn.confusion.items()},
        "smoothing_effect": smoothing_effect([drawn.confusion]),
    }


def read_facts(directory: Path) -> dict[str, Any]:
    """Read map.json and check that it is unchanged.

    Parameters
    ----------
    directory : directory of the map.

    Raises
    ------
    MissingFileError : there is no map.json.
    """
    if not (directory / FACTS).is_file():
        raise MissingFileError(f"{directory}: a map has {FACTS}, which is not there; run the rule 'paint'")
    return read_json(directory / FACTS)


def require_file(directory: Path, name: str) -> Path:
    """Return the path of a file of a map, after checking that it belongs to its map.json.

    Parameters
    ----------
    directory : directory of the map.
    name : name of the file.

    Raises
    ------
    MissingFileError : the file is absent.
    IntegrityError : the file was changed, or belongs to another map.
    """
    path, known = directory / name, read_facts(directory)["files"]
    if not path.is_file():
        raise MissingFileError(f"{path}: is not there; delete {directory / FACTS} and run the rule 'paint' again")
    if file_sha256(path) != known.get(name):
        raise IntegrityError(
            f"{path}: was cut or changed since it was written, or is of another map than its {FACTS}; delete "
            f"{directory / FACTS} and run the workflow again: the rule 'paint' makes both anew"
        )
    return path
