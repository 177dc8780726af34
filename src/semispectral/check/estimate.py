"""What a run would need: seconds, memory and disk of its jobs, from the census and from measured rates."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from semispectral.check import training_time as training
from semispectral.check.plan import Planned
from semispectral.check.rates import OTHER, RATES
from semispectral.check.scenes import Looked, classes_of
from semispectral.check.study import Study
from semispectral.sampling.quotas import HELD_OUT_SHARE
from semispectral.spectra.scaling import METHODS

FLOAT_BYTES = 4
LATENTS_SHARE = 0.6  # of M1's latents that live, as in the demo
THREADS = {"train_svm": 2, "control": 2, "predict": 2, "encode": 2, "bundle": 2, "map": 2}
ONE_AT_A_TIME = ("train_m1", "train_m2", "train_qy")  # they hold the one GPU, or all cores


@dataclass(frozen=True)
class Work:
    """What there is to do, in the units of `Rate`; means over scenes where a job is a scene's.

    Parameters
    ----------
    scene_mb, scene_kpixels : of a scene: MB of data, thousands of pixels of interest.
    total_kpixels : thousands of pixels of all scenes.
    sample_mb, scene_sample_mb : of the sampled pixels as float32: of all scenes, of one.
    m1_sample_mb, m1_scene_sample_mb : the same in the columns that M1 sees.
    test_kpixels : thousands of pixels that every method is asked.
    """

    scene_mb: float
    scene_kpixels: float
    total_kpixels: float
    sample_mb: float
    scene_sample_mb: float
    m1_sample_mb: float
    m1_scene_sample_mb: float
    test_kpixels: float


@dataclass(frozen=True)
class Need:
    """What the jobs of one rule need: how many, seconds of one, MB of memory of one, MB on disk of all."""

    rule: str
    jobs: int
    seconds: float
    memory_mb: float
    disk_mb: float


def sampled_pixels(study: Study, looked: Sequence[Looked], planned: Planned | None) -> tuple[int, int]:
    """Pixels that the shards will hold, and those of them that train; a guess where there are no labels yet."""
    if planned is not None:
        return planned.sampled, planned.training
    sample = study.config["sample"]
    capped = [min(pixels, 2 * sample["cap_per_class"]) for pixels in classes_of(looked).values()]
    if not capped:  # nothing is known of the labels: as many as simulation makes, a seventh of what is of interest
        capped = [sum(each.interest for each in looked) // 7]
    unlabelled = min(sample["unlabelled"], sum(each.interest for each in looked))
    train = unlabelled + sum(capped) // 2
    return sum(capped) + unlabelled + 2 * unlabelled // HELD_OUT_SHARE, train


def work_of(study: Study, looked: Sequence[Looked], sampled: int) -> Work:
    """The work of a study whose scenes were looked at."""
    scenes = max(len(looked), 1)
    bands = max((each.bands for each in looked), default=0)
    sample_mb, m1_sample_mb = (sampled * each * FLOAT_BYTES / 1e6 for each in (bands, sum(_m1_views(study, bands))))
    return Work(
        scene_mb=sum(each.megabytes for each in looked) / scenes,
        scene_kpixels=sum(each.interest for each in looked) / scenes / 1e3,
        total_kpixels=sum(each.pixels for each in looked) / 1e3,
        sample_mb=sample_mb,
        scene_sample_mb=sample_mb / scenes,
        m1_sample_mb=m1_sample_mb,
        m1_scene_sample_mb=m1_sample_mb / scenes,
        test_kpixels=sampled / 3e3,
    )


def _m1_views(study: Study, bands: int) -> tuple[int, ...]:
    """Columns of each view of the spectrum that M1 sees."""
    return METHODS[str(study.config["normalise"]["m1_method"])].views(bands)


def needs(study: Study, looked: Sequence[Looked], planned: Planned | None, jobs: Mapping[str, int]) -> list[Need]:
    """What the jobs of each rule need, in the order in which they run."""
    sampled, train = sampled_pixels(study, looked, planned)
    work = work_of(study, looked, sampled)
    bands = max((each.bands for each in looked), default=0)
    classes = max(len(classes_of(looked)), 2)
    trained = _training_seconds(study, train, bands, classes)
    found = []
    for rule, count in jobs.items():
        rate = RATES.get(rule, OTHER)
        units, kept = getattr(work, rate.unit), getattr(work, rate.disk_unit)
        seconds, memory = (fixed + each * units for fixed, each in (rate.seconds, rate.memory_mb))
        disk = rate.disk_mb[0] + rate.disk_mb[1] * kept
        found.append(Need(rule, count, trained.get(rule, seconds), memory, disk * count))
    return found


def _training_seconds(study: Study, train: int, bands: int, classes: int) -> dict[str, float]:
    """Seconds of a training job by rule; M2 and q(y|x) are means over the features that they see."""
    if not {"m1", "m2"} <= set(study.settings) or not bands:
        return {}
    m1, m2 = study.settings["m1"], study.settings["m2"]
    features, views = study.config["compare"]["features"], _m1_views(study, bands)
    latents = max(1, round(LATENTS_SHARE * m1.latents * len(views)))
    inputs = [bands if name == "bands" else latents for name in features]
    run = {"unlabelled": train, "classes": classes}
    return {
        "train_m1": training.m1_seconds(m1, pixels=train, views=views),
        "train_m2": sum(training.m2_seconds(m2, inputs=each, **run) for each in inputs) / len(inputs),
        "train_qy": sum(training.qy_seconds(m2, inputs=each, **run) for each in inputs) / len(inputs),
    }


def wall_seconds(found: Sequence[Need], *, cores: int) -> float:
    """How long the run takes on so many cores: rule after rule, the jobs of one side by side."""
    total = 0.0
    for need in found:
        together = 1 if need.rule in ONE_AT_A_TIME else max(1, cores // THREADS.get(need.rule, 1))
        total += math.ceil(need.jobs / together) * need.seconds
    return total


def peak_memory_mb(found: Sequence[Need], *, cores: int) -> float:
    """The most that jobs side by side hold at once."""
    together = {need.rule: max(1, cores // THREADS.get(need.rule, 1)) for need in found}
    held = [
        need.memory_mb * (1 if need.rule in ONE_AT_A_TIME else min(need.jobs, together[need.rule])) for need in found
    ]
    return max(held, default=0.0)
