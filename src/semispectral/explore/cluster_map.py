"""Map the clusters of one scene: M1's encoder and the nearest centre, streamed by blocks of lines."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from semispectral.explore.clusters import Clusters
from semispectral.explore.found_clusters import NO_CLUSTER, ClusterMap, group_colours
from semispectral.figures.false_colour import stretched
from semispectral.inference.m1_inference import M1Inference
from semispectral.maps.rasters import LARGEST_LISTED, Legend, write_classes
from semispectral.maps.scene_map import NODATA_COLOUR, Ground
from semispectral.maps.stream import BLOCK_BYTES, CHUNK_PIXELS, colour_bands
from semispectral.scans.cube import Cube
from semispectral.scans.quality import valid_spectra
from semispectral.spectra.scaling import Scaler
from semispectral.storage.atomic import replacing_files
from semispectral.storage.seal import write_array
from semispectral.workflow.progress import Progress

CLUSTERS, PICTURE, RASTER = "clusters.npy", "picture.npy", "groups.tif"


def map_clusters(
    cube: Cube, scaler: Scaler, m1: M1Inference, clusters: Clusters, *, wanted: np.ndarray, threads: int
) -> ClusterMap:
    """Find the cluster of every pixel of a scene. Memory holds one block of lines and the map.

    Parameters
    ----------
    cube : the scene, cleaned.
    scaler : scale of the spectra for M1.
    m1 : M1.
    clusters : the clusters.
    wanted : bool [line, sample], pixels of interest.
    threads : number of threads.
    """
    lines, samples, bands = cube.shape
    cluster = np.full((lines, samples), NO_CLUSTER, np.int16)
    picture = np.full((lines, samples, 3), np.nan, np.float32)
    colours = colour_bands(cube)
    progress = Progress(cube.path.name, lines, line_mb=cube.line_bytes / 1e6)

    def of(raw: np.ndarray) -> np.ndarray:
        return clusters.of(m1.means(scaler.transform(raw)))

    with ThreadPoolExecutor(threads) as pool, threadpool_limits(1, user_api="blas"):
        for first, block in cube.blocks(max_bytes=BLOCK_BYTES):
            here = slice(first, first + len(block))
            keep = valid_spectra(block.reshape(-1, bands), cube.sensors).reshape(block.shape[:2])
            picture[here][keep] = block[:, :, colours][keep]
            keep &= wanted[here]
            raw = block[keep]
            chunks = [raw[start : start + CHUNK_PIXELS] for start in range(0, len(raw), CHUNK_PIXELS)]
            cluster[here][keep] = np.concatenate([np.zeros(0, np.int16), *pool.map(of, chunks)])
            progress.say(here.stop)
    progress.end(pixels=int((cluster != NO_CLUSTER).sum()))
    return ClusterMap(cluster, np.rint(255 * stretched(picture)).astype(np.uint8))


def write_cluster_map(
    directory: Path, found: ClusterMap, *, names: tuple[str, ...], ground: Ground, scene: str
) -> None:
    """Write the files of a map of clusters: `CLUSTERS`, `PICTURE`, and `RASTER` for a GIS.

    The values of the raster are the numbers of the groups, from 1, with their names and colours.

    Parameters
    ----------
    directory : folder of the map.
    found : the map.
    names : names of the groups.
    ground : georeference.
    scene : name of the scene.
    """
    values = tuple(range(len(names) + 1))
    legend = Legend(values, ("no data", *names), (NODATA_COLOUR, *group_colours(len(names))))
    raster = (found.cluster + 1).astype(np.uint8 if len(names) <= LARGEST_LISTED else np.uint16)
    with replacing_files(directory, last=CLUSTERS, needed=2 * found.picture.nbytes) as unfinished:
        write_classes(unfinished / RASTER, raster, legend=legend, ground=ground, tags={"SCENE": scene})
        write_array(unfinished / PICTURE, found.picture)
        write_array(unfinished / CLUSTERS, found.cluster)
