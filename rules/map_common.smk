# What the rules of the map share: which trained model makes it, and what each of them uses of the configuration.
# Needs: rules/common.smk. Produces: MAP_RUN, SCALER_OF_MAP, WITH_TRAY, MAP_FILES, LOGGED, HOLES_MAPPED_TOO and functions; no rules.
from semispectral.downhole.depths import logged_holes
from semispectral.rules.trained_model import classes_of, numbers_of
from semispectral.study.methods import trained_rows

MAP = CONFIG["map"]
MAP_RUN = {
    "method": MAP["method"],
    "features": MAP["features"],
    "per_class": MOST_LABELS if MAP["labels_per_class"] == "largest" else MAP["labels_per_class"],
    "seed": FIRST_SEED if MAP["seed"] == "first" else MAP["seed"],
}
MAP_FILES = (
    "class.tif",
    "class.img",
    "class.hdr",
    "probability.tif",
    "confidence.tif",
    "map.json",
    "page.html",
)  # map.png is the picture
LOGGED = logged_holes(TABLE)
HOLES_MAPPED_TOO = sorted(hole for hole, names in LOGGED.items() if ONLY_MAPPED & set(names))
REPORT = "../../report/index.html"  # as seen from maps/{scene}/page.html
# What the page of a hole links to, as seen from holes/{hole}/index.html and from new/holes/{hole}/index.html.
PLACES = {"map": "../../maps/{scene}", "report": REPORT}
NEW_PLACES = {"map": "../../{scene}"}


def map_run(pattern):
    """A path of the run that makes the maps."""
    return pattern.format(**MAP_RUN)


def classifiers_of_map():
    """The trained model that makes the maps; those of its members, if it is an average."""
    pattern = "<results>/{method}/{features}/{per_class}/{seed}"
    try:
        rows = trained_rows(MAP_RUN["method"], MAP_RUN["features"])
    except SemispectralError as error:
        raise WorkflowError(f"config, map: {error}") from None
    return [pattern.format(**MAP_RUN | {"method": method, "features": features}) for method, features in rows]


# The scale of the guide, and of what the map's classifier sees itself.
SCALER_OF_MAP = SCALERS["mnf" if MAP_RUN["features"] == "latents_mnf" else MAP_RUN["features"]]


# Scenes that say what is no core, from which the trained model learns to know the tray.
WITH_TRAY = [name for name in TRAINING if SLICES.leaves_out(name)]


def other_scaler():
    """M1's scale, where it is another: M1 makes latents, and knows what is novel beside a classifier of bands."""
    return SCALERS["latents"] if SCALERS["latents"] != SCALER_OF_MAP else []


def of_model(read):
    """What `predict_new` depends on in its model, which no rule here is to make again."""
    try:
        return read(CONFIG["model"])
    except SemispectralError as error:
        raise WorkflowError(str(error)) from None


def numbers_of_hole(folder="maps"):
    """Numbers of the maps of a hole's scenes, in the order of their names; of new scans in the folder ``new``."""
    return lambda wildcards: expand(f"<results>/{folder}/{{scene}}/numbers.parquet", scene=LOGGED[wildcards.hole])
