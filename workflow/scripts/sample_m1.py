"""Take the pixels that M1 sees from the pool, whatever their labels, and clean them."""
from pathlib import Path

from semispectral.sampling.stages.stage_sample_m1 import run_sample_m1
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_sample_m1(
    Path(snakemake.output[0]).parent,
    censuses=snakemake.input.census,
    shards=snakemake.input.shards,
    cfg=snakemake.params.cfg,
)
