"""What a job needs of Snakemake: logs, progress, resources, locks, and the hash of the code that it uses."""
