"""Join the intervals of all holes into one table."""
from semispectral.downhole.stage_intervals import run_intervals
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_intervals(
    csv_file=snakemake.output.csv,
    parquet_file=snakemake.output.parquet,
    composites=snakemake.input.composites,
    collar_files=snakemake.input.collar,
    survey_files=snakemake.input.survey,
    cfg=snakemake.params.cfg,
)
