"""Simulate one scene of the built-in collection."""
from semispectral.simulate.stage_simulate import run_simulate
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_simulate(
    snakemake.output[0],
    scene=snakemake.wildcards.scene,
    cfg=snakemake.params.cfg,
)
