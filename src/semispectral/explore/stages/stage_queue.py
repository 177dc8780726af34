"""The stage `queue`: the pixels to label."""

import logging
from collections.abc import Sequence
from pathlib import Path

from semispectral.explore.explore_settings import ExploreConfig
from semispectral.explore.group_files import read_groups
from semispectral.explore.label_queue import Sampled, diverse
from semispectral.explore.queue_files import queue_table, write_queue_files
from semispectral.explore.samples import all_latents, read_clusters, read_known
from semispectral.study.stage_settings import stage_settings

log = logging.getLogger(__name__)


def run_queue(
    queue_file: str | Path,
    *,
    points_file: str | Path,
    chips_directory: str | Path,
    clusters_directory: str | Path,
    groups_file: str | Path,
    latents: Sequence[str | Path],
    codes: Sequence[str | Path],
    rasters: Sequence[str | Path],
    pictures: Sequence[str | Path],
    cfg: str,
) -> None:
    """Choose the pixels to label where there is no model yet: those that stand for the most others first.

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
    groups = read_groups(Path(groups_file)).groups
    found = all_latents(latents)
    table = read_known(found.table, codes, cfg=cfg)
    sampled = Sampled(table, clusters.scaled(found.mean))
    chosen = diverse(sampled, wanted=wanted.queue, least_distance=wanted.least_distance, seed=wanted.seed)
    rows = chosen["row"].to_numpy()
    cluster = clusters.of(found.mean[rows])
    queue = queue_table(
        table.iloc[rows],
        groups=[groups[number].name for number in cluster],
        suggested=[groups[number].suggested for number in cluster],
        why=[f"stands for {share:.1%} of the sample" for share in chosen["share"]],
    )
    sheet = write_queue_files(
        queue_file,
        points_file=points_file,
        chips_directory=chips_directory,
        queue=queue,
        rasters=rasters,
        pictures=pictures,
    )
    log.info("%s: %d pixels to label, of %d holes", sheet, len(queue), queue["hole"].nunique())
