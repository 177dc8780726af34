"""Estimate the noise covariance of the spectra from neighbouring training pixels."""
from semispectral.noise.stage_estimate_noise import run_estimate_noise
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_estimate_noise(snakemake.output[0], samples=snakemake.input.samples)
