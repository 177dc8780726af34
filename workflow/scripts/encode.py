"""Encode one scene's sample into the latents of M1."""
from pathlib import Path

from semispectral import logs
from semispectral.inference.m1 import M1Inference
from semispectral.io.shards import read_shard, write_latents
from semispectral.pixels import Latents
from semispectral.weights import load_model

logs.start(snakemake.log[0])
pixels = read_shard(Path(snakemake.input.features))
mean, log_variance = M1Inference(*load_model(Path(snakemake.input.m1))).encode(pixels.x)
write_latents(Path(snakemake.output[0]), Latents(mean, log_variance, pixels.table))
