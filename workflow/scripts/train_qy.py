"""Train q(y|x) on the labels of one budget alone, the control for M2."""
from pathlib import Path

from semispectral.workflow import logs
from semispectral.models.settings_m2 import M2Config
from semispectral.study.classes import read_classes
from semispectral.study.stage_settings import stage_settings
from semispectral.sampling.training_files import read_training_set, write_trained

logs.start(snakemake.log[0], job=snakemake, gpu=snakemake.resources.get("gpu", 0))
with logs.set_aside(snakemake.log[0]):
    from semispectral.training.run import Run, use_threads
    from semispectral.training.train_m2 import train_qy

use_threads(snakemake.threads)
given, directory, seed = snakemake.input, Path(snakemake.output[0]), int(snakemake.wildcards.seed)
wanted = dict(snakemake.wildcards.items()) | {"seed": seed}
scratch = directory.parents[3] / "checkpoints"
data = read_training_set(given.features, given.budgets, **wanted, scratch=scratch)
run = Run(seed, scratch, snakemake.params.code, wait=True)
config, classes = stage_settings(M2Config, snakemake.params.cfg, "m2"), len(read_classes(Path(given.classes)))
write_trained(directory, train_qy(data, settings=config, run=run, classes=classes))
