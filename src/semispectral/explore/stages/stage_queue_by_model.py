"""The stage `queue_by_model`: the pixels to label, once there is a model."""

import logging
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from semispectral.explore.explore_settings import ExploreConfig
from semispectral.explore.group_files import read_groups
from semispectral.explore.judged_files import read_judged
from semispectral.explore.label_queue import Sampled, doubtful
from semispectral.explore.queue_files import queue_table, write_queue_files
from semispectral.explore.samples import PLACE, latents_among, places, read_clusters, read_known
from semispectral.study.stage_settings import stage_settings

log = logging.getLogger(__name__)


def run_queue_by_model(
    queue_file: str | Path,
    *,
    points_file: str | Path,
    chips_directory: str | Path,
    clusters_directory: str | Path,
    groups_file: str | Path,
    new_groups_file: str | Path,
    judged_file: str | Path,
    latents: Sequence[str | Path],
    codes: Sequence[str | Path],
    rasters: Sequence[str | Path],
    pictures: Sequence[str | Path],
    cfg: str,
) -> None:
    """Choose the pixels to label by the models of the run.

    New groups come first; then what is far from the labels, what is uncertain, and what is unlike anything known.

    Parameters
    ----------
    queue_file : str or Path
        Parquet file to write; the table for the answers, ``queue.tsv``, is written beside it.
    points_file : str or Path
        GeoPackage to write.
    chips_directory : str or Path
        Folder to write pictures to.
    clusters_directory : str or Path
        Clusters of the latents.
    groups_file : str or Path
        Description of the clusters.
    new_groups_file : str or Path
        Description of the groups that the model does not know.
    judged_file : str or Path
        What the model says of each sampled pixel.
    latents : sequence of str or Path
        Latents of the pool of all scenes.
    codes : sequence of str or Path
        Codes of the labels of each scene; of the census where it has none.
    rasters : sequence of str or Path
        Map of the groups of each scene, a GeoTIFF, in the scene's folder.
    pictures : sequence of str or Path
        False colours of each scene, in the scene's folder.
    cfg : str
        JSON of ``explore`` (queue, least_distance and seed), ``scenes`` (all rows of scenes.tsv) and ``codes``.
    """
    wanted = stage_settings(ExploreConfig, cfg, "explore")
    clusters = read_clusters(clusters_directory)
    names = [group.name for group in read_groups(Path(groups_file)).groups]
    new = read_groups(Path(new_groups_file)).groups
    sample = read_judged(Path(judged_file))
    found = latents_among(latents, sample.table)
    table = read_known(found.table, codes, cfg=cfg)
    first = places(found.table).get_indexer(places(pd.DataFrame([group.medoid for group in new], columns=PLACE)))
    sampled = Sampled(table, clusters.scaled(found.mean))
    chosen = doubtful(
        sampled,
        sample.judged,
        sample.names,
        first=[(int(row), f"{group.name}: {group.pixels} pixels") for row, group in zip(first, new, strict=True)],
        wanted=wanted.queue,
        least_distance=wanted.least_distance,
        seed=wanted.seed,
    )
    rows = chosen["row"].to_numpy()
    queue = queue_table(
        table.iloc[rows],
        groups=[names[number] for number in clusters.of(found.mean[rows])],
        suggested=[sample.names[place] for place in sample.judged.probability[rows].argmax(axis=1)],
        why=chosen["why"].tolist(),
    )
    sheet = write_queue_files(
        queue_file,
        points_file=points_file,
        chips_directory=chips_directory,
        queue=queue,
        rasters=rasters,
        pictures=pictures,
    )
    log.info("%s: %d pixels to label, %d of new groups", sheet, len(queue), len(new))
