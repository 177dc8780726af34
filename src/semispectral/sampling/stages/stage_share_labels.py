"""The stage `share_labels`: the shares of classes in the labelled pixels of a split, where the labels are such."""

import json
import logging
from pathlib import Path

import numpy as np
import pandas as pd

from semispectral.sampling.interval_set import SHARE
from semispectral.sampling.share_labels import WEIGHT
from semispectral.sampling.share_settings import ShareLabelConfig
from semispectral.sampling.training_set import KEY
from semispectral.scans.labels.shares import open_shares
from semispectral.scans.readers import open_scene
from semispectral.storage.parquet import read_table, write_table
from semispectral.study.classes import ClassMap, read_classes
from semispectral.study.scene import LabelSource, Scene
from semispectral.study.stage_settings import settings

log = logging.getLogger(__name__)

OTHERS = "other files"


def run_share_labels(
    shares_file: str | Path, *, dealt_file: str | Path, known_file: str | Path, classes_file: str | Path, cfg: str
) -> None:
    """Read the shares of the labelled training and validation pixels of a split.

    Parameters
    ----------
    shares_file : str or Path
        Parquet file to write: scene, line, sample, source, weight and the share of each class of the split.
    dealt_file : str or Path
        Pixels of the split.
    known_file : str or Path
        Classes of the split, classes.json.
    classes_file : str or Path
        Table of classes, classes.tsv, by which bands and columns are named.
    cfg : str
        JSON of ``scenes`` (rows of scenes.tsv with such labels) and ``share_labels``.
    """
    given = json.loads(cfg)
    config = settings(ShareLabelConfig, given["share_labels"], where="share_labels")
    scenes = [settings(Scene, row, where="scenes.tsv") for row in given["scenes"]]
    every, known = ClassMap.read(Path(classes_file)), read_classes(Path(known_file))
    dealt = read_table(dealt_file).astype({"scene": str})
    dealt = dealt[dealt["part"].isin(["train", "valid"]) & (dealt["label"] >= 0)]
    parts = [
        _of_source(source, scene, dealt[dealt["scene"] == scene.name], every, known, config)
        for scene in scenes
        for source in scene.share_sources
    ]
    found = pd.concat(parts).drop_duplicates(KEY, keep="last", ignore_index=True)
    for source, rows in found.groupby("source", sort=False):
        log.info("%s: shares of %d labelled pixels; weight %g", source, len(rows), rows[WEIGHT].iloc[0])
    write_table(Path(shares_file), found)


def _of_source(
    source: LabelSource,
    scene: Scene,
    dealt: pd.DataFrame,
    every: ClassMap,
    known: ClassMap,
    config: ShareLabelConfig,
) -> pd.DataFrame:
    """Return the shares that one file gives labelled pixels of its scene; those that another file labelled are not."""
    line, sample = (dealt[name].to_numpy(np.int64) for name in ("line", "sample"))
    with open_scene(scene) as cube, open_shares(source, scene, cube, every) as shares:
        values, codes = shares.at(line, sample), np.asarray(shares.codes)
    dominant = codes[np.nan_to_num(values, nan=-1).argmax(axis=1)]
    mine = np.isfinite(values).all(axis=1) & (dominant == np.asarray(known.codes)[dealt["label"].to_numpy()])
    of_known = np.zeros((mine.sum(), len(known)), np.float32)
    both = np.intersect1d(codes, known.codes)
    of_known[:, np.searchsorted(known.codes, both)] = values[mine][:, np.searchsorted(codes, both)]
    of_known /= of_known.sum(axis=1, keepdims=True)
    name, weight = _weight(source, config)
    facts = {"source": name, WEIGHT: np.float32(weight)}
    columns = {f"{SHARE}{label}": of_known[:, label] for label in range(len(known))}
    return pd.DataFrame(dealt.loc[mine, KEY].assign(**facts, **columns))


def _weight(source: LabelSource, config: ShareLabelConfig) -> tuple[str, float]:
    """Return the pattern that fits a file first, and its weight."""
    fits = [each for each in config.sources if each.fits(source.path)]
    return (fits[0].files, float(fits[0].weight)) if fits else (OTHERS, 1.0)
