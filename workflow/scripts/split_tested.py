"""Add the scenes of named test holes to the split of those that are learnt from."""
from pathlib import Path

from semispectral.sampling.stages.stage_split import run_split_tested
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_split_tested(
    Path(snakemake.output.quotas).parent,
    training=Path(snakemake.input.training[0]).parent,
    censuses=snakemake.input.census,
    shards=snakemake.input.shards,
    classes_file=snakemake.input.classes,
    cfg=snakemake.params.cfg,
)
