# What all rules share: the checked configuration, the scenes, and what a stage depends on besides its files.
# Needs: config, scenes.tsv, classes.tsv. Produces: CONFIG, SCENES, ABSENT, wildcard constraints and functions; no rules.
import re
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path

from snakemake.exceptions import WorkflowError

from semispectral.scans.formats import scene_files as companions
from semispectral.study import keys_in_use as in_use
from semispectral.spectra.cleaning_settings import CleanConfig, is_cleaned
from semispectral.study.config import complete, read_schema
from semispectral.errors import SemispectralError
from semispectral.study.methods import METHODS, baselines, first_row, models, networks
from semispectral.benchmark.benchmark_settings import REGIMES, seeds_by_job
from semispectral.study.cleaning_steps import CLEANING_STEPS
from semispectral.study.classes import ClassMap, CodeSet
from semispectral.study.paths import inside, outside_allowed, require_folder, require_writable
from semispectral.workflow.rerun import code_hash, stage_cfg
from semispectral.workflow.resources import has_gpu, memory_mb, minutes
from semispectral.study.scenes import read_scenes
from semispectral.study.stage_settings import settings


def own_or_built_in(path):
    """A path of the configuration: in the working directory, or else in the workflow's own folder."""
    return path if Path(path).exists() else workflow.source_path(f"../{path}")


FOR_RESULTS = "the results (pathvars.results)"

try:
    CONFIG = complete(config, read_schema(Path(workflow.source_path("../config/config.schema.yaml"))))
    CLASSES = own_or_built_in(CONFIG["classes"])
    RESULTS = Path(CONFIG["pathvars"]["results"])
    require_folder(RESULTS, what=FOR_RESULTS)  # whether it can be written to is asked when a run starts
    DATA_ROOT, OUTSIDE = Path(CONFIG["data_root"]), outside_allowed(CONFIG)
    TABLE = read_scenes(Path(own_or_built_in(CONFIG["scenes"])), data_root=DATA_ROOT, allow_outside=OUTSIDE)
    PUBLIC = {path: inside(path, "config, fetch", root=DATA_ROOT, allow_outside=OUTSIDE) for path in CONFIG["fetch"]}
    CLEANING = settings(CleanConfig, CONFIG["cleaning"], where="cleaning")
    KNOWN = ClassMap.read(Path(CLASSES))
except SemispectralError as error:
    raise WorkflowError(str(error)) from None

CODES = sorted(KNOWN.codes)
NAMES = dict(zip(KNOWN.codes, KNOWN.names))
SCENES = {scene.name: scene for scene in TABLE}
ABSENT = {path: known for path, known in CONFIG["fetch"].items() if not PUBLIC[path].exists()}
hash_once = cache(code_hash)
CONTROLS = baselines()
MODELS = models()
FEATURES = {"bands": "<results>/normalised/{scene}.parquet", "latents": "<results>/latents/{seed}/{scene}.parquet"}
# M1 sees spectra on a scale of its own; where that is the scale of the bands, its files are those of the bands.
OF_M1 = "" if CONFIG["normalise"]["m1_method"] == CONFIG["normalise"]["method"] else "_m1"
M1_FEATURES = f"<results>/normalised{OF_M1}/{{scene}}.parquet"
SCALERS = {"bands": "<results>/scaler", "latents": f"<results>/scaler{OF_M1}"}


wildcard_constraints:
    scene="|".join(map(re.escape, SCENES)),
    seed=r"\d+",
    budget=r"\d+|all",
    features="|".join(FEATURES),


def require_results():
    """Say in a sentence that nothing can be written where the results belong, before any job starts."""
    try:
        require_writable(RESULTS, what=FOR_RESULTS)
    except SemispectralError as error:
        raise WorkflowError(str(error)) from None


def code(rule):
    """The hash of a rule's adapter and of the package modules that it uses, taken when a job asks for it.

    A job on a cluster reads all rules and asks for one: to hash them all would cost every job seconds.
    """
    script = Path(workflow.source_path(f"../workflow/scripts/{rule}.py"))
    return lambda wildcards: hash_once(script)


def cfg(*sections, **own):
    """What a rule uses of the configuration, as one text; ``own`` adds sections or stands for them."""
    return stage_cfg(CONFIG | own, *sections, *own)


def simulate_cfg():
    """All of the section but whether to simulate at all."""
    return cfg(simulate={key: value for key, value in CONFIG["simulate"].items() if key != "enabled"})


def scene_cfg(wildcards, *sections, **own):
    """The scene's own row of scenes.tsv and the known codes, so that another scene's row reruns nothing here.

    Names and colours of the classes are left out: whoever shows them reads classes.tsv. It is called and never itself
    a parameter: to ``**own``, Snakemake would give all that it knows of the job, threads and memory included.
    """
    return cfg(*sections, scene=asdict(SCENES[wildcards.scene]), codes=CODES, **own)


def plan_cfg(**own):
    """All scenes' rows, whatever their order; ``own`` stands for sections. It is called and never itself a parameter."""
    rows = [asdict(SCENES[name]) for name in sorted(SCENES)]
    steps = [step for step in CLEANING.steps if CLEANING_STEPS[step].joins]
    used = {"split": in_use.split(CONFIG["split"]), "sample": in_use.quotas(CONFIG["sample"])}
    return cfg(scenes=rows, codes=CODES, steps=steps, **(used | own))


def judging():
    """What of the cleaning decides which values are values, and so which pixels hold data."""
    steps = [step for step in CLEANING.steps if CLEANING_STEPS[step].judges]
    used = in_use.cleaning(CONFIG["cleaning"] | {"steps": steps})
    return {key: value for key, value in used.items() if key != "resample_nm"}


def census_cfg(wildcards):
    """The scene's row, its mask, and what decides which pixels hold data.

    Names and colours of the classes, too, where the labels of the scene are such.
    """
    named = SCENES[wildcards.scene].named_labels
    legend = {"legend": {"names": KNOWN.names, "colours": KNOWN.colours}} if named else {}
    return scene_cfg(wildcards, mask=in_use.mask(CONFIG["mask"]), cleaning=judging(), **legend)


def shard_cfg(wildcards):
    """The scene's row, how pixels are drawn, and what decides which pixels hold data."""
    return scene_cfg(wildcards, sample=in_use.drawing(CONFIG["sample"]), cleaning=judging())


def cleaning_cfg(**own):
    """What cleaning does, without the keys of steps that it does not take; ``own`` adds sections."""
    return cfg(cleaning=in_use.cleaning(CONFIG["cleaning"]), **own)


def cleaned(names):
    """The rows of those scenes that cleaning changes, by name, without what says nothing about their spectra."""
    scenes = [SCENES[name] for name in sorted(names) if is_cleaned(SCENES[name], CLEANING)]
    nothing = {"hole": "", "labels": "", "labels_key": "", "use": CodeSet(()), "ignore": CodeSet(())}
    nowhere = {"pixel_mm": None, "depth_from_m": None, "depth_to_m": None}
    return {scene.name: asdict(replace(scene, **nothing, **nowhere)) for scene in scenes}


def cleaned_files(wildcards):
    """The files that cleaning looks into: of one scene, or of all."""
    names = [wildcards.scene] if "scene" in wildcards.keys() else SCENES
    return sorted({str(file) for name in cleaned(names) for file in companions.scene_files(SCENES[name])})


def budget_cfg(wildcards):
    """The budgets up to this one, which it contains; a larger one does not change it."""
    runs = CONFIG["runs"]
    wanted = float("inf") if wildcards.budget == "all" else int(wildcards.budget)
    smaller = [budget for budget in runs["budgets"] if budget != "all" and budget <= wanted]
    budgets = ["all"] if wildcards.budget == "all" else sorted({*smaller, wanted})
    return cfg(runs={"budgets": budgets, "valid_share": runs["valid_share"]})


def scene_files(wildcards):
    """Every file that the scene is read from: data, labels, headers beside them, the table of wavelengths."""
    return [str(file) for file in companions.scene_files(SCENES[wildcards.scene])]


def every_scene(pattern):
    """One path per scene."""
    return expand(pattern, scene=sorted(SCENES), allow_missing=True)


def features_of(wildcards):
    """The inputs of a classifier: the normalised bands of all scenes, or their latents of the seed's M1."""
    return expand(FEATURES[wildcards.features], scene=sorted(SCENES), seed=wildcards.seed)


def m1_of(wildcards):
    """The M1 whose latents a classifier sees, to draw its pictures; none on bands."""
    return ["<results>/m1/{seed}"] if wildcards.features == "latents" else []


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
    """One path per budget and seed that the configuration asks for."""
    return expand(pattern, budget=CONFIG["runs"]["budgets"], seed=CONFIG["runs"]["seeds"], **values)


def compared():
    """The predictions that the configuration asks for."""
    compare, path = CONFIG["compare"], "<results>/predictions/{method}/{features}/{budget}/{seed}.parquet"
    models = every_run(path, method=compare["models"], features=compare["features"])
    return models + every_run(path, method=compare["controls"], features="bands")


def trained(model):
    """The directories of a model that the configuration asks for."""
    features = CONFIG["compare"]["features"] if model in CONFIG["compare"]["models"] else []
    return every_run("<results>/{model}/{features}/{budget}/{seed}", model=model, features=features)
