"""Fit the SVM on the labels of one budget."""
from pathlib import Path

from semispectral.workflow import logs
from semispectral.study.classes import read_classes
from semispectral.evaluation.queries import every_label
from semispectral.study.stage_settings import stage_settings
from semispectral.classifiers.svm import SvmConfig, fit_svm
from semispectral.sampling.training_files import read_training_set
from semispectral.storage.model_files import save_model

logs.start(snakemake.log[0], job=snakemake)
given, seed = snakemake.input, int(snakemake.wildcards.seed)
wanted = dict(snakemake.wildcards.items()) | {"seed": seed}
x, label = every_label(read_training_set(given.features, given.budgets, **wanted))
config, classes = stage_settings(SvmConfig, snakemake.params.cfg, "svm"), len(read_classes(Path(given.classes)))
save_model(Path(snakemake.output[0]), *fit_svm(x, label, classes=classes, settings=config, seed=seed).to_saved())
