"""Keep the numbers of a map in one checked file: what the scan and the model give, without names, colours and sizes.

Pictures, rasters, logs and pages are made of it. So a class may be called or coloured otherwise, or a depth corrected,
and no scan is read again.
"""

import logging
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from semispectral.maps.classify import Drawn
from semispectral.maps.scene_map import NOVEL_NAME, Ground, SceneMap
from semispectral.maps.smoothing import SmoothConfig
from semispectral.scans.cube import Cube
from semispectral.storage import arrays
from semispectral.study.classes import UNLABELLED, ClassMap
from semispectral.study.scene import Scene

log = logging.getLogger(__name__)

MOST_NOVEL = 50.0  # percent of unknown pixels, from which on the scan is more likely read wrongly than of other rock
NUMBERS = "numbers.parquet"
ARRAYS = ("probability", "log_p", "picture", "label")
COMPRESSION = "zstd"


@dataclass(frozen=True, eq=False)
class Numbers:
    """Content of the file.

    Attributes
    ----------
    drawn : the map, with classes called by their codes, and the images shown beside it.
    ground : georeference that the scan states, without the pixel size of scenes.tsv.
    scene : name of the scene.
    smoothing : name of the smoothing.
    """

    drawn: Drawn
    ground: Ground
    scene: str
    smoothing: str


def numbers_of(drawn: Drawn, cube: Cube, scene: Scene, smooth: SmoothConfig) -> Numbers:
    """Return a map with its georeference, and log the share of unknown pixels.

    Parameters
    ----------
    drawn : the map.
    cube : the scan.
    scene : its row of scenes.tsv.
    smooth : settings of the smoothing.
    """
    pixels = int(drawn.map.valid.sum())
    share = 100 * drawn.map.novel.sum() / max(pixels, 1)
    log.info("%s: %d pixels classified, %.1f %% of them %s", scene.name, pixels, share, NOVEL_NAME)
    if share > MOST_NOVEL:
        log.warning(
            "%s: most of its spectra are unlike all that the model was trained on, so that its map says little: if the "
            "rock is alike, look at scale, references, bands, byte order and interleave of the scan",
            scene.name,
        )
    return Numbers(drawn, Ground.of(cube), scene.name, smooth.smoothing)


def write_numbers(path: Path, numbers: Numbers) -> None:
    """Write the numbers of a map.

    Parameters
    ----------
    path : file to write.
    numbers : the map; the names and colours of its classes are left out.
    """
    drawn, found = numbers.drawn, numbers.drawn.map
    pixels = math.prod(found.shape)
    label = np.full(found.shape, UNLABELLED, np.int16) if drawn.label is None else drawn.label
    content = {
        "probability": found.probability.reshape(pixels, -1),
        "log_p": found.log_p.reshape(pixels, 1),
        "picture": drawn.picture.reshape(pixels, 3),
        "label": label.astype(np.int16).reshape(pixels, 1),
    }
    facts: dict[str, Any] = {
        "scene": numbers.scene,
        "smoothing": numbers.smoothing,
        "shape": list(found.shape),
        "codes": list(found.classes.codes),
        "line_depth_m": [float(depth) if math.isfinite(depth) else None for depth in found.line_depth_m],
        "threshold_nats": found.threshold if math.isfinite(found.threshold) else None,
        "labelled": drawn.label is not None,
        "confusion": {name: counts.tolist() for name, counts in drawn.confusion.items()},
        "transform": list(numbers.ground.transform),
        "crs": numbers.ground.crs,
    }
    arrays.write(path, content, pd.DataFrame(), facts, COMPRESSION)


def read_numbers(path: Path) -> Numbers:
    """Read the numbers that `write_numbers` wrote.

    Parameters
    ----------
    path : file to read.

    Raises
    ------
    MissingFileError, IntegrityError : the file is absent, was cut or changed, or is of another place.
    """
    found, _, facts = arrays.read(path, ARRAYS)
    shape = tuple(facts["shape"])
    threshold = -math.inf if facts["threshold_nats"] is None else float(facts["threshold_nats"])
    classes = ClassMap.from_codes(facts["codes"])
    probability, log_p = found["probability"].reshape(*shape, -1), found["log_p"].reshape(shape)
    line_depth_m = np.array(facts["line_depth_m"], np.float64)
    scene_map = SceneMap(probability, log_p, threshold, classes, line_depth_m)
    label = found["label"].reshape(shape) if facts["labelled"] else None
    confusion = {name: np.asarray(counts) for name, counts in facts["confusion"].items()}
    drawn = Drawn(scene_map, found["picture"].reshape(*shape, 3), label, confusion)
    return Numbers(drawn, Ground(tuple(facts["transform"]), facts["crs"]), facts["scene"], facts["smoothing"])
