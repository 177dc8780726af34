"""Write the benchmark's report: its page, its figures, its tables for a paper, and one table of all scores."""
from pathlib import Path

from semispectral.report.benchmark.stage_benchmark_report import run_benchmark_report
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_benchmark_report(
    snakemake.output.index,
    scores=snakemake.input.scores,
    root=Path(snakemake.scriptdir).parents[1],
    cfg=snakemake.params.cfg,
)
