"""Measure what the steps that mend faults of the detector do in one scene."""
from semispectral.spectra.stage_cleaning_effect import run_cleaning_effect
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_cleaning_effect(snakemake.output[0], cfg=snakemake.params.cfg)
