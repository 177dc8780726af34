"""Serve the jobs of Snakemake: logs, progress, resources, locks, and the hash of the code that a job uses."""
