"""Classify every pixel of one scene."""
from semispectral.maps.stage_map import run_map
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_map(
    snakemake.output[0],
    scans=snakemake.input.files,
    model_directory=snakemake.input.model,
    codes_file=snakemake.input.codes,
    parts_files=snakemake.input.parts,
    threads=snakemake.threads,
    cfg=snakemake.params.cfg,
)
