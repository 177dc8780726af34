"""Compare all scans: whether they fit together, and whether one is a copy of another."""
from semispectral.census.stage_compare_scans import run_compare_scans
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_compare_scans(
    snakemake.output[0],
    censuses=snakemake.input.census,
    cfg=snakemake.params.cfg,
)
