"""Take the pixels of the split from the pool, and clean them."""
from pathlib import Path

from semispectral.sampling.stages.stage_sample import run_sample
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_sample(
    Path(snakemake.output[0]).parent,
    censuses=snakemake.input.census,
    shards=snakemake.input.shards,
    pixels_file=snakemake.input.pixels,
    cfg=snakemake.params.cfg,
)
