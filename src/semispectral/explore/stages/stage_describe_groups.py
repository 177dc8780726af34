"""The stage `describe_groups`: spectra of the clusters, and what they may be."""

import json
from collections.abc import Sequence
from pathlib import Path

from semispectral.explore.clusters import medoids
from semispectral.explore.explore_settings import ExploreConfig
from semispectral.explore.group_files import write_groups
from semispectral.explore.groups import describe
from semispectral.explore.pool_spectra import as_reflectance, spectra_of
from semispectral.explore.samples import all_latents, read_clusters
from semispectral.library.library_settings import LibraryConfig
from semispectral.library.sensor_widths import stated_widths
from semispectral.study.scene import Scene
from semispectral.study.stage_settings import settings, stage_settings


def run_describe_groups(
    groups_file: str | Path,
    *,
    clusters_directory: str | Path,
    latents: Sequence[str | Path],
    shards: Sequence[str | Path],
    scaler_directory: str | Path,
    cfg: str,
) -> None:
    """Describe each cluster by the pool of all scenes.

    Parameters
    ----------
    groups_file : str or Path
        JSON file to write.
    clusters_directory : str or Path
        Clusters of the latents.
    latents : sequence of str or Path
        Latents of the pool of all scenes.
    shards : sequence of str or Path
        Pool of all scenes.
    scaler_directory : str or Path
        Scale of M1, with its cleaning.
    cfg : str
        JSON of ``explore`` (suggestions), ``library``, ``scenes`` (rows of those that are cleaned), ``scales``
        (reflectance of one unit of a cleaned value, by scene) and ``scene``, a row of scenes.tsv whose file may state
        the widths of the bands.
    """
    given = json.loads(cfg)
    clusters = read_clusters(clusters_directory)
    found = all_latents(latents)
    spectra = spectra_of(shards, found.table, scaler=scaler_directory, scenes=given["scenes"])
    pixels, unit = as_reflectance(spectra, given["scales"])
    cluster = clusters.of(found.mean)
    stands = medoids(clusters, found.mean, cluster)
    groups = describe(
        pixels,
        cluster,
        stands,
        name="group",
        unit=unit,
        suggestions=stage_settings(ExploreConfig, cfg, "explore").suggestions,
        library=stage_settings(LibraryConfig, cfg, "library"),
        fwhm_nm=stated_widths(settings(Scene, given["scene"], where="scenes.tsv"), pixels.wavelengths_nm),
    )
    write_groups(Path(groups_file), groups)
