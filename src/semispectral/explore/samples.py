"""Read what the stages of this room share: latents of the pool, and what is known of the same pixels."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from semispectral.explore.clusters import Clusters
from semispectral.pool.pixel_ranks import scene_labels
from semispectral.scans.cube import Latents
from semispectral.spectra.shards import read_latents, read_table
from semispectral.storage.model_files import load_model
from semispectral.storage.seal import read_array
from semispectral.study.classes import UNLABELLED, ClassMap
from semispectral.study.scene import Scene
from semispectral.study.stage_settings import settings

PLACE = ["scene", "line", "sample"]
MOST_PIXELS = 200_000  # of the pool, of all scenes: with their spectra they take a GB


def read_clusters(directory: str | Path) -> Clusters:
    """Read the clusters of the latents.

    Parameters
    ----------
    directory : folder of the clusters.
    """
    return Clusters.from_saved(*load_model(Path(directory)))


def by_scene(paths: Sequence[str | Path]) -> dict[str, Path]:
    """Return files by the scene whose folder they lie in.

    Parameters
    ----------
    paths : files, each in the folder of its scene.
    """
    return {Path(path).parent.name: Path(path) for path in paths}


def places(table: pd.DataFrame) -> pd.MultiIndex:
    """Return scene, line and sample of pixels as an index.

    Parameters
    ----------
    table : scene, line and sample of the pixels.
    """
    return pd.MultiIndex.from_frame(table[PLACE].astype({"scene": str}))


def all_latents(paths: Sequence[str | Path], *, also: pd.DataFrame | None = None, most: int = MOST_PIXELS) -> Latents:
    """Read the latents of the pool of all scenes; a pixel that was drawn twice is there once.

    Of a pool of many scenes some pixels are taken, as many of each scene at most and evenly spread over those that
    were drawn there. Memory holds these and the latents of one scene.

    Parameters
    ----------
    paths : files of latents, one of each scene.
    also : scene, line and sample of pixels that are taken in any case; None: of none.
    most : largest number of other pixels.
    """
    of_scene = max(1, most // max(len(paths), 1))

    def taken(latents: Latents) -> np.ndarray:
        even = np.zeros(len(latents), bool)
        even[np.linspace(0, len(latents) - 1, min(len(latents), of_scene)).round().astype(np.int64)] = True
        return even if also is None else even | among(latents.table, also)

    return Latents.concat([rows_of(each, taken(each)) for each in _by_scene(paths)])


def latents_among(paths: Sequence[str | Path], table: pd.DataFrame) -> Latents:
    """Read the latents of some pixels of the pool; memory holds these and the latents of one scene.

    Parameters
    ----------
    paths : files of latents, one of each scene.
    table : scene, line and sample of the pixels.
    """
    return Latents.concat([rows_of(each, among(each.table, table)) for each in _by_scene(paths)])


def _by_scene(paths: Sequence[str | Path]) -> Iterator[Latents]:
    """Read the latents of one scene after the other, each pixel once."""
    for path in sorted(paths, key=str):
        latents = read_latents(Path(path))
        yield rows_of(latents, ~latents.table.duplicated(PLACE).to_numpy())


def rows_of(latents: Latents, keep: np.ndarray) -> Latents:
    """Return the latents of some pixels.

    Parameters
    ----------
    latents : latents of pixels.
    keep : bool [pixel], or int [chosen pixel].
    """
    return Latents(latents.mean[keep], latents.log_variance[keep], latents.table.loc[keep])


def trained_on(paths: Sequence[str | Path], samples: Sequence[str | Path]) -> Latents:
    """Read the latents of the pixels that M1 was trained on.

    Parameters
    ----------
    paths : files of latents, one of each scene.
    samples : samples of M1, of all scenes, whose tables say the part of each pixel.
    """
    table = pd.concat([read_table(Path(path)) for path in samples], ignore_index=True)
    return latents_among(paths, table[table["part"] == "train"])


def among(table: pd.DataFrame, others: pd.DataFrame) -> np.ndarray:
    """Return which pixels are among others, by their place, bool [pixel].

    Parameters
    ----------
    table, others : scene, line and sample of pixels.
    """
    return np.asarray(places(table).isin(places(others)))


def read_known(table: pd.DataFrame, codes: Sequence[str | Path], *, cfg: str) -> pd.DataFrame:
    """Return scene, hole, line, sample and label of pixels; label is -1 where nobody has given one.

    Parameters
    ----------
    table : scene, line and sample of the pixels.
    codes : files of label codes, int [line, sample], each of the name of its scene.
    cfg : JSON of ``scenes`` (all rows of scenes.tsv) and ``codes`` (those of all classes).
    """
    given = json.loads(cfg)
    scenes = {row["name"]: settings(Scene, row, where="scenes.tsv") for row in given["scenes"]}
    classes = ClassMap.from_codes(code for code in given["codes"] if code != 0)
    rasters = {Path(path).stem: Path(path) for path in codes}
    found = []
    for name, rows in table.groupby("scene", sort=False):
        scene = scenes[str(name)]
        code = np.asarray(read_array(rasters[scene.name]))[rows["line"].to_numpy(), rows["sample"].to_numpy()]
        label = scene_labels(code, classes, use=scene.use, ignore=scene.ignore)
        found.append(rows[PLACE].assign(hole=scene.hole, label=np.maximum(label, UNLABELLED)))
    return pd.concat(found).loc[table.index]
