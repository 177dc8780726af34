"""The stage `per_class`: the labels that a model may see, for one number of labels per class and one seed."""

import json
from pathlib import Path

from semispectral.sampling.labels_per_class import RunsConfig, choose_labels
from semispectral.storage.parquet import read_table, write_table
from semispectral.study.stage_settings import settings


def run_choose_labels(labels_file: str | Path, *, pixels_file: str | Path, per_class: str, seed: int, cfg: str) -> None:
    """Draw the labels that a run may see.

    Parameters
    ----------
    labels_file : str or Path
        Parquet file to write: one row per label, with its pixel and its part.
    pixels_file : str or Path
        Pixels of the split.
    per_class : str
        Labels per class, or "all".
    seed : int
        Seed of the draw.
    cfg : str
        JSON of the section ``runs``: ``labels_per_class`` up to this number, which contains the smaller ones, and
        ``valid_share``.
    """
    runs = json.loads(cfg)["runs"] | {"seeds": [seed]}
    drawn = choose_labels(read_table(pixels_file), settings(RunsConfig, runs, where="runs"))
    write_table(labels_file, drawn[drawn["per_class"] == per_class])
