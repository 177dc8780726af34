"""The stage `encode`: the latents of one scene's sample."""

from pathlib import Path

from semispectral.inference.m1_inference import M1Inference
from semispectral.scans.cube import Latents
from semispectral.spectra.shards import read_shard, write_latents
from semispectral.storage.model_files import load_model
from semispectral.workflow.progress import timed


def run_encode(latents_file: str | Path, *, features: str | Path, m1_directory: str | Path, scene: str) -> None:
    """Encode the sample of a scene with M1: q(z1|x) of every pixel.

    Parameters
    ----------
    latents_file : str or Path Parquet file to write: mean and log variance, float32 [pixel, latent].
    features : str or Path Normalised sample of the scene, on the scale of M1.
    m1_directory : str or Path Trained M1.
    scene : str Name of the scene, for the log.
    """
    pixels = read_shard(Path(features))
    m1 = M1Inference(*load_model(Path(m1_directory)))
    with timed(scene, pixels=len(pixels), size_mb=pixels.x.nbytes / 1e6):
        mean, log_variance = m1.encode(pixels.x)
    write_latents(Path(latents_file), Latents(mean, log_variance, pixels.table))
