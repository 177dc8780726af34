"""Score every prediction on the pixels that training never saw, and look for what makes a score suspect."""
import json
from dataclasses import asdict
from pathlib import Path

import pandas as pd
from semispectral import logs
from semispectral.evaluation import class_scores, scores
from semispectral.guards import guards
from semispectral.intervals import summary
from semispectral.labels import ClassMap
from semispectral.plan_files import read_classes

logs.start(snakemake.log[0])
table = pd.concat([pd.read_parquet(path) for path in snakemake.input.predictions], ignore_index=True)
known = read_classes(Path(snakemake.input.known).parent).codes
names = ClassMap.read(Path(snakemake.input.classes)).select(known).names
table.to_parquet(snakemake.output.predictions, index=False)
scores(table).to_parquet(snakemake.output.scores, index=False)
class_scores(table).to_parquet(snakemake.output.classes, index=False)
summary(table, **json.loads(snakemake.params.cfg)["evaluation"]).to_parquet(snakemake.output.summary, index=False)
found = [asdict(guard) for guard in guards(table, class_names=names)]
Path(snakemake.output.guards).write_text(json.dumps(found, indent=1), encoding="utf-8")
