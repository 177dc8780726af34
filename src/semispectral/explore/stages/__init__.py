"""Stages of `snakemake explore`."""
