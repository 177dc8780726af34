"""Draw the labels that a model may see with one budget and one seed."""
from semispectral.sampling.stage_budget import run_budget
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_budget(
    snakemake.output[0],
    pixels_file=snakemake.input.pixels,
    budget=snakemake.wildcards.budget,
    seed=int(snakemake.wildcards.seed),
    cfg=snakemake.params.cfg,
)
