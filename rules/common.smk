# What all rules share: the study, the files that depend on its scenes and settings, and what a stage depends on besides files.
# Needs: config, scenes.tsv, classes.tsv. Produces: the objects below, whose classes and functions stand in semispectral.rules;
# wildcard constraints; no rules.
import re

from semispectral.features.feature_settings import FILES as FEATURE_FILES
from semispectral.rules.benchmark_jobs import (
    FEATURES_OF_AVERAGES,
    FEATURES_OF_JOBS,
    NO_TENSORFLOW,
    TRAINED,
    BenchmarkJobs,
    names_of,
)
from semispectral.rules.map_run import MapRun
from semispectral.rules.read_study import read_study
from semispectral.rules.snakemake_run import SnakemakeRun
from semispectral.rules.study_files import (
    CHOICE,
    CHOSEN_ON_LABELS,
    COMPARED,
    FEATURES,
    INTERVAL_LABELS,
    NOISE,
    OF_LIBRARY,
    SCALES,
    SHARE_LABELS,
    StudyFiles,
)
from semispectral.rules.trained_model import classes_of, numbers_of
from semispectral.sampling.split_names import REGIMES
from semispectral.study import keys_in_use as in_use
from semispectral.study.methods import averages, models, networks
from semispectral.workflow.resources import by_features, memory_mb, memory_mb_of_one, minutes

RUN = SnakemakeRun(workflow, source=lambda path: workflow.source_path(f"../{path}"))
STUDY = read_study(config, RUN.source)
CONFIG, CLASSES, SLICES = STUDY.config, STUDY.classes_file, STUDY.slices
FILES = StudyFiles(SLICES)
BENCHMARK = BenchmarkJobs(FILES)
MAP = MapRun(FILES)
# Training depends on TRAINING, and on no other scene; scores on TESTED too, and exploration on the other STUDIED ones. What is
# neither is only mapped. Where no test holes are named, the split finds what is tested in TRAINING.
SCENES = sorted(SLICES.scenes)
TRAINING = SLICES.scenes_of_training
TESTED = SLICES.scenes_tested
SCORED = SLICES.scenes_scored
STUDIED = SLICES.scenes_studied
UNSCORED = [scene for scene in STUDIED if scene not in SCORED]
ONLY_MAPPED = sorted(SLICES.only_mapped)
LOGGED = FILES.logged
HOLES_MAPPED_TOO = sorted(hole for hole, names in LOGGED.items() if {*ONLY_MAPPED} & {*names})
# What each rule depends on besides its files: its slice of the configuration, and its code.
cfg = SLICES.of
code = RUN.code
at_most = RUN.at_most


wildcard_constraints:
    scene="|".join(map(re.escape, SCENES)),
    seed=r"\d+",
    per_class=r"\d+|all",
    features="|".join(FEATURES),
