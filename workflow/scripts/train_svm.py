"""Fit the SVM on the labels of one budget."""
from pathlib import Path

from semispectral import logs
from semispectral.labels import read_classes
from semispectral.queries import every_label
from semispectral.settings import stage_settings
from semispectral.svm import SvmConfig, fit_svm
from semispectral.training_files import read_training_set
from semispectral.weights import save_model

logs.start(snakemake.log[0], job=snakemake)
given, seed = snakemake.input, int(snakemake.wildcards.seed)
wanted = dict(snakemake.wildcards.items()) | {"seed": seed}
x, label = every_label(read_training_set(given.features, given.budgets, **wanted))
config, classes = stage_settings(SvmConfig, snakemake.params.cfg, "svm"), len(read_classes(Path(given.classes)))
save_model(Path(snakemake.output[0]), *fit_svm(x, label, classes=classes, settings=config, seed=seed).to_saved())
