"""Read the shares of classes in labelled pixels."""
from semispectral.sampling.stages.stage_share_labels import run_share_labels
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_share_labels(
    snakemake.output[0],
    dealt_file=snakemake.input.dealt,
    known_file=snakemake.input.known,
    classes_file=snakemake.input.classes,
    cfg=snakemake.params.cfg,
)
