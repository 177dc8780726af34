"""Estimate time, memory and disk of a run, from the census and from measured rates."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from semispectral.check import training_time as training
from semispectral.check.own_runs import Took, own_runs
from semispectral.check.plan import Planned
from semispectral.check.rates import FRESH_SECONDS, FRESH_TRAINING_SECONDS, OTHER, RATES
from semispectral.check.scenes import Looked, classes_of
from semispectral.check.study import Study
from semispectral.inference.feature_names import BANDS, LATENTS, LATENTS_MNF
from semispectral.sampling.quotas import HELD_OUT_SHARE
from semispectral.spectra.normalisations.known_normalisations import NORMALISATIONS
from semispectral.study import keys_in_use
from semispectral.study.methods import row_of
from semispectral.workflow.warm import starts_warm

FLOAT_BYTES = 4
LATENTS_SHARE = 0.6  # of M1's latents that live, as in the demo
THREADS = {"train_svm": 2, "baseline": 2, "predict": 2, "encode": 2, "bundle": 2, "map": 2, "pixels": 2, "features": 2}
ONE_AT_A_TIME = ("train_m1", "train_m2", "train_qy")  # they hold the one GPU, or all cores


@dataclass(frozen=True)
class Work:
    """Amount of work in a study, in the units of `Rate`; for scenes, means over scenes.

    Attributes
    ----------
    scene_mb : data of a scene, in MB.
    scene_kpixels : pixels of interest of a scene, in thousands.
    hole_kpixels : pixels of interest of all scenes of a hole, in thousands.
    total_kpixels : pixels of all scenes, in thousands.
    sample_kpixels : sampled pixels of all scenes, in thousands.
    sample_mb : the same as float32, in MB.
    scene_pool_mb : drawn pixels of a scene, whatever a split takes of them, as stored, in MB.
    pool_mb : the same of all scenes, in MB.
    m1_sample_mb : what M1 is trained on, unlabelled pixels in its columns, as float32, in MB.
    test_kpixels : pixels that every method predicts, in thousands.
    """

    scene_mb: float
    scene_kpixels: float
    hole_kpixels: float
    total_kpixels: float
    sample_kpixels: float
    sample_mb: float
    scene_pool_mb: float
    pool_mb: float
    m1_sample_mb: float
    test_kpixels: float


@dataclass(frozen=True)
class Need:
    """Needs of the jobs of one rule.

    Attributes
    ----------
    rule : name of the rule.
    jobs : number of jobs.
    seconds : time of one job, in s.
    memory_mb : memory of one job, in MB.
    disk_mb : disk space of all jobs, in MB.
    own : whether time and memory are those of jobs of this study that ran before.
    """

    rule: str
    jobs: int
    seconds: float
    memory_mb: float
    disk_mb: float
    own: bool = False


def sampled_pixels(study: Study, looked: Sequence[Looked], planned: Planned | None) -> tuple[int, int]:
    """Return the number of sampled pixels, and of unlabelled ones to train on; an estimate if nothing is planned yet.

    Parameters
    ----------
    study : configuration and tables.
    looked : facts of the scenes.
    planned : split and labels per class, if known.
    """
    if planned is not None:
        return planned.sampled, planned.part("train")["unlabelled_drawn"]
    sample = study.config["sample"]
    capped = [min(pixels, 2 * sample["cap_per_class"]) for pixels in classes_of(looked).values()]
    if not capped:  # nothing is known of the labels: as many as simulation makes, a seventh of what is of interest
        capped = [sum(each.interest for each in looked) // 7]
    unlabelled = min(sample["unlabelled"], sum(each.interest for each in looked))
    return sum(capped) + _of_all_parts(unlabelled), unlabelled


def _of_all_parts(unlabelled: int) -> int:
    """Return the number of unlabelled pixels of all parts, from that of the training part."""
    return unlabelled + 2 * unlabelled // HELD_OUT_SHARE


def work_of(study: Study, looked: Sequence[Looked], *, sampled: int, unlabelled: int) -> Work:
    """Return the amount of work in a study.

    Parameters
    ----------
    study : configuration and tables.
    looked : facts of the scenes.
    sampled : number of sampled pixels.
    unlabelled : number of the unlabelled ones to train on.
    """
    scenes, holes = max(len(looked), 1), max(len({each.scene.hole for each in looked}), 1)
    bands = max((each.bands for each in looked), default=0)
    pool_mb = sum(_drawn(study, each) * each.bands * each.bytes_per_value for each in looked) / 1e6
    return Work(
        scene_mb=sum(each.megabytes for each in looked) / scenes,
        scene_kpixels=sum(each.interest for each in looked) / scenes / 1e3,
        hole_kpixels=sum(each.interest for each in looked) / holes / 1e3,
        total_kpixels=sum(each.pixels for each in looked) / 1e3,
        sample_kpixels=sampled / 1e3,
        sample_mb=sampled * bands * FLOAT_BYTES / 1e6,
        scene_pool_mb=pool_mb / scenes,
        pool_mb=pool_mb,
        m1_sample_mb=_of_all_parts(unlabelled) * sum(_m1_views(study, bands)) * FLOAT_BYTES / 1e6,
        test_kpixels=sampled / 3e3,
    )


def _drawn(study: Study, each: Looked) -> int:
    """Return the number of pixels that are drawn from a scene: unlabelled ones, and labelled ones of each class."""
    sample = study.config["sample"]
    labelled = sum(min(pixels, int(sample["class_per_scene"])) for pixels in (each.labelled or {}).values())
    return labelled + min(each.interest, int(sample["unlabelled_per_scene"]))


def _m1_views(study: Study, bands: int) -> tuple[int, ...]:
    """Return the number of columns of each view of M1, of candidates the most; windows are as wide as the sensor."""
    asked = keys_in_use.normalise(study.config["normalise"], "m1_method")
    rows = [NORMALISATIONS[name] for name in asked.get("candidates", (asked["method"],))]
    return max((row.views(bands, {"hull_band": np.zeros(bands)} if row.hull else {}) for row in rows), key=sum)


def needs(
    study: Study, looked: Sequence[Looked], planned: Planned | None, jobs: Mapping[str, int], *, slower: float = 1.0
) -> list[Need]:
    """Return the needs of the jobs of each rule, in the order in which they run.

    Parameters
    ----------
    study : configuration and tables.
    looked : facts of the scenes.
    planned : split and labels per class, if known.
    jobs : number of jobs by rule.
    slower : times as slow as where the rates were measured, by which seconds are multiplied that are not the study's.
    """
    sampled, unlabelled = sampled_pixels(study, looked, planned)
    work = work_of(study, looked, sampled=sampled, unlabelled=unlabelled)
    bands = max((each.bands for each in looked), default=0)
    classes = max(len(classes_of(looked)), 2)
    trained = _training_seconds(study, unlabelled, bands, classes)
    before, found = own_runs(study.results / "resources"), []
    for rule, count in jobs.items():
        rate = RATES.get(rule, OTHER)
        start = 0.0 if starts_warm() else FRESH_TRAINING_SECONDS if rule in trained else FRESH_SECONDS
        seconds = trained.get(rule, rate.seconds[0] + rate.seconds[1] * getattr(work, rate.unit)) + start
        memory = rate.memory_mb[0] + rate.memory_mb[1] * getattr(work, rate.memory_unit or rate.unit)
        disk = rate.disk_mb[0] + rate.disk_mb[1] * getattr(work, rate.disk_unit)
        forecast = Need(rule, count, slower * seconds, memory, disk * count)
        found.append(_as_before(forecast, before, scenes=len(looked)) if rule in before else forecast)
    return found


def _as_before(forecast: Need, before: Mapping[str, Took], *, scenes: int) -> Need:
    """Return the needs of a rule as it had them before; what goes through all scenes took less if they were fewer.

    The fork of a warm process holds fewer pages of libraries than a fresh process on a cluster: no less memory is
    forecast than the tables say.
    """
    took = before[forecast.rule]
    then = before["census"].jobs if "census" in before else scenes
    whole = RATES.get(forecast.rule, OTHER).unit == "total_kpixels"
    seconds = took.seconds * (max(scenes / then, 1.0) if whole else 1.0)
    memory = forecast.memory_mb if math.isnan(took.memory_mb) else max(forecast.memory_mb, took.memory_mb)
    return replace(forecast, seconds=seconds, memory_mb=memory, own=True)


def _training_seconds(study: Study, unlabelled: int, bands: int, classes: int) -> dict[str, float]:
    """Return the time of a training job by rule, in s; for M2 and q(y|x), the mean over features."""
    if not {"m1", "m2"} <= set(study.settings) or not bands:
        return {}
    m1, m2 = study.settings["m1"], study.settings["m2"]
    features, views = study.config["compare"]["features"], _m1_views(study, bands)
    latents = max(1, round(LATENTS_SHARE * m1.latents * len(views)))
    scores = min(study.config["normalise"]["mnf_components"], bands)
    widths = {BANDS: bands, LATENTS: latents, LATENTS_MNF: latents + scores}
    inputs = [widths[name] for name in features if row_of("m2", name)]
    run = {"unlabelled": unlabelled, "classes": classes}
    return {
        "train_m1": training.m1_seconds(m1, pixels=unlabelled, views=views),
        "train_m2": sum(training.m2_seconds(m2, inputs=each, **run) for each in inputs) / len(inputs),
        "train_qy": sum(training.qy_seconds(m2, inputs=each, **run) for each in inputs) / len(inputs),
    }


def wall_seconds(found: Sequence[Need], *, cores: int) -> float:
    """Return the duration of a run, in s: rule after rule, the jobs of a rule side by side.

    Parameters
    ----------
    found : needs of the rules.
    cores : number of cores.
    """
    total = 0.0
    for need in found:
        together = 1 if need.rule in ONE_AT_A_TIME else max(1, cores // THREADS.get(need.rule, 1))
        total += math.ceil(need.jobs / together) * need.seconds
    return total


def peak_memory_mb(found: Sequence[Need], *, cores: int) -> float:
    """Return the largest memory of jobs that run side by side, in MB.

    Parameters
    ----------
    found : needs of the rules.
    cores : number of cores.
    """
    together = {need.rule: max(1, cores // THREADS.get(need.rule, 1)) for need in found}
    held = [
        need.memory_mb * (1 if need.rule in ONE_AT_A_TIME else min(need.jobs, together[need.rule])) for need in found
    ]
    return max(held, default=0.0)
