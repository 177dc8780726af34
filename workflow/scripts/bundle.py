"""Put the trained models and what a new scan needs into one directory."""
from semispectral.maps.bundle import PARTS
from semispectral.maps.stage_bundle import run_bundle
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_bundle(
    snakemake.output[0],
    parts={name: snakemake.input[name] for name in PARTS if name != "classifier" and snakemake.input[name]},
    classifiers=snakemake.input.classifiers,
    samples=snakemake.input.samples,
    labels_file=snakemake.input.labels,
    known_file=snakemake.input.known,
    cfg=snakemake.params.cfg,
)
