"""Apply one trained model to the pixels that every method is asked."""
from pathlib import Path

from semispectral.workflow import logs
from semispectral.sampling.training_set import read_features
from semispectral.evaluation.queries import answers, asked
from semispectral.classifiers.readers import READERS
from semispectral.storage.parquet import write_table
from semispectral.storage.model_files import load_model

logs.start(snakemake.log[0], job=snakemake)
wanted = snakemake.wildcards
query = asked(read_features(snakemake.input.features, features=wanted.features))
probability = READERS[wanted.method](*load_model(Path(snakemake.input.model))).predict_proba(query.mean)
run = {"method": wanted.method, "features": wanted.features, "budget": wanted.budget, "seed": int(wanted.seed)}
write_table(snakemake.output[0], answers(probability, query, **run))
