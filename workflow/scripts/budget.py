"""Draw the labels that a model may see with one budget and one seed."""
import json
from pathlib import Path

import pandas as pd
from semispectral.workflow import logs
from semispectral.sampling.label_budgets import BudgetConfig, label_budgets
from semispectral.spectra.shards import read_table
from semispectral.study.stage_settings import settings
from semispectral.storage.parquet import write_table

logs.start(snakemake.log[0], job=snakemake)
runs = json.loads(snakemake.params.cfg)["runs"] | {"seeds": [int(snakemake.wildcards.seed)]}
table = pd.concat([read_table(Path(path)) for path in snakemake.input.shards], ignore_index=True)
drawn = label_budgets(table, settings(BudgetConfig, runs, where="runs"))
write_table(snakemake.output[0], drawn[drawn["budget"] == snakemake.wildcards.budget])
