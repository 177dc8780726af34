"""Map the groups of one scene."""
from pathlib import Path

from semispectral.explore.stages.stage_cluster_map import run_cluster_map
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_cluster_map(
    Path(snakemake.output[0]).parent,
    scans=snakemake.input.files,
    codes_file=snakemake.input.codes,
    scaler_directory=snakemake.input.scaler,
    m1_directory=snakemake.input.m1,
    clusters_directory=snakemake.input.clusters,
    threads=snakemake.threads,
    cfg=snakemake.params.cfg,
)
