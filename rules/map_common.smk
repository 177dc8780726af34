# What the rules of the map share: which trained model makes it, and what each of them uses of the configuration.
# Needs: rules/common.smk. Produces: MAP_RUN, MAP_FILES, LOGGED and functions; no rules.
import json
from hashlib import sha256

from semispectral.spectra.cleaning_settings import scale_after
from semispectral.downhole.depths import logged_holes

MAP = CONFIG["map"]
RUNS = CONFIG["runs"]
MAP_RUN = {
    "method": MAP["method"],
    "features": MAP["features"],
    "budget": (
        max(
            RUNS["budgets"],
            key=lambda budget: float("inf") if budget == "all" else budget,
        )
        if MAP["budget"] == "largest"
        else MAP["budget"]
    ),
    "seed": RUNS["seeds"][0] if MAP["seed"] == "first" else MAP["seed"],
}
MAP_FILES = (
    "class.tif",
    "class.img",
    "class.hdr",
    "probability.tif",
    "confidence.tif",
    "map.png",
    "map.json",
)
LOGGED = logged_holes(TABLE)


def map_run(pattern):
    """A path of the run that makes the maps."""
    return pattern.format(**MAP_RUN)


def other_scaler():
    """M1's scale, where it is not that of the map's classifier: M1 knows what is novel beside a classifier of bands."""
    return SCALERS["latents"] if SCALERS["latents"] != SCALERS[MAP_RUN["features"]] else []


def bundle_cfg():
    """The run, what cleaning does to which scenes, and what the model was trained with."""
    recipe = MAP_RUN | {"budget": str(MAP_RUN["budget"]), "false_alarm": MAP["false_alarm"]}
    sections = ["m1", "sample", *first_row(MAP["method"]).sections]
    used = {"cleaning": in_use.cleaning(CONFIG["cleaning"]), "split": in_use.split(CONFIG["split"])}
    scaled = ["m1_method"] if MAP_RUN["features"] == "latents" else ["method", "m1_method"]
    normalise = {key: CONFIG["normalise"][key] for key in scaled}
    scales = {scale_after(scene, CLEANING) for scene in TABLE}
    scale = scales.pop() if len(scales) == 1 else None
    calibrated = {CLEANING.uses_references(named=bool(scene.white_key)) for scene in TABLE}
    description = first_row(MAP["method"]).description
    facts = {"scale": scale, "references": calibrated == {True}, "description": description}
    return cfg(*sections, **used, normalise=normalise, scenes=cleaned(SCENES), recipe=recipe, facts=facts)


def map_cfg(wildcards):
    """The scene's own row, and how its map is smoothed."""
    return cfg(scene=asdict(SCENES[wildcards.scene]), map=in_use.smoothing(MAP))


def model_given():
    """The model of `predict_new`, known by its content, for no rule here is to make it again."""
    card = Path(CONFIG["model"], "model.json")
    if not CONFIG["model"] or not card.is_file():
        raise WorkflowError(f"predict_new needs a trained model: --config model=results/model; got {CONFIG['model']!r}")
    return {"path": CONFIG["model"], "sha256": sha256(card.read_bytes()).hexdigest()}


def new_cfg(wildcards):
    """What a new scan's map depends on."""
    return cfg(mask=in_use.mask(CONFIG["mask"]), **json.loads(map_cfg(wildcards)), model=model_given())


def page_cfg(wildcards):
    """The scene's own row, and how runs of core are found, by which a pixel's depth is known."""
    return cfg(scene=asdict(SCENES[wildcards.scene]), run_share=MAP["downhole"]["run_share"])


def new_page_cfg(wildcards):
    """What a new scan's page depends on."""
    return cfg(**json.loads(page_cfg(wildcards)), model=model_given())


def downhole_cfg(wildcards):
    """The rows of the hole's scenes, and how its log is made."""
    rows = [asdict(SCENES[name]) for name in LOGGED[wildcards.hole]]
    return cfg(scenes=rows, downhole=MAP["downhole"])


def maps_of_hole(*names, folder="maps"):
    """Files of the maps of a hole's scenes, in the order of their names; of new scans in the folder ``new``."""
    pattern = f"<results>/{folder}/{{scene}}/{{name}}"
    return lambda wildcards: expand(pattern, name=names, scene=LOGGED[wildcards.hole])


def scene_data(wildcards):
    """The files of a new scene: its labels only where their codes say what to ignore."""
    scene, files = SCENES[wildcards.scene], set(scene_files(wildcards))
    return sorted(files if scene.ignore.ranges else (files - {str(scene.labels)}) | {str(scene.data)})
