"""Measured time, memory and disk space of a job of each rule. No other module holds such figures.

Source: the ``benchmark:`` files and the sizes of the results of runs without a GPU (AMD EPYC, AVX-512): the demo (6
scenes of 200 x 96 x 268, 22 000 sampled pixels), and 12 scenes of 2848 x 384 x 268 (586 MB each, 187 600 sampled
pixels) from raw files to the report, `measurements/scale/full_size.py`; what of the learning curve, of absorption
features and of the report these two leave open, 3 scenes of 1500 x 650 x 96 with 20 classes and 136 000 sampled
pixels say; what goes through all scans, stand-ins for 500 of these (`measurements/scale/stand_ins.py`). Seconds are
those of the processor: on a quiet machine a job of one thread takes as long. The fixed part of a job is that of the
demo, whose jobs were forks of a warm process; a fresh process takes `FRESH_SECONDS` more. The part per unit is the
difference to the larger scenes. Memory is the larger of what a fresh process and a fork took. Training times are
computed from steps in `semispectral.check.training_time`. What neither had (choices, mixtures) has per unit the
figures of the rule that reads the same; so have the rules that look for groups, whose fixed part is that of the
unlabelled demo without its start. A rule that has run in the study itself is forecast by what it took there
(`semispectral.check.own_runs`).
"""

from typing import NamedTuple


class Rate(NamedTuple):
    """Needs of a job: a fixed part, and a part per unit of work.

    Attributes
    ----------
    unit : unit of time, an attribute of `semispectral.check.estimate.Work`; of memory, too, without a unit of its own.
    seconds : time, (fixed, per unit), in s.
    memory_mb : memory, (fixed, per unit), in MB.
    disk_unit : unit of disk space, an attribute of `semispectral.check.estimate.Work`.
    disk_mb : disk space, (fixed, per unit), in MB.
    memory_unit : unit of memory, if it is another one, as where a job has one scene after the other in memory.
    """

    unit: str
    seconds: tuple[float, float]
    memory_mb: tuple[float, float]
    disk_unit: str = "scene_mb"
    disk_mb: tuple[float, float] = (0.1, 0)
    memory_unit: str = ""


RATES: dict[str, Rate] = {
    "simulate": Rate("scene_mb", (0.2, 0.031), (220, 0.5), "scene_mb", (0, 1)),
    "fetch": Rate("scene_mb", (3, 1), (150, 0), "scene_mb", (0, 0.5)),
    "mask": Rate("scene_mb", (0.5, 0.003), (240, 0.9), "scene_mb", (0.03, 0.001)),
    "census": Rate("scene_mb", (0.19, 0.0005), (215, 0.05), "scene_mb", (0.03, 0.008)),
    "labels": Rate("scene_mb", (0.11, 0.0002), (200, 0), "scene_mb", (0.03, 0.008)),
    "draw": Rate("scene_mb", (0.17, 0.001), (280, 0.7), "scene_pool_mb", (0, 0.5)),
    "compare_scans": Rate("total_kpixels", (0.1, 0.00001), (190, 0.0002)),
    "split": Rate("total_kpixels", (0.24, 0.0003), (300, 0.0004)),
    "split_tested": Rate("total_kpixels", (0.24, 0.0002), (300, 0.0004)),
    "sample_m1": Rate("sample_mb", (0.23, 0.01), (245, 0.1), "sample_mb", (0, 0.5)),
    "sample": Rate("sample_mb", (0.21, 0.01), (270, 0.7), "sample_mb", (0, 0.5)),
    "sample_tested": Rate("sample_mb", (0.13, 0.004), (250, 1.1), "sample_mb", (0, 0.2)),
    "estimate_noise": Rate("sample_mb", (0.97, 0), (290, 0)),
    "fit_scaler": Rate("sample_mb", (0.25, 0), (270, 0.2)),
    "cleaning_effect": Rate("scene_mb", (4, 0), (660, 0)),  # it looks at a sample of one size
    "choose_labels": Rate("sample_mb", (0.16, 0.0002), (205, 0.1)),
    "baseline": Rate("sample_mb", (3.3, 0.047), (360, 3.5), "test_kpixels", (0, 0.4)),
    "train_svm": Rate("sample_mb", (0.7, 0.0027), (310, 1.5), "test_kpixels", (0.1, 0)),
    "train_lda": Rate("sample_mb", (0.45, 0.0027), (310, 1.5)),
    "learning_curve": Rate("sample_kpixels", (0, 0.2), (335, 4.7)),
    "train_m1": Rate("m1_sample_mb", (0, 0), (850, 3.2), "sample_mb", (15, 0)),
    "train_m2": Rate("sample_mb", (0, 0), (1100, 0.2), "sample_mb", (3, 0)),
    "train_qy": Rate("sample_mb", (0, 0), (895, 0.2), "sample_mb", (2, 0)),
    "encode": Rate("pool_mb", (0.05, 0.03), (370, 8), "pool_mb", (0, 0.3), "scene_pool_mb"),
    "encode_tested": Rate("pool_mb", (0.2, 0.01), (360, 8), "pool_mb", (0, 0.1), "scene_pool_mb"),
    "encode_unscored": Rate("pool_mb", (0.2, 0.01), (360, 8), "pool_mb", (0, 0.1), "scene_pool_mb"),
    "match_library": Rate("sample_mb", (0.35, 0.01), (160, 7), "test_kpixels", (0.1, 0.06)),
    "choose_input": Rate("sample_mb", (4, 0.1), (300, 6)),
    "predict": Rate("sample_mb", (0.07, 0.009), (320, 4), "test_kpixels", (0, 0.06)),
    "learn_tray": Rate("total_kpixels", (0.9, 0.00003), (285, 0)),
    "bundle": Rate("sample_mb", (0.17, 0.009), (315, 1.5), "sample_mb", (1.4, 0)),
    "pack": Rate("sample_mb", (0.13, 0), (335, 0), "sample_mb", (1.4, 0)),
    "evaluate": Rate("test_kpixels", (0.65, 0.1), (290, 2), "test_kpixels", (0, 0.5)),
    "map": Rate("scene_kpixels", (0.18, 0.022), (325, 0.5), "scene_kpixels", (0.05, 0.055)),
    "pixels": Rate("scene_kpixels", (0.58, 0.012), (400, 0.65), "scene_kpixels", (5, 0.07)),
    "paint": Rate("scene_kpixels", (0.65, 0.0055), (345, 0.75), "scene_kpixels", (2, 0.065)),
    "features": Rate("scene_mb", (0.15, 0.019), (285, 0.6), "scene_kpixels", (0.05, 0.4), "scene_kpixels"),
    "downhole": Rate("hole_kpixels", (1.8, 0.008), (370, 0.9), "hole_kpixels", (1, 0.01), "scene_kpixels"),
    "average": Rate("test_kpixels", (0.17, 0.003), (290, 2.5), "test_kpixels", (0, 0.06)),
    "intervals": Rate("total_kpixels", (0.13, 0.00001), (297, 0.001)),
    "endmembers": Rate("sample_mb", (1, 0.02), (300, 2)),
    "mixtures": Rate("scene_kpixels", (3, 0.06), (340, 0.5), "scene_kpixels", (0.05, 0.05)),
    "interval_labels": Rate("total_kpixels", (1, 0.002), (300, 0.02)),
    "share_labels": Rate("total_kpixels", (1, 0.002), (300, 0.02)),
    "hole_page": Rate("hole_kpixels", (0.14, 0.0027), (350, 0.8), "hole_kpixels", (1, 0.07), "scene_kpixels"),
    "clusters": Rate("sample_mb", (1.5, 0.1), (300, 4)),
    "describe_groups": Rate("sample_mb", (1.5, 0.03), (300, 4)),
    "cluster_map": Rate("scene_kpixels", (0.5, 0.015), (340, 0.35), "scene_kpixels", (0.05, 0.01)),
    "group_page": Rate("scene_kpixels", (1.3, 0.007), (350, 0.35), "scene_kpixels", (2, 0.065)),
    "queue": Rate("sample_mb", (3, 0.03), (300, 4)),
    "new_groups": Rate("sample_mb", (3, 0.03), (300, 4)),
    "queue_by_model": Rate("sample_mb", (3, 0.03), (300, 4)),
    "contact_sheet": Rate("total_kpixels", (2.2, 0.002), (300, 0.05), "total_kpixels", (4, 0)),
    "report": Rate("total_kpixels", (6.2, 0.0005), (640, 6), "total_kpixels", (8, 0), "test_kpixels"),
}
OTHER = Rate("scene_mb", (3, 0), (300, 0))  # a rule that is not in the table
FRESH_SECONDS = 1.3  # of start and imports, where a job is no fork of a warm process
FRESH_TRAINING_SECONDS = 3.3  # likewise, with TensorFlow
