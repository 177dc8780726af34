"""Draw the labels that a model may see with one number of labels per class and one seed."""
from semispectral.sampling.stages.stage_choose_labels import run_choose_labels
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_choose_labels(
    snakemake.output[0],
    pixels_file=snakemake.input.pixels,
    per_class=snakemake.wildcards.per_class,
    seed=int(snakemake.wildcards.seed),
    cfg=snakemake.params.cfg,
)
