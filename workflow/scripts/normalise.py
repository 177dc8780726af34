"""Clean one scene's sample and put it on the common scale."""
from semispectral.spectra.stage_normalise import run_normalise
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_normalise(
    snakemake.output[0],
    shard=snakemake.input.shard,
    scaler_directory=snakemake.input.scaler,
    scene=snakemake.wildcards.scene,
    cfg=snakemake.params.cfg,
)
