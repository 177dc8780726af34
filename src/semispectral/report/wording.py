"""Sentences of the report: the outcome, and warnings."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import numpy as np

from semispectral.census.compatibility import remarks_of
from semispectral.figures.methods import method_in_text, method_name, per_class_words
from semispectral.report.chosen_models import Chosen, best_of_each_family, strongest_control
from semispectral.report.results import Study
from semispectral.report.table_cells import number
from semispectral.scans.sensor_bands import columns_of
from semispectral.study.methods import first_row
from semispectral.study.names import natural, some

BAD_SHARE = 0.01  # of values; more is worth a word
SATURATED_SHARE = 0.01
DOMINANT_SHARE = 0.8
OF_SVMS = (
    "an SVM, and LDA on MNF, is fitted for each sensor by itself, on the labels that it has data of; the probabilities "
    "of a pixel are the geometric mean over the sensors that see it, so that a sensor counts by what it knows of the "
    "classes and not by its number of bands"
)
SPLITS = {
    "groups": "by hole: training and test never share a hole",
    "blocks": "by blocks of pixels, with a buffer between the parts",
    "leaky": "by random pixels: it leaks, because training and test share patches of near-identical neighbours",
}


def outcome(study: Study) -> list[str]:
    """Describe the result in a few sentences.

    Parameters
    ----------
    study : results of the study.
    """
    m2 = next((model for model in best_of_each_family(study) if model.method == "m2"), None)
    control = strongest_control(study)
    means = study.score("macro_f1", study.headline)
    best, pixels = means.iloc[0], study.predictions.drop_duplicates(["scene", "line", "sample"])
    where = some(sorted(map(str, pixels["hole"].unique()), key=natural))
    said = [
        f"With {per_class_words(study.headline)}, on {number(len(pixels)).text} labelled test pixels of {where}, "
        f"{method_in_text(best['method'], best['features'])} has the highest macro-F1: {best['mean']:.3f}."
    ]
    if m2 and control:
        said.append(_against(study, control, m2))
    return [*said, _certainty(study)]


def date_words() -> str:
    """Return the date of the page: today, or SOURCE_DATE_EPOCH, so that the same page can be made again."""
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    day = datetime.fromtimestamp(int(given), tz=UTC) if given.isdecimal() else datetime.now(tz=UTC)
    return f"{day.day} {day:%B %Y}"


def _against(study: Study, control: Chosen, m2: Chosen) -> str:
    """Compare the generative model with the strongest other method, both chosen on the validation labels."""
    means = study.score("macro_f1", study.headline).set_index(["method", "features"])["mean"]
    difference = float(means[m2] - means[control])
    verdict = f"{abs(difference):.3f} {'above' if difference > 0 else 'below'}" if difference else "equal to"
    return (
        f"{method_name(*m2)} ({means[m2]:.3f}) is {verdict} {method_in_text(*control)} ({means[control]:.3f}). This "
        "compares the M2 and the other method that scored best on the validation labels."
    )


def _certainty(study: Study) -> str:
    """Describe the number of seeds and holes."""
    seeds, holes = study.scores["seed"].nunique(), study.predictions["hole"].nunique()
    tested = f"{holes} hole{'s' if holes != 1 else ''}"
    if seeds == 1:
        return (
            f"There is one seed, on {tested}: differences of a few hundredths prove nothing. Add seeds in runs.seeds."
        )
    return f"Scores are means over {seeds} seeds on {tested}."


def census_warnings(study: Study) -> list[str]:
    """Return warnings on the scans and their labels.

    Parameters
    ----------
    study : results of the study.
    """
    said = []
    for found in study.census:
        if found.bad_share > BAD_SHARE:
            said.append(f"{found.scene}: {found.bad_share:.1%} of the values that were checked are missing or nodata.")
        if found.saturated_share > SATURATED_SHARE:
            said.append(f"{found.scene}: {found.saturated_share:.1%} of the values that were checked are saturated.")
        if not found.pixels("class"):
            said.append(f"{found.scene}: no pixel is labelled; all pixels are used as unlabelled.")
        if found.wavelengths_nm is None:
            said.append(f"{found.scene}: the file has no wavelengths; axes show band numbers.")
    return [*said, *_dominant_classes(study), *_without_labels(study), *_fewer_than_asked(study)]


def _fewer_than_asked(study: Study) -> list[str]:
    """Name classes with fewer training labels than the labels per class."""
    labels_per_class = [int(per_class) for per_class in study.labels_per_class if per_class != "all"]
    if not labels_per_class:
        return []
    known = study.quotas[(study.quotas["label"] >= 0) & (study.quotas["part"] != "test")]
    pixels = known.groupby("label")["quota"].sum()
    short = [
        f"{study.classes.names[label]} ({pixels[label]})"
        for label in pixels.index[pixels < max(labels_per_class)].tolist()
    ]
    return (
        [f"Classes with fewer labels than the {max(labels_per_class)} asked for: {some(short, most=12)}."]
        if short
        else []
    )


def _dominant_classes(study: Study) -> list[str]:
    """Name holes in which one class has most of the labels."""
    known = study.quotas[study.quotas["label"] >= 0]
    said = []
    for hole, rows in known.groupby("hole"):
        pixels = rows.groupby("label")["available"].sum()
        if pixels.sum() and pixels.max() / pixels.sum() > DOMINANT_SHARE:
            name = study.classes.names[int(pixels.index[int(pixels.to_numpy().argmax())])]
            said.append(f"{hole}: {pixels.max() / pixels.sum():.0%} of the labelled pixels are {name}.")
    return said


def _without_labels(study: Study) -> list[str]:
    """Name classes with labels in a single hole."""
    known = study.quotas[study.quotas["label"] >= 0]
    holes = known["hole"].nunique()
    seen = known[known["available"] > 0].groupby("label")["hole"].nunique()
    lonely = [study.classes.names[label] for label in seen.index[seen == 1].tolist()] if holes > 1 else []
    return [f"Classes that are labelled in one hole only: {some(lonely, most=12)}."] if lonely else []


def split_words(study: Study) -> str:
    """Describe the split.

    Parameters
    ----------
    study : results of the study.
    """
    buffer = study.split["buffer"]
    between = f" (a buffer of {buffer} pixel{'s' if buffer != 1 else ''} between two parts)" if buffer else ""
    return f"{SPLITS[study.split['method']]}{between}"


def learning_words(study: Study) -> str:
    """Say what more labels are expected to bring; empty without a learning curve.

    Parameters
    ----------
    study : results of the study.
    """
    if not len(study.curve):
        return ""
    found = study.foretold
    if found is None:
        return "There are too few labels to say what more of them would bring: label some more, and look here again."
    return (
        f"With {found.labels} labels, the fitted curve is at a macro-F1 of {found.now:.3f}. The next {found.more} are "
        f"expected to bring {found.gain:+.3f}, if they are chosen as the others were ({found.low:+.3f} to "
        f"{found.high:+.3f} in 90 % of the orders in which these labels might have come). One set of {found.more} "
        "labels may well bring more or less."
    )


def errors(study: Study) -> list[str]:
    """Return errors: reasons not to believe test scores.

    Parameters
    ----------
    study : results of the study.
    """
    return [alert_words(alert) for alert in study.alerts if alert["severity"] == "error" and alert["part"] == "test"]


def warnings(study: Study) -> list[str]:
    """Return warnings to quote together with test scores.

    Parameters
    ----------
    study : results of the study.
    """
    return [alert_words(alert) for alert in study.alerts if alert["severity"] != "error" and alert["part"] == "test"]


def everything_odd(study: Study) -> list[tuple[str, list[str], list[str]]]:
    """Return all notes of the page by topic: (topic, errors, warnings); topics without notes are left out.

    Parameters
    ----------
    study : results of the study.
    """
    nothing: list[str] = []
    topics = [
        ("The scores", errors(study), warnings(study)),
        ("The scans and their labels", nothing, census_warnings(study)),
        ("The split", nothing, list(study.split["warnings"])),
    ]
    return [(topic, wrong, odd) for topic, wrong, odd in topics if wrong or odd]


def alert_words(alert: Mapping[str, Any]) -> str:
    """Return an alert as a sentence; an alert on all methods names none.

    Parameters
    ----------
    alert : fields of the alert.
    """
    if not alert["method"]:
        return f"{alert['message'][:1].upper()}{alert['message'][1:]}."
    return (
        f"{method_name(alert['method'], alert['features'])}, {per_class_words(alert['per_class'])}: {alert['message']}."
    )


def bands_words(study: Study) -> str:
    """Describe the bands: number and spacing.

    Parameters
    ----------
    study : results of the study.
    """
    bands = study.scaler.bands
    if study.wavelengths_nm is None:
        return f"{bands} bands without known wavelengths"
    if study.scaler.sensors:
        columns = zip(study.scaler.sensors, columns_of(study.scaler.sensors), strict=True)
        said = [f"{each.name} with {_range_words(study.wavelengths_nm[place])}" for each, place in columns]
        return f"{len(said)} sensors: {'; '.join(said)}; together {bands} bands"
    return _range_words(study.wavelengths_nm)


def _range_words(wavelengths_nm: np.ndarray) -> str:
    """Describe the bands of one sensor."""
    first, last = wavelengths_nm[0], wavelengths_nm[-1]
    step = float(np.median(np.abs(np.diff(wavelengths_nm)))) if len(wavelengths_nm) > 1 else 0.0
    return f"{len(wavelengths_nm)} bands from {first:.0f} to {last:.0f} nm, {step:.1f} nm apart"


def sensor_notes(study: Study) -> list[str]:
    """Return what is said of the sensors: where each lies, how tie points fit, what lacks it, how an SVM sees it.

    Parameters
    ----------
    study : results of the study.
    """
    if not study.scaler.sensors:
        return []
    said = [text for text, odd in remarks_of(study.census) if not odd]
    methods = [first_row(name) for name in study.scores["method"].unique()]
    return [*said, OF_SVMS] if any(row.model and "svm" in row.sections for row in methods) else said
