"""The stage `contact_sheet`: the page that shows what was found without labels."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from semispectral.explore.clusters import Clusters
from semispectral.explore.explore_settings import ExploreConfig
from semispectral.explore.found_clusters import ClusterMap, group_colours
from semispectral.explore.group_files import read_groups
from semispectral.explore.plane import on_plane, plane_figure, shown_rows
from semispectral.explore.samples import all_latents, among, by_scene, read_clusters, rows_of
from semispectral.explore.shares import shares_of
from semispectral.explore.sheet import Explored, write_sheet
from semispectral.figures.style import save
from semispectral.report.pictures import embedded
from semispectral.scans.cube import Latents
from semispectral.storage.parquet import read_table
from semispectral.storage.read_later import ReadLater
from semispectral.storage.seal import read_array
from semispectral.study.scene import Scene
from semispectral.study.stage_settings import settings, stage_settings


def run_contact_sheet(
    page_file: str | Path,
    *,
    plane_file: str | Path,
    clusters_directory: str | Path,
    groups_file: str | Path,
    latents: Sequence[str | Path],
    maps: Sequence[str | Path],
    pictures: Sequence[str | Path],
    queue_file: str | Path,
    new_groups_files: Sequence[str | Path],
    cfg: str,
) -> None:
    """Write the contact sheet.

    Parameters
    ----------
    page_file : str or Path
        HTML file to write.
    plane_file : str or Path
        PNG file to write: the latents on a plane.
    clusters_directory : str or Path
        Clusters of the latents.
    groups_file : str or Path
        Description of the clusters.
    latents : sequence of str or Path
        Latents of the pool of all scenes.
    maps : sequence of str or Path
        Clusters of every pixel of each scene, in the scene's folder.
    pictures : sequence of str or Path
        False colours of each scene, in the scene's folder.
    queue_file : str or Path
        The pixels to label, as Parquet.
    new_groups_files : sequence of str or Path
        Description of the groups that the trained model does not know; empty without a model.
    cfg : str
        JSON of ``explore``, ``scenes`` (all rows of scenes.tsv), ``run_share`` and ``simulated``.
    """
    given = json.loads(cfg)
    wanted = stage_settings(ExploreConfig, cfg, "explore")
    groups = read_groups(Path(groups_file))
    queue = read_table(queue_file)
    clusters = read_clusters(clusters_directory)
    _draw_plane(Path(plane_file), clusters, all_latents(latents, also=queue), queue, wanted)
    found, seen = (ReadLater(by_scene(files), read_array) for files in (maps, pictures))
    scenes = [settings(Scene, row, where="scenes.tsv") for row in given["scenes"]]
    write_sheet(
        Path(page_file),
        Explored(
            groups,
            ReadLater(by_scene(maps), lambda path: ClusterMap(read_array(path), seen[path.parent.name])),
            shares_of(found, scenes, groups=len(clusters), run_share=given["run_share"]),
            queue,
            embedded(Path(plane_file)),
            [group for path in new_groups_files for group in read_groups(Path(path)).groups],
            given["explore"],
            given["simulated"],
        ),
    )


def _draw_plane(path: Path, clusters: Clusters, latents: Latents, queue: pd.DataFrame, wanted: ExploreConfig) -> None:
    """Draw some sampled pixels, and those of the queue, on a plane."""
    queued = among(latents.table, queue)
    rows = np.union1d(shown_rows(len(latents), seed=wanted.seed), np.flatnonzero(queued))
    shown = rows_of(latents, rows)
    at = on_plane(clusters.scaled(shown.mean), layout=wanted.layout, seed=wanted.seed)
    colours = group_colours(len(clusters))
    save(plane_figure(at, clusters.of(shown.mean), colours, queued=queued[rows], layout=wanted.layout), path)
