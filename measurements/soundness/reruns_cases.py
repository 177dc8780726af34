"""What each key of the configuration should rerun in the tiny study, written by hand: `reruns.py` tries it.

Every key stands in `CASES` with another valid value and the rules that should run again, or in `NOT_TRIED` with why.
"""

from typing import Any

REPORT = {"report"}  # it shows the configuration
SCORES = {"evaluate", *REPORT}
LOGGED = {"downhole", "intervals", "hole_page", *REPORT}  # logs and strip logs, the table of intervals, pages of holes
PLACED = {"paint", *LOGGED}
COLOURED = {"pack", *PLACED}  # names and colours reach no rule that reads a scan or trains
SHOWN = {"map", "pixels", *PLACED}
MAPS = {"bundle", *COLOURED, *SHOWN}
ASKED = {"predict", *SCORES}  # what models say of the test part
ON_LABELS = {"train_svm", "baseline", *ASKED}
M2 = {"train_m2", *ASKED, *MAPS}
M1 = {"train_m1", "encode", "encode_tested", "train_svm", "learning_curve", *M2}
M1_FITTED = {"fit_scaler", *M1}
FITTED = {"fit_scaler", "train_m2", *ON_LABELS}
FEATURES = {"features", *PLACED, "pixels"}
CLEANED = {"sample_m1", "learn_tray", "sample", "sample_tested", *FITTED, *M1_FITTED, *FEATURES}
CHOSEN = {"choose_labels", "baseline", "train_svm", *M2}
# What takes other labelled pixels from the pool, and reads no scan.
DEALT = {"split", "split_tested", "sample", "sample_tested", "learning_curve", *CHOSEN}
SPLIT = {
    *DEALT,
    "sample_m1",
    "learn_tray",
    *FITTED,
    *M1_FITTED,
}  # what deals the pool anew, to M1 too, and reads no scan
DRAWN = {"draw", *SPLIT}
COUNTED = {"census", "compare_scans", "labels", *DRAWN, *FEATURES}
EVERYTHING = {"simulate", *COUNTED}
NOTHING: set[str] = set()

NET = {"net.hidden": [10], "net.activation": "tanh"}
FIT = {
    "fit.batch": 64,
    "fit.epochs": 5,
    "fit.least_steps": 2,
    "fit.evaluate_every": 1,
    "fit.optimiser": "rmsprop",
    "fit.learning_rate": 0.003,
    "fit.decay": "none",
    "fit.clip_norm": 5,
    "fit.most_steps": 300,
    "fit.patience": 9,
    "fit.precision": "bfloat16",
}
MODEL = {"likelihood": "student_t", "sigma_floor": 0.05, "kl_warm_up": 5}
OFF = {  # of steps, methods and baselines that the study does not have
    "cleaning.spike_threshold": 5,
    "cleaning.stripe_threshold": 9,
    "cleaning.smile_ranges_nm": [[1400, 1500]],
    "cleaning.resample_nm": [1100, 2400, 20],
    "cleaning.window": 9,
    "cleaning.order": 3,
    "cleaning.derivative": 1,
    "mask.darker_than": 0.1,
    "mask.smallest": 20,
    "mask.holes": 20,
    "split.test_share": 0.3,
    "normalise.windows": [[1400, 1500]],
    "baselines.components": [10],
    "baselines.cost": [10],
    "baselines.forest_features": [0.2],
    "baselines.forest_leaf": [2],
    "baselines.trees": 100,
    "baselines.tuning_trees": 10,
    "baselines.neighbours": [4],
    "baselines.spreading": [0.8],
    "baselines.unlabelled_pixels": 1000,
    "baselines.confidence": 0.8,
    "baselines.rounds": 3,
}
SIMULATED = {
    "seed": 6,
    "bands": 26,
    "core_share": 0.5,
    "wavelength_range_nm": [1010, 2480],
    "pixel_mm": 1.3,
    "snr": 50,
    "dominant": [0.5, 0.8],
    "intimate_share": 0.5,
    "path_sigma": 0.2,
    "albedo_sigma": 0.1,
    "shading_sigma": 0.1,
    "hole_shift_nm": 1,
    "hole_sigma": 0.1,
    "moisture": 0.1,
    "column_gain": 0.02,
    "smile_bands": 0.5,
    "labelled_share": [0.1, 0.2],
    "label_noise": 0.05,
    "prevailing": "chlorite",
    "prevailing_share": 0.8,
}

CASES: dict[str, tuple[Any, set[str]]] = {
    **{f"simulate.{key}": (value, EVERYTHING) for key, value in SIMULATED.items()},
    **{key: (value, REPORT) for key, value in OFF.items()},
    "split.method": ("blocks", SPLIT),
    "split.seed": (2, SPLIT),
    "split.test_groups": (["DH2"], SPLIT),
    "split.valid_share": (0.3, SPLIT),
    "split.block_lines": (10, SPLIT),
    "split.block_samples": (8, SPLIT),
    "split.buffer": (2, SPLIT),
    "sample.seed": (2, DRAWN),
    "sample.cap_per_class": (50, DEALT),
    "sample.unlabelled_per_scene": (200, DRAWN),
    "sample.class_per_scene": (50, {"draw", "encode", "encode_tested", *DEALT}),
    "sample.unlabelled": (200, SPLIT),
    "sample.clusters": (4, DRAWN),
    "sample.drop_saturated": (True, DRAWN),
    "runs.labels_per_class": ([5, 10], {*CHOSEN}),
    "runs.seeds": (
        [1, 2],
        {"choose_labels", "train_m1", "encode", "encode_tested", "train_svm", "train_m2", "baseline", *ASKED},
    ),
    "runs.valid_share": (0.4, CHOSEN),
    "compare.models": (["m2"], SCORES),
    "compare.features": (["latents"], SCORES),
    "compare.baselines": (["majority"], SCORES),
    **{f"m1.{key}": (value, M1) for key, value in {**NET, **FIT, **MODEL, "latents": 5, "dead_std": 0.05}.items()},
    **{
        f"m2.{key}": (value, M2)
        for key, value in {
            **NET,
            **FIT,
            **MODEL,
            "latents": 4,
            "supervised_epochs": 2,
            "pure_share": 0.1,
            "neighbours": False,
            "labelled_batch": 8,
            "auxiliary": 2,
            "alpha": 0.5,
            "ramp": 10,
            "prior": "frequency",
            "label_shift": 1,
            "drawn": 0.5,
            "select": "nll",
            "classifier.hidden": [20],
            "classifier.activation": "tanh",
        }.items()
    },
    "svm.cost": ([1], {"train_svm", "learning_curve", *ASKED}),
    "svm.gamma": ([1, 2], {"train_svm", "learning_curve", *ASKED}),
    "svm.folds": (3, ON_LABELS),
    "svm.tuning_pixels": (500, ON_LABELS),
    "svm.balanced": (False, {"train_svm", "learning_curve", *ASKED}),
    "mask.method": ("otsu", {"mask", *COUNTED}),
    "cleaning.references": ("none", COUNTED),
    "cleaning.white_reflectance": (0.9, COUNTED),
    "cleaning.bad_bands": ([3], COUNTED),
    "cleaning.bad_ranges_nm": ([[1400, 1500]], COUNTED),
    "cleaning.header_bad_bands": (False, COUNTED),
    "cleaning.steps": (["spikes"], {*CLEANED, "cleaning_effect"}),
    "normalise.method": ("snv", FITTED),
    "normalise.m1_method": ("snv", M1_FITTED),
    "normalise.windows": ([[2000, 2300]], REPORT),
    "normalise.candidates": (["snv", "hull"], REPORT),
    "normalise.m1_candidates": (["views", "snv"], REPORT),
    "library.windows": ([[2000, 2300]], NOTHING),
    "library.mixture": (1, NOTHING),
    "library.least_score": (0.8, NOTHING),
    "map.method": ("svm", MAPS),
    "map.features": ("bands", {"learning_curve", *MAPS}),
    "map.false_alarm": (0.02, MAPS),
    "map.smoothing": ("none", SHOWN),
    "map.radius": (3, SHOWN),
    "map.epsilon": (0.2, SHOWN),
    "map.downhole.interval_m": (0.2, LOGGED),
    "map.downhole.correlation_m": (0.03, LOGGED),
    "map.downhole.coverage": (0.8, LOGGED),
    "features.enabled": (False, FEATURES - {"features"}),
    "features.windows": ([{"name": "aloh_2200", "from_nm": 2120, "to_nm": 2240}], FEATURES),
    "features.formulas": ([{"name": "twice", "formula": "2 * aloh_2200_depth"}], FEATURES),
    "features.least_depth": (0.05, FEATURES),
    "map.downhole.run_share": (0.4, PLACED),
    "map.page_mb": (9, {"pixels", "paint", "hole_page", *REPORT}),
    "intervals.length_m": (0.5, LOGGED),
    "intervals.paper": ("A3", LOGGED),
    "intervals.page_m": (7, LOGGED),
    "intervals.dip_down": ("positive", {"intervals"}),
    "mixtures.enabled": (True, {"endmembers", "mixtures"}),
    "mixtures.resamples": (30, NOTHING),
    "mixtures.seed": (2, NOTHING),
    "normalise.mnf_components": (7, REPORT),
    "baselines.pooled": (0.4, REPORT),
    "evaluation.seed": (2, {"learning_curve", *SCORES}),
    "evaluation.resamples": (10, SCORES),
    "evaluation.level": (0.9, SCORES),
}

# Cells of the two tables: the file, the row by its first cell, the column (added where it is not there), another value,
# and the rules that should run again.
CLASSES, SCENES = "config/classes.tsv", "tests/workflow/scenes.tsv"
CELLS: dict[str, tuple[str, str, str, str, set[str]]] = {
    "colour of a class": (CLASSES, "3", "colour", "#c47305", COLOURED),
    "name of a class": (CLASSES, "3", "name", "white mica", {"evaluate", *COLOURED}),
    "size of a pixel": (SCENES, "DH2_1", "pixel_mm", "1.5", {"features", "pixels", *PLACED}),
    "depth": (SCENES, "DH2_1", "depth_from_m", "12.5", PLACED),
    "scale": (SCENES, "DH2_1", "scale", "3e-05", COUNTED),
    "only mapped from now on": (SCENES, "DH2_1", "map_only", "yes", SPLIT),
    "not only mapped": (SCENES, "DH2_1", "map_only", "no", NOTHING),
    "column that is empty": (SCENES, "DH2_1", "depth_to_m", "", NOTHING),
}

NOT_TRIED = {
    "intervals.table": "a file that the tiny study does not have",
    "intervals.collar": "a file that the tiny study does not have",
    "intervals.survey": "a file that the tiny study does not have",
    "interval_labels.sources": "files that the tiny study does not have",
    "share_labels.sources": "files that the tiny study does not have",
    "library.files": "a file that the tiny study does not have",
    "simulate.enabled": "without it nothing makes the scenes",
    "simulate.holes": "the scenes of scenes.tsv hang on it",
    "simulate.scenes_per_hole": "the scenes of scenes.tsv hang on it",
    "simulate.lines": "goes with the blocks of the split",
    "simulate.samples": "goes with the blocks of the split",
    "simulate.runs": "goes with the size of the tray",
    "simulate.minerals": "goes with the minerals that are labelled",
    "simulate.labelled_minerals": "goes with classes.tsv",
    "simulate.labelled_lithologies": "goes with classes.tsv",
    "simulate.labelled_purity": "goes with labelled_lithologies",
    "simulate.lithologies": "goes with classes.tsv",
    "scenes": "a table of its own",
    "sensors": "a table of its own",
    "cleaning.sensors": "the scenes have one sensor",
    "classes": "a table of its own",
    "data_root": "every path hangs on it",
    "allow_outside": "changes what is allowed, not what is made",
    "fetch": "needs a network",
    "pathvars.results": "other results altogether",
    "map.labels_per_class": "has one value in this study",
    "map.seed": "has one value in this study",
    "model": "of predict_new alone",
    "report": "has no keys",
    "benchmark": "of the target benchmark alone",
    "explore": "of the target explore alone",
}
