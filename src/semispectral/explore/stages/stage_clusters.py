"""The stage `clusters`: clusters of M1's latents over all scenes."""

import logging
from collections.abc import Sequence
from pathlib import Path

from semispectral.errors import DataError
from semispectral.explore.clusters import fit_clusters
from semispectral.explore.explore_settings import ExploreConfig, number_of_clusters
from semispectral.explore.samples import trained_on
from semispectral.storage.model_files import save_model
from semispectral.study.stage_settings import stage_settings

log = logging.getLogger(__name__)


def run_clusters(
    directory: str | Path, *, latents: Sequence[str | Path], samples: Sequence[str | Path], cfg: str
) -> None:
    """Cluster the latents of the pixels that M1 was trained on.

    Parameters
    ----------
    directory : str or Path
        Folder to write the clusters to.
    latents : sequence of str or Path
        Latents of the pool of all scenes.
    samples : sequence of str or Path
        Samples of M1 of all scenes.
    cfg : str
        JSON of the section ``explore``: method, clusters and seed.

    Raises
    ------
    DataError
        There are fewer different pixels than clusters.
    """
    wanted = stage_settings(ExploreConfig, cfg, "explore")
    trained = trained_on(latents, samples)
    if not len(trained):
        raise DataError("explore: pixels of the training part are needed, and there is none; see the split")
    number = number_of_clusters(wanted.clusters, pixels=len(trained))
    found = fit_clusters(trained, method=wanted.method, clusters=number, seed=wanted.seed)
    log.info("%d clusters of %d pixels in %d latents", len(found), len(trained), int((found.scale > 0).sum()))
    save_model(Path(directory), *found.to_saved())
