"""Split the study, and deal the pool to its parts."""
from pathlib import Path

from semispectral.sampling.stages.stage_split import run_split
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_split(
    Path(snakemake.output.quotas).parent,
    censuses=snakemake.input.census,
    shards=snakemake.input.shards,
    classes_file=snakemake.input.classes,
    cfg=snakemake.params.cfg,
)
