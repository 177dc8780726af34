"""Measured time, memory and disk space of a job of each rule. No other module holds such figures.

Source: the ``benchmark:`` files and the sizes of the results of two runs on one server without a GPU (AMD EPYC,
AVX-512): the demo (6 scenes of 200 x 96 x 268, 22 000 sampled pixels), and a simulated collection of 12 scenes of
2848 x 384 x 268 (586 MB each, 240 000 sampled pixels) with the same networks. Seconds are those of the processor: on a
quiet machine a job of one thread takes as long. The fixed part of a job is that of the demo; the part per unit is the
difference between the two. Training times are computed from steps in `semispectral.check.training_time`. What only the
demo had (holes, the average, choices) has per unit the figures of the rule that reads the same: downhole, map, sample;
so have the rules that look for groups, whose fixed part is that of the unlabelled demo. A rule that has run in the
study itself is forecast by what it took there (`semispectral.check.own_runs`).
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
    "simulate": Rate("scene_mb", (2, 0.07), (150, 6), "scene_mb", (0, 1)),
    "fetch": Rate("scene_mb", (3, 1), (150, 0), "scene_mb", (0, 0.5)),
    "mask": Rate("scene_mb", (3, 0.003), (240, 0.9), "scene_mb", (0.03, 0.001)),
    "census": Rate("scene_mb", (1.3, 0.0005), (215, 0.2), "scene_mb", (0.03, 0.008)),
    "labels": Rate("scene_mb", (1.3, 0.0005), (190, 0.15), "scene_mb", (0.03, 0.008)),
    "draw": Rate("scene_mb", (1.4, 0.003), (270, 0.25), "scene_pool_mb", (0, 0.5)),
    "compare_scans": Rate("total_kpixels", (1.3, 0.0002), (190, 0.02)),
    "split": Rate("total_kpixels", (1.7, 0.0006), (220, 0.02)),
    "split_tested": Rate("total_kpixels", (1.7, 0.0006), (220, 0.02)),
    "sample_m1": Rate("sample_mb", (1.7, 0.01), (245, 0.5), "sample_mb", (0, 0.5)),
    "sample": Rate("sample_mb", (1.5, 0.01), (250, 0.5), "sample_mb", (0, 0.5)),
    "sample_tested": Rate("sample_mb", (1.5, 0.003), (250, 0.2), "sample_mb", (0, 0.2)),
    "estimate_noise": Rate("sample_mb", (2.4, 0.02), (175, 6)),
    "fit_scaler": Rate("sample_mb", (3.1, 0.006), (240, 2.4)),
    "cleaning_effect": Rate("scene_mb", (5, 0), (660, 0)),  # it looks at a sample of one size
    "choose_labels": Rate("sample_mb", (0.9, 0.005), (115, 0.4)),
    "baseline": Rate("sample_mb", (6.5, 0.1), (360, 4), "test_kpixels", (0, 0.4)),
    "train_svm": Rate("sample_mb", (4.5, 0.03), (310, 5), "test_kpixels", (0.1, 0)),
    "learning_curve": Rate("sample_mb", (3.3, 0.02), (205, 3)),
    "train_m1": Rate("m1_sample_mb", (0, 0), (850, 3.2), "sample_mb", (15, 0)),
    "train_m2": Rate("sample_mb", (0, 0), (1100, 2.2), "sample_mb", (3, 0)),
    "train_qy": Rate("sample_mb", (0, 0), (895, 2.4), "sample_mb", (2, 0)),
    "encode": Rate("pool_mb", (1.5, 0.03), (240, 8), "pool_mb", (0, 0.3), "scene_pool_mb"),
    "encode_tested": Rate("pool_mb", (1.5, 0.01), (240, 8), "pool_mb", (0, 0.1), "scene_pool_mb"),
    "encode_unscored": Rate("pool_mb", (1.5, 0.01), (240, 8), "pool_mb", (0, 0.1), "scene_pool_mb"),
    "match_library": Rate("sample_mb", (2, 0.015), (195, 3), "test_kpixels", (0.1, 0.06)),
    "choose_input": Rate("sample_mb", (5, 0.1), (300, 6)),
    "predict": Rate("sample_mb", (1.5, 0.009), (160, 2.6), "test_kpixels", (0, 0.06)),
    "learn_tray": Rate("total_kpixels", (1.5, 0.0003), (300, 0.01)),
    "bundle": Rate("sample_mb", (2.5, 0.009), (315, 2.6), "sample_mb", (1.4, 0)),
    "pack": Rate("sample_mb", (2.2, 0), (155, 0), "sample_mb", (1.4, 0)),
    "evaluate": Rate("test_kpixels", (1.9, 0.023), (220, 6), "test_kpixels", (0, 0.5)),
    "map": Rate("scene_kpixels", (2.3, 0.017), (245, 0.65), "scene_kpixels", (0.05, 0.055)),
    "pixels": Rate("scene_kpixels", (3.1, 0.005), (310, 0.4), "scene_kpixels", (5, 0.07)),
    "paint": Rate("scene_kpixels", (3.4, 0.003), (285, 0.5), "scene_kpixels", (2, 0.065)),
    "features": Rate("scene_kpixels", (1.4, 0.018), (225, 0.6), "scene_kpixels", (0.05, 0.4)),
    "downhole": Rate("scene_kpixels", (3.7, 0.01), (300, 0.2), "scene_kpixels", (1, 0.01)),
    "average": Rate("test_kpixels", (1.2, 0.02), (130, 3), "test_kpixels", (0, 0.06)),
    "intervals": Rate("total_kpixels", (1.4, 0.0002), (147, 0.002)),
    "endmembers": Rate("sample_mb", (2, 0.02), (300, 2)),
    "mixtures": Rate("scene_kpixels", (4, 0.06), (340, 0.5), "scene_kpixels", (0.05, 0.05)),
    "interval_labels": Rate("total_kpixels", (2, 0.002), (300, 0.02)),
    "share_labels": Rate("total_kpixels", (2, 0.002), (300, 0.02)),
    "hole_page": Rate("scene_kpixels", (4.8, 0.005), (300, 0.2), "scene_kpixels", (1, 0.07)),
    "clusters": Rate("sample_mb", (4, 0.1), (300, 4)),
    "describe_groups": Rate("sample_mb", (4, 0.03), (300, 4)),
    "cluster_map": Rate("scene_kpixels", (4, 0.015), (340, 0.35), "scene_kpixels", (0.05, 0.01)),
    "group_page": Rate("scene_kpixels", (4, 0.007), (350, 0.35), "scene_kpixels", (2, 0.065)),
    "queue": Rate("sample_mb", (4, 0.03), (300, 4)),
    "new_groups": Rate("sample_mb", (4, 0.03), (300, 4)),
    "queue_by_model": Rate("sample_mb", (4, 0.03), (300, 4)),
    "contact_sheet": Rate("total_kpixels", (4, 0.002), (300, 0.05), "total_kpixels", (4, 0)),
    "report": Rate("total_kpixels", (7.5, 0.0003), (350, 0.05), "total_kpixels", (8, 0)),
}
OTHER = Rate("scene_mb", (4, 0), (300, 0))  # a rule that is not in the table
