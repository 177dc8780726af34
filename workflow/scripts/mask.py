"""Tell core from tray and shadow in one scene."""
from semispectral.census.stage_mask import run_mask
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_mask(
    snakemake.output.mask,
    snakemake.output.image,
    cfg=snakemake.params.cfg,
)
