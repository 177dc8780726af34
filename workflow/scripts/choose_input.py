"""Choose a normalisation, of the bands or for M1, on labels of the training part."""
from semispectral.classifiers.stage_choose_input import run_choose_input
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_choose_input(
    snakemake.output[0],
    samples=snakemake.input.samples,
    samples_m1=snakemake.input.samples_m1,
    labels_file=snakemake.input.labels,
    per_class=snakemake.params.per_class,
    seed=snakemake.params.seed,
    cfg=snakemake.params.cfg,
)
