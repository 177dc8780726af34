# What all rules share: the checked configuration, the scenes, and what a stage depends on besides its files.
# Needs: config, scenes.tsv, classes.tsv. Produces: CONFIG, SCENES, ABSENT, wildcard constraints and functions; no rules.
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.logging import logger

from semispectral.features.feature_settings import FILES as FEATURE_FILES
from semispectral.study import keys_in_use as in_use
from semispectral.rules.slices import Slices
from semispectral.scans.labels.label_rows import require_rows_of_scenes
from semispectral.study.config import complete, read_schema
from semispectral.errors import SemispectralError
from semispectral.storage.results_format import older_format, require_readable_format
from semispectral.study.methods import (
    METHODS,
    WITH_M1,
    averages,
    first_row,
    fitted_for,
    models,
    networks,
    row_of,
)
from semispectral.benchmark.benchmark_settings import seeds_by_job
from semispectral.sampling.split_names import INDUCTIVE, MAIN, REGIMES
from semispectral.study.classes import read_class_minerals, study_classes
from semispectral.study.paths import inside, left_over, outside_allowed, require_folder, require_writable
from semispectral.workflow.rerun import Code
from semispectral.workflow.retraining import planned_jobs, trained_again
from semispectral.workflow.resources import by_features, has_gpu, memory_mb, memory_mb_of_one, minutes
from semispectral.study.scenes import read_scenes, require_masks_outside, require_test_holes
from semispectral.scans.formats.scene_files import data_files
from semispectral.study.sensors import with_sensors


def own_or_built_in(path):
    """A path of the configuration: in the working directory, or else in the workflow's own folder."""
    try:
        return path if Path(path).exists() else workflow.source_path(f"../{path}")
    except OSError:  # in neither: whoever reads it says so, if it is needed
        return path


FOR_RESULTS = "the results (pathvars.results)"

try:
    CONFIG = complete(config, read_schema(Path(workflow.source_path("../config/config.schema.yaml"))))
    CLASSES = own_or_built_in(CONFIG["classes"])
    RESULTS = Path(CONFIG["pathvars"]["results"])
    require_folder(RESULTS, what=FOR_RESULTS)  # whether it can be written to is asked when a run starts
    require_readable_format(RESULTS)
    DATA_ROOT, OUTSIDE = Path(CONFIG["data_root"]), outside_allowed(CONFIG)
    LISTED = read_scenes(Path(own_or_built_in(CONFIG["scenes"])), data_root=DATA_ROOT, allow_outside=OUTSIDE)
    SENSORS = Path(CONFIG["sensors"]) if CONFIG["sensors"] else None
    TABLE = with_sensors(LISTED, SENSORS, data_root=DATA_ROOT, allow_outside=OUTSIDE)
    require_rows_of_scenes(TABLE)
    require_masks_outside(TABLE, RESULTS)
    PUBLIC = {path: inside(path, "config, fetch", root=DATA_ROOT, allow_outside=OUTSIDE) for path in CONFIG["fetch"]}
    KNOWN = study_classes(Path(CLASSES), TABLE)
    MINERALS = read_class_minerals(Path(CLASSES)) if KNOWN.codes else {}
    ONLY_MAPPED = frozenset(scene.name for scene in TABLE if scene.map_only)
    ROWS = {scene.name: replace(scene, map_only=False) for scene in TABLE}
    SLICES = Slices(CONFIG, ROWS, KNOWN, MINERALS, ONLY_MAPPED)
    SLICES.libraries  # their paths are checked
    SLICES.hole_tables
    SLICES.interval_sources
    SLICES.cleaning  # its settings are checked here, before any rule asks for them
except SemispectralError as error:
    raise WorkflowError(str(error)) from None

NAMES = dict(zip(KNOWN.codes, KNOWN.names))
SCENES = SLICES.scenes
# Training depends on TRAINING, and on no other scene; scores on TESTED too, and exploration on the other STUDIED ones. What is
# neither is only mapped. Where no test holes are named, the split finds what is tested in TRAINING.
TRAINING = SLICES.scenes_of_training
TESTED = SLICES.scenes_tested
SCORED = SLICES.scenes_scored
STUDIED = SLICES.scenes_studied
UNSCORED = [scene for scene in STUDIED if scene not in SCORED]
# What each rule depends on, by short names; semispectral.rules.slices says what is in them.
cfg = SLICES.of
cleaning_cfg = SLICES.cleaned_by
cleaned = SLICES.cleaned
looked_into = SLICES.looked_into
scene_files = SLICES.scene_files
scan_files = SLICES.scan_files
ABSENT = {path: known for path, known in CONFIG["fetch"].items() if not PUBLIC[path].exists()}
hash_once = cache(Code().hash_of)
FITTED = fitted_for(CONFIG["compare"]["baselines"])
AVERAGES = averages()
FEATURES_OF_AVERAGES = sorted({row.features for row in METHODS.values() if row.members})
FEATURES = {
    "bands": "<results>/sample/{scene}.parquet",
    "latents": "<results>/latents/{seed}/{scene}.parquet",
    "mnf": "<results>/sample/{scene}.parquet",
    "latents_mnf": "<results>/latents_mnf/{seed}/{scene}.parquet",
}
# M1 sees spectra on a scale of its own, unless it is the scale of the bands. MNF components are a scale, too.
SCALES = {"bands": "method", "m1": "m1_method", "mnf": "mnf"}
SCALERS = {
    "bands": "<results>/scaler/bands",
    "latents": f"<results>/scaler/{'bands' if CONFIG['normalise']['m1_method'] == CONFIG['normalise']['method'] else 'm1'}",
    "mnf": "<results>/scaler/mnf",
}
SCALERS["latents_mnf"] = SCALERS["latents"]  # the scores beside the latents are scaled where these are encoded
# That all scans fit together. No rule that trains or maps has it among its inputs, for it changes with every scan; nor as an
# ancient one: Snakemake asks of no job behind one that runs whether its own parameters have changed.
COMPARED = "<results>/scans.json"
# The noise covariance of the cleaned spectra, for what sees them whitened by it.
NOISE = "<results>/noise"
# The mineral library learns from no label: one job writes what it says beside every number of labels and every seed.
OF_LIBRARY = "<results>/predictions/main/inductive/library/spectra/{per_class}/{seed}.parquet"
WITH_LIBRARY = "library" in CONFIG["compare"]["baselines"] and SLICES.has_minerals
# normalise.method auto: the normalisation is chosen on the labels of the run with the most of them.
CHOICE = "<results>/input/choice.json"
CHOSEN = CONFIG["normalise"]["method"] == "auto"
MOST_LABELS = max(CONFIG["runs"]["labels_per_class"], key=lambda labels: float("inf") if labels == "all" else labels)
FIRST_SEED = CONFIG["runs"]["seeds"][0]
# Labels of intervals, such as a lithology log, for M2: their pixels among those of the split, and their shares.
INTERVAL_LABELS = expand("<results>/interval_labels/{name}.parquet", name=["pixels", "intervals"])
LABELLED_INTERVALS = INTERVAL_LABELS if CONFIG["interval_labels"]["sources"] else []
# Labels that are shares of classes, such as a SEM map, for M2; none where no scene has such labels.
SHARE_LABELS = "<results>/share_labels/pixels.parquet"
LABELS_WITH_SHARES = [SHARE_LABELS] if SLICES.with_shares else []


wildcard_constraints:
    scene="|".join(map(re.escape, SCENES)),
    seed=r"\d+",
    per_class=r"\d+|all",
    features="|".join(FEATURES),


def require_results():
    """Say in a sentence that nothing can be written where the results belong, before any job starts."""
    try:
        require_writable(RESULTS, what=FOR_RESULTS)
    except SemispectralError as error:
        raise WorkflowError(str(error)) from None


def with_holes(path):
    """A result that needs the test holes of the split: a wrong name is told before any job starts."""

    def wanted(wildcards):
        try:
            require_test_holes(CONFIG["split"], [SCENES[name] for name in STUDIED], where="split")
        except SemispectralError as error:
            raise WorkflowError(str(error)) from None
        return path

    return wanted


def say_left_over():
    """Say that the results are of an older format, and which folders of an earlier version lie among them."""
    for said in filter(None, (older_format(RESULTS), left_over(RESULTS))):
        logger.warning(said)


def say_what_trains(dag):
    """Say what the run trains again, and why, before it does."""
    for said in trained_again(planned_jobs(dag)):
        logger.warning(said)


def with_labels(path):
    """A result that needs labels too: a study without any is told at once what it can do."""

    def wanted(wildcards):
        if not any(SCENES[name].has_labels for name in STUDIED):
            raise WorkflowError(
                f"{CONFIG['scenes']}: no scene has labels (columns labels and labels_key), and a report compares methods "
                "on labels: run `snakemake explore` to see what the scans hold and which pixels to label"
            )
        return with_holes(path)(wildcards)

    return wanted


def code(rule):
    """The hash of a rule's adapter and of the package modules that it uses, taken when a job asks for it.

    A job on a cluster reads all rules and asks for one: to hash them all would cost every job seconds.
    """
    script = Path(workflow.source_path(f"../workflow/scripts/{rule}.py"))
    return lambda wildcards: hash_once(script)


def every_scene(pattern):
    """One path per scene."""
    return expand(pattern, scene=sorted(SCENES), allow_missing=True)


def of_scenes(pattern, scenes):
    """One path for each of some scenes."""
    return expand(pattern, scene=scenes, allow_missing=True)


def of_training(pattern):
    """One path for each scene on which training depends."""
    return of_scenes(pattern, TRAINING)


def cleaned_files(scenes):
    """The files that cleaning looks into."""
    return SLICES.cleaned_files(scenes)


def parts_of(wildcards):
    """The parts of the pixels of a scene of training; of another, all pixels are tested, or none."""
    path = "<results>/splits/main/training/parts/{scene}.npy"
    return [path] if wildcards.scene in TRAINING else []


def mask_of(wildcards):
    """The mask of a scene; none where nothing is masked."""
    return ["<results>/masks/{scene}/mask.png"] if SLICES.is_masked(wildcards.scene) else []


def masked_scenes():
    """The scenes whose tray is masked, in the order of their names."""
    return [scene for scene in sorted(SCENES) if SLICES.is_masked(scene)]


def counted(scene, end):
    """The census of a scene: with its labels, where it has any."""
    return f"<results>/{'labels' if SCENES[scene].has_labels else 'census'}/{scene}.{end}"


def counted_for_m1(scene, end):
    """The census of a scene as M1 knows it: with its labels only where they decide what is tested."""
    return counted(scene, end) if SLICES.split_looks_at_labels else f"<results>/census/{scene}.{end}"


def codes_of(wildcards):
    """The codes of a scene's pixels: of its labels, or of the census alone."""
    return counted(wildcards.scene, "npy")


def pool_of(scenes):
    """The shards of scenes: the unlabelled draw of each, and the labelled one of those that have labels."""
    kinds = {scene: ["unlabelled", *(["labelled"] if SCENES[scene].has_labels else [])] for scene in sorted(scenes)}
    return [f"<results>/shards/{kind}/{scene}.parquet" for scene, drawn in kinds.items() for kind in drawn]


def codes_to_ignore(wildcards):
    """The codes that say which pixels of a scene are left out: of its labels only where it ignores some of them."""
    return codes_to_ignore_in(wildcards.scene)


def codes_to_ignore_in(name):
    """The same for a scene by its name."""
    scene = SCENES[name]
    folder = "labels" if scene.has_labels and scene.ignore.ranges else "census"
    return f"<results>/{folder}/{name}.npy"


def files_of_draw(wildcards):
    """The files that a draw reads: the scan; with its labels, where these say what to draw or to ignore."""
    looked_at = SLICES.draw_looks_at_labels(wildcards)
    return SLICES.scene_files(wildcards) if looked_at else SLICES.scan_files(wildcards)


def codes_of_draw(wildcards):
    """The codes that a draw reads."""
    folder = "labels" if SLICES.draw_looks_at_labels(wildcards) else "census"
    return f"<results>/{folder}/{wildcards.scene}.npy"


def learnt_from(wildcards):
    """What a classifier is fitted to: the sample of the scenes of training, or their latents of the seed's M1."""
    return expand(FEATURES[wildcards.features], scene=TRAINING, seed=wildcards.seed)


def asked_of(wildcards):
    """The same with that of the tested scenes, which a classifier is asked about."""
    return expand(FEATURES[wildcards.features], scene=SCORED, seed=wildcards.seed)


def m1_of(wildcards):
    """The M1 whose latents a classifier sees, to draw its pictures; none on bands."""
    return ["<results>/m1/{seed}"] if wildcards.features in WITH_M1 else []


def scores_of(wildcards):
    """The scale of the scores that are put beside the latents, where they are."""
    return [SCALERS["mnf"]] if wildcards.scores else []


def choices_of(wildcards):
    """The normalisation that was chosen for the bands; none where the configuration names one."""
    return [CHOICE] if CHOSEN and wildcards.scale == "bands" else []


def noises_of(wildcards):
    """The noise covariance, for a scale that whitens by it."""
    own = in_use.normalise(CONFIG["normalise"], SCALES[wildcards.scale])["method"]
    return [NOISE] if own in in_use.WITH_NOISE else []


def scaler_of(wildcards):
    """The scale of the spectra that a classifier sees: itself, or through M1."""
    return SCALERS[wildcards.features]


def at_most(threads):
    """So many threads; on this machine half of its cores where that is less, so that two jobs run side by side.

    Much of a job uses one core: imports, the compilation of a step, its elementwise work.
    """

    def given(wildcards):
        elsewhere = workflow.remote_exec or not workflow.local_exec
        return threads if elsewhere else max(1, min(threads, workflow.cores // 2))

    return given


def gpu_if_any(wildcards):
    """One GPU; none on a machine without: its jobs need not wait for each other. A cluster says itself what it has."""
    elsewhere = workflow.remote_exec or not workflow.local_exec
    return int(elsewhere or has_gpu())


def every_run(pattern, **values):
    """One path per number of labels per class and seed that the configuration asks for."""
    return expand(pattern, per_class=CONFIG["runs"]["labels_per_class"], seed=CONFIG["runs"]["seeds"], **values)


def compared():
    """The predictions that the configuration asks for."""
    compare = CONFIG["compare"]
    models = [path for name in compare["models"] for path in predictions_of(name, features_seen_by(name))]
    fitted = [first_row(name) for name in compare["baselines"] if name != "library"]
    simpler = [path for row in fitted for path in predictions_of(row.method, [row.features])]
    return models + simpler + (every_run(OF_LIBRARY) if WITH_LIBRARY else [])


def predictions_of(method, features):
    """The predictions of a method on some features, of every run."""
    path = "<results>/predictions/main/inductive/{method}/{features}/{per_class}/{seed}.parquet"
    return every_run(path, method=method, features=features)


def features_seen_by(model):
    """What a model sees, of what the configuration names: not every model has a row on every input.

    An average has one row, whose members are trained for it.
    """
    if model in AVERAGES:
        return [first_row(model).features]
    return [features for features in CONFIG["compare"]["features"] if row_of(model, features)]


def trained(model):
    """The directories of a model that the configuration asks for."""
    features = features_seen_by(model) if model in CONFIG["compare"]["models"] else []
    return every_run("<results>/{model}/{features}/{per_class}/{seed}", model=model, features=features)


def features_of(*names, scenes=None, folder="features"):
    """Files of the features of scenes, of new scans in the folder ``new``; none where they are switched off."""
    listed = sorted(SCENES) if scenes is None else scenes
    pattern = f"<results>/{folder}/{{scene}}/{{name}}"
    return expand(pattern, scene=listed, name=names) if CONFIG["features"]["enabled"] else []
