"""Encode one scene's sample into the latents of M1."""
from pathlib import Path

from semispectral.workflow import logs
from semispectral.inference.m1_inference import M1Inference
from semispectral.spectra.shards import read_shard, write_latents
from semispectral.scans.cube import Latents
from semispectral.workflow.progress import timed
from semispectral.storage.model_files import load_model

logs.start(snakemake.log[0], job=snakemake)
pixels = read_shard(Path(snakemake.input.features))
m1 = M1Inference(*load_model(Path(snakemake.input.m1)))
with timed(snakemake.wildcards.scene, pixels=len(pixels), size_mb=pixels.x.nbytes / 1e6):
    mean, log_variance = m1.encode(pixels.x)
write_latents(Path(snakemake.output[0]), Latents(mean, log_variance, pixels.table))
