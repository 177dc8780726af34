"""Train and apply one control on one label budget."""
import json
from pathlib import Path

from semispectral.sampling import training_set as dataset
from semispectral.workflow import logs
from semispectral.classifiers.baselines import CONTROLS, ControlConfig
from semispectral.evaluation.queries import answers, asked, every_label
from semispectral.sampling.quota_files import read_quotas, training_shares
from semispectral.study.stage_settings import settings
from semispectral.storage.parquet import read_table, write_table

logs.start(snakemake.log[0], job=snakemake)
cfg, wanted, seed = json.loads(snakemake.params.cfg), snakemake.wildcards, int(snakemake.wildcards.seed)
features = dataset.read_features(snakemake.input.features, features="bands")
data = dataset.training_set(features, read_table(snakemake.input.budgets), budget=wanted.budget, seed=seed)
config = settings(ControlConfig, {"svm": cfg["svm"]} | cfg["controls"], where="controls")
shares = training_shares(read_quotas(Path(snakemake.input.quotas)))
run = {"classes": len(shares), "shares": shares, "seed": seed, "settings": config}
query = asked(features)
probability = CONTROLS[wanted.method](*every_label(data), data.unlabelled.mean, query.mean, **run)
run = {"method": wanted.method, "features": "bands", "budget": wanted.budget, "seed": seed}
write_table(snakemake.output[0], answers(probability, query, **run))
