"""Write the benchmark's report: its page, its figures, its tables for a paper, and one table of all scores."""
import json
from pathlib import Path

from semispectral import logs
from semispectral.grid.page import write_report
from semispectral.grid.scored import read_scored

logs.start(snakemake.log[0], job=snakemake)
scored = [read_scored(Path(folder)) for folder in snakemake.input.scores]
index, config = Path(snakemake.output.index), json.loads(snakemake.params.cfg)
write_report(index, scored, config=config, root=Path(snakemake.scriptdir).parents[1])
