# What the rules of the map share: which trained model makes it, and what each of them uses of the configuration.
# Needs: rules/common.smk. Produces: MAP_RUN, MAP_FILES, LOGGED and functions; no rules.
from hashlib import sha256

from semispectral.downhole.depths import logged_holes

MAP = CONFIG["map"]
RUNS = CONFIG["runs"]
MAP_RUN = {
    "method": MAP["method"],
    "features": MAP["features"],
    "budget": (
        max(
            RUNS["labels_per_class"],
            key=lambda budget: float("inf") if budget == "all" else budget,
        )
        if MAP["labels_per_class"] == "largest"
        else MAP["labels_per_class"]
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


def model_given():
    """The model of `predict_new`, known by its content, for no rule here is to make it again."""
    card = Path(CONFIG["model"], "model.json")
    if not CONFIG["model"] or not card.is_file():
        raise WorkflowError(f"predict_new needs a trained model: --config model=results/model; got {CONFIG['model']!r}")
    return {"path": CONFIG["model"], "sha256": sha256(card.read_bytes()).hexdigest()}


def maps_of_hole(*names, folder="maps"):
    """Files of the maps of a hole's scenes, in the order of their names; of new scans in the folder ``new``."""
    pattern = f"<results>/{folder}/{{scene}}/{{name}}"
    return lambda wildcards: expand(pattern, name=names, scene=LOGGED[wildcards.hole])
