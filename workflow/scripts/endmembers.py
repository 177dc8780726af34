"""Average the labelled pixels of each class, to unmix scans with."""
from semispectral.mixtures.stage_endmembers import run_endmembers
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_endmembers(
    snakemake.output[0],
    samples=snakemake.input.samples,
    labels_file=snakemake.input.labels,
    known_file=snakemake.input.known,
    cfg=snakemake.params.cfg,
)
