"""The stage `cluster_map`: the cluster of every pixel of one scene."""

import json
from collections.abc import Sequence
from pathlib import Path

from semispectral.census.census_files import read_codes
from semispectral.explore.cluster_map import map_clusters, write_cluster_map
from semispectral.explore.samples import read_clusters
from semispectral.inference.m1_inference import M1Inference
from semispectral.maps.scene_map import Ground
from semispectral.pool.pixel_ranks import scene_labels
from semispectral.spectra.cleaned_scans import open_as_trained
from semispectral.spectra.cleaning_settings import CleanConfig
from semispectral.spectra.scaling import read_scaler
from semispectral.storage.model_files import load_model
from semispectral.study.classes import IGNORED, ClassMap
from semispectral.study.scene import Scene
from semispectral.study.stage_settings import settings


def run_cluster_map(
    directory: str | Path,
    *,
    scans: Sequence[str | Path],
    codes_file: str | Path,
    scaler_directory: str | Path,
    m1_directory: str | Path,
    clusters_directory: str | Path,
    threads: int,
    cfg: str,
) -> None:
    """Map the clusters of a scene.

    Parameters
    ----------
    directory : str or Path
        Folder to write the files of the map to.
    scans : sequence of str or Path
        Files of the scene, which must be those that were looked at before.
    codes_file : str or Path
        Codes of the census, or of the labels.
    scaler_directory : str or Path
        Scale of the spectra for M1.
    m1_directory : str or Path
        Trained M1.
    clusters_directory : str or Path
        Clusters of the latents.
    threads : int
        Number of threads.
    cfg : str
        JSON of ``scene`` (its row of scenes.tsv) and ``codes`` (those of all classes).
    """
    given = json.loads(cfg)
    scene = settings(Scene, given["scene"], where="scenes.tsv")
    scaler = read_scaler(scaler_directory)
    clusters = read_clusters(clusters_directory)
    m1 = M1Inference(*load_model(Path(m1_directory)))
    codes = read_codes(Path(codes_file), scans=scans)
    classes = ClassMap.from_codes(code for code in given["codes"] if code != 0)
    wanted = scene_labels(codes, classes, use=scene.use, ignore=scene.ignore) != IGNORED
    with open_as_trained(scene, settings(CleanConfig, scaler.cleaning, where="cleaning")) as cube:
        found = map_clusters(cube, scaler, m1, clusters, wanted=wanted, threads=threads)
        ground = Ground.of(cube).sized(scene.pixel_mm)
    names = tuple(f"group {number + 1}" for number in range(len(clusters)))
    write_cluster_map(Path(directory), found, names=names, ground=ground, scene=scene.name)
