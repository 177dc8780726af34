"""Plan who trains and who tests, and how many pixels every scene gives."""
from pathlib import Path

from semispectral.sampling.stage_plan import run_plan
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_plan(
    Path(snakemake.output.quotas).parent,
    censuses=snakemake.input.census,
    classes_file=snakemake.input.classes,
    cfg=snakemake.params.cfg,
)
