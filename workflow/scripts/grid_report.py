"""Write the benchmark's report: its page, its figures, its tables for a paper, and one table of all scores."""
import json
from pathlib import Path

from semispectral.workflow import logs
from semispectral.benchmark.page import write_report
from semispectral.benchmark.score_files import read_scored

logs.start(snakemake.log[0], job=snakemake)
scored = [read_scored(Path(folder)) for folder in snakemake.input.scores]
index, config = Path(snakemake.output.index), json.loads(snakemake.params.cfg)
write_report(index, scored, config=config, root=Path(snakemake.scriptdir).parents[1])
