"""Apply one trained model to the pixels that every method is asked."""
from pathlib import Path

from semispectral.workflow import logs
from semispectral.sampling.training_set import read_features
from semispectral.inference.m2_inference import M2Inference
from semispectral.evaluation.queries import answers, asked
from semispectral.classifiers.svm_model import SvmModel
from semispectral.storage.parquet import write_table
from semispectral.storage.model_files import load_model

MODELS = {"svm": SvmModel.from_saved, "m2": M2Inference, "qy": M2Inference}

logs.start(snakemake.log[0], job=snakemake)
wanted = snakemake.wildcards
query = asked(read_features(snakemake.input.features, features=wanted.features))
probability = MODELS[wanted.method](*load_model(Path(snakemake.input.model))).predict_proba(query.mean)
run = {"method": wanted.method, "features": wanted.features, "budget": wanted.budget, "seed": int(wanted.seed)}
write_table(snakemake.output[0], answers(probability, query, **run))
