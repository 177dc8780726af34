"""Draw the figures and write the page that people read."""
import json
from pathlib import Path

from semispectral.workflow import logs
from semispectral.report.page import write_report
from semispectral.report.results import read_study

logs.start(snakemake.log[0], job=snakemake)
given = snakemake.input.items()
paths = {name: [Path(path) for path in ([value] if isinstance(value, str) else value)] for name, value in given}
study = read_study(paths, json.loads(snakemake.params.cfg))
write_report(Path(snakemake.output.index), study, root=Path(snakemake.scriptdir).parents[1])
