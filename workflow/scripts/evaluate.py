"""Score every prediction on the pixels that training never saw, and look for what makes a score suspect."""
import json
from dataclasses import asdict
from pathlib import Path

from semispectral.workflow import logs
from semispectral.evaluation.scores import class_scores, scores
from semispectral.evaluation.alert_files import write_guards
from semispectral.evaluation.alerts import guards
from semispectral.evaluation.intervals import summary
from semispectral.study.classes import ClassMap, read_classes
from semispectral.evaluation.predictions import with_classes
from semispectral.storage.parquet import read_tables, write_table

logs.start(snakemake.log[0], job=snakemake)
known = ClassMap.read(Path(snakemake.input.classes)).select(read_classes(Path(snakemake.input.known)).codes)
table = with_classes(read_tables(snakemake.input.predictions), known)
write_table(snakemake.output.predictions, table)
write_table(snakemake.output.scores, scores(table))
write_table(snakemake.output.classes, class_scores(table))
write_table(snakemake.output.summary, summary(table, **json.loads(snakemake.params.cfg)["evaluation"]))
found = [asdict(guard) for guard in guards(table, class_names=known.names)]
write_guards(Path(snakemake.output.guards), found)
