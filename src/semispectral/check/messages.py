"""Write the outcome of a check as text: what would run, and what prevents it."""

from collections.abc import Iterator, Mapping, Sequence

from semispectral.check.estimate import Need, peak_memory_mb, wall_seconds
from semispectral.check.plan import Planned
from semispectral.check.scenes import Looked, classes_of
from semispectral.check.study import Study
from semispectral.scans.cube import PARTS
from semispectral.spectra.hull_windows import FEWEST_BANDS
from semispectral.storage.run_again import run_command
from semispectral.study.keys_in_use import names_test_holes
from semispectral.study.methods import first_row, row_of
from semispectral.study.names import some
from semispectral.workflow.units import clock, count, megabytes

MOST_SCENES = 20
MOST_NAMES = 8
ESTIMATES = (
    "Estimates, from rates measured on two cores without a GPU (semispectral/check/rates.py); times {slower:.1f}, as a "
    "small piece of Python takes here: yours may be half or twice as much."
)
OWN = "* as its jobs ran here before (resources/ of the results)."
NO_CLASSES = {
    True: "not known yet: the labels do not exist",
    False: "none found: the usable scenes have no labelled pixel",
}
NO_PLAN = {
    True: "known once the labels exist: first {run}, then check again",
    False: "not made: the problems below prevent it",
}


def scenes(study: Study, looked: Sequence[Looked]) -> Iterator[str]:
    """Yield lines on the content of each scene, and which cannot be used.

    Parameters
    ----------
    study : configuration and tables.
    looked : facts of the usable scenes.
    """
    listed = study.scenes
    if not listed:
        yield "Scenes: none could be read: see the problems below"
        return
    holes = len({scene.hole for scene in listed})
    usable = {each.scene.name: each for each in looked}
    origins = sorted({each.origin for each in looked})
    size = megabytes(sum(each.megabytes for each in looked))
    held = f"{size}, {' and '.join(origins)}" if looked else "none of them can be used"
    broken = f"; {len(listed) - len(looked)} of them cannot be used" if 0 < len(looked) < len(listed) else ""
    yield f"Scenes: {len(listed)} from {holes} hole{'s' * (holes != 1)}, {held}{broken}"
    width = max((len(scene.name) for scene in listed), default=0)
    for scene in listed[:MOST_SCENES]:
        each = usable.get(scene.name)
        yield f"  {scene.name:<{width}}  {_held(each) if each else 'cannot be used: see the problems below'}"
    if len(listed) > MOST_SCENES:
        yield f"  and {len(listed) - MOST_SCENES} more"


def _held(each: Looked) -> str:
    """Describe size and labels of a scene."""
    shape = f"{each.lines} x {each.samples} x {each.bands}"
    return f"{shape:>16}  {megabytes(each.megabytes):>8}  {_labels(each)}"


def _labels(each: Looked) -> str:
    """Describe the labels of a scene."""
    if each.labelled is None:
        return "labels not known yet"
    labelled = sum(each.labelled.values())
    share = 100 * labelled / max(each.interest, 1)
    return f"{count(labelled)} labelled pixels ({share:.1f} %) of {len(each.labelled)} classes"


def classes(study: Study, looked: Sequence[Looked]) -> Iterator[str]:
    """Yield a line on the labelled pixels of each class.

    Parameters
    ----------
    study : configuration and tables.
    looked : facts of the scenes.
    """
    total = classes_of(looked)
    if not total or study.classes is None:
        yield f"Classes: {NO_CLASSES[any(each.labelled is None for each in looked)]}"
        return
    names = dict(zip(study.classes.codes, study.classes.names, strict=True))
    most_first = sorted(total.items(), key=lambda item: -item[1])
    said = ", ".join(f"{names.get(code, code)} {count(pixels)}" for code, pixels in most_first)
    yield f"Classes: {len(total)}, with labelled pixels: {said}"


def split(study: Study, planned: Planned | None, *, sound: bool) -> Iterator[str]:
    """Yield lines on the split.

    Parameters
    ----------
    study : configuration and tables.
    planned : split and labels per class, if known.
    sound : True if no problem was found.
    """
    settings = study.config["split"]
    size = f"blocks of {settings['block_lines']} lines"
    what = {
        "groups": f"whole holes to test, {size} to validate",
        "blocks": f"with a buffer, {size}",
        "leaky": "random pixels",
    }
    yield f"Split: {settings['method']} ({what[settings['method']]})"
    if planned is None:
        known = f"; tested: {_some(settings['test_groups'])}" if settings["test_groups"] else ""
        yield f"  {NO_PLAN[sound].format(run=run_command('--until split'))}{known}"
        return
    yield f"  {'part':<6}{'classes':>8}{'labelled':>11}{'drawn':>9}{'unlabelled':>12}{'drawn':>9}  holes"
    for part in PARTS:
        found = planned.part(part)
        figures = "".join(f"{count(found[key]):>{width}}" for key, width in COLUMNS.items())
        yield f"  {part:<6}{figures}  {_some(planned.holes(part)) or 'none'}"


COLUMNS = {"classes": 8, "labelled": 11, "drawn": 9, "unlabelled": 12, "unlabelled_drawn": 9}


def _model(name: str, features: Sequence[str]) -> str:
    """Say on which of the features in use a model is run; a mean has its members, whatever these are."""
    seen = [] if first_row(name).members else [each for each in features if row_of(name, each)]
    return f"{name} on {' and '.join(seen)}" if seen else name


def labels_per_class(study: Study, planned: Planned | None) -> Iterator[str]:
    """Yield lines on labels per class, seeds and methods.

    Parameters
    ----------
    study : configuration and tables.
    planned : split and labels per class, if known.
    """
    runs, compare = study.config["runs"], study.config["compare"]
    asked = ", ".join(map(str, runs["labels_per_class"]))
    yield f"Labels per class: {asked}; seeds: {', '.join(map(str, runs['seeds']))}"
    for per_class, sizes in (planned.labels_per_class if planned else {}).items():
        train, valid = int(sizes["train"].sum()), int(sizes["valid"].sum())
        parts = f"{count(train)} to train and {count(valid)} to validate"
        yield f"  {per_class}: {count(train + valid)} labels, {parts}{_short(planned, per_class)}"
    models = [_model(name, compare["features"]) for name in compare["models"]]
    yield f"Methods: {', '.join([*models, *compare['baselines']])}"


def _short(planned: Planned | None, per_class: str) -> str:
    """Name classes with fewer labels than the labels per class."""
    if planned is None or per_class == "all":
        return ""
    total = planned.labels_per_class[per_class].sum(axis=1)
    names = planned.split.classes.names
    pairs = zip(total.index.tolist(), total.tolist(), strict=True)
    few = [f"{names[label]} {pixels}" for label, pixels in pairs if pixels < int(per_class)]
    return f"; fewer of {_some(few)}: such classes give half of theirs, with labels_per_class [all] all" if few else ""


def features(study: Study, looked: Sequence[Looked]) -> Iterator[str]:
    """Yield lines on the absorption features, and on usual windows that a sensor does not see.

    Parameters
    ----------
    study : configuration and tables.
    looked : facts of the usable scenes.
    """
    settings = study.config["features"]
    if not settings["enabled"]:
        return
    yield f"Absorption features: {len(settings['windows'])} windows, {len(settings['formulas'])} formulas"
    scenes: dict[tuple[str, ...], list[str]] = {}
    for each in looked:
        scenes.setdefault(each.unseen, []).append(each.scene.name)
    for unseen, names in scenes.items():
        if unseen:
            few = f"fewer than {FEWEST_BANDS} of the sensor's bands lie there"
            yield f"  left out in {_some(names)}, as {few}, or it ends before: {_some(unseen)}"


def needs(found: Sequence[Need], *, cores: int, slower: float) -> Iterator[str]:
    """Yield lines on the jobs and their needs.

    Parameters
    ----------
    found : needs of the rules.
    cores : number of cores.
    slower : times as slow as where the rates were measured, by which their seconds are multiplied.
    """
    if not found:
        yield "Jobs: none, all results are up to date"
        return
    yield f"Jobs: {sum(need.jobs for need in found)} would run"
    yield f"  {'stage':<15}{'jobs':>5}{'one takes':>12}{'memory':>10}{'writes':>10}"
    for need in found:
        figures = f"{clock(need.seconds):>12}{megabytes(need.memory_mb):>10}{megabytes(need.disk_mb):>10}"
        yield f"  {need.rule + '*' * need.own:<15}{need.jobs:>5}{figures}"
    together = f"about {clock(wall_seconds(found, cores=cores))} on {cores} core{'s' * (cores != 1)}"
    disk = megabytes(sum(need.disk_mb for need in found))
    yield f"  together {together}, {megabytes(peak_memory_mb(found, cores=cores))} of memory, {disk} of disk"
    yield ESTIMATES.format(slower=slower)
    if any(need.own for need in found):
        yield OWN


def trained_again(study: Study, jobs: Mapping[str, int]) -> Iterator[str]:
    """Yield a line if a study that has a trained model would train again, and which scenes are new to it.

    Parameters
    ----------
    study : configuration and tables.
    jobs : number of jobs by rule.
    """
    trains = [f"{rule} {number}" for rule, number in jobs.items() if rule.startswith("train_")]
    if not trains or not (study.results / "model").is_dir():
        return
    counted, split = study.results / "census", study.config["split"]
    tested = split["test_groups"] if names_test_holes(split) else ()
    learnt = [scene.name for scene in study.studied if scene.hole not in tested]
    new = [name for name in learnt if not (counted / f"{name}.parquet").is_file()]
    why = f"{some(new)} {'is' if len(new) == 1 else 'are'} new" if new else "what it was trained with has changed"
    yield f"The trained model would be made anew ({', '.join(trains)}): {why}."
    if new:
        yield (
            "  To map new scans with the model as it is, write yes into their column map_only of scenes.tsv "
            "(docs/howto/scene.md)."
        )


def listed(title: str, messages: Sequence[str], *, most: int = 1000) -> Iterator[str]:
    """Yield a title and the messages below it; nothing without messages.

    Parameters
    ----------
    title : the title.
    messages : the messages.
    most : largest number of messages.
    """
    if messages:
        yield f"{title}:"
    for message in messages[:most]:
        yield "  - " + message.replace("\n", "\n    ")
    if len(messages) > most:
        yield f"  - and {len(messages) - most} more, all of which stand in splits/main/warnings.json of the results"


def _some(names: Sequence[str]) -> str:
    """Return a list of names as text, cut if it is long."""
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return ", ".join(map(str, names[:MOST_NAMES])) + more
