"""Serve the jobs of Snakemake: their start, logs, progress, resources, locks, and the hash of the code they use."""
