"""Draw the figures and write the page that people read."""
from pathlib import Path

from semispectral.report.stage_report import run_report
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_report(
    snakemake.output.index,
    inputs=dict(snakemake.input.items()),
    root=Path(snakemake.scriptdir).parents[1],
    threads=snakemake.threads,
    cfg=snakemake.params.cfg,
)
