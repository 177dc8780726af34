"""Sentences of the report about what may have no say, and the table of the choice of a normalisation.

What may have no say is the mineral library, and what sees hull quotients.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from semispectral.figures.methods import per_class_words
from semispectral.inference.feature_names import HULL
from semispectral.library.judged import Judged
from semispectral.report.table_cells import Cell, Table, number
from semispectral.report.tables import DIGITS
from semispectral.spectra.scaling_choice import Choice
from semispectral.study.names import some

OF_SCALE = {"bands": "of the bands", "m1": "for M1"}  # whose normalisation is chosen


def library_words(judged: Judged | None) -> list[str]:
    """Say which classes the mineral library can predict, or why it has nothing to say; nothing if it was not asked.

    Parameters
    ----------
    judged : what it has to say.
    """
    if judged is None:
        return []
    if judged.why:
        return [f"The mineral library has nothing to say: {judged.why}."]
    entries = sum(judged.entries.values())
    said = [
        f"The mineral library learns from no label: it compares spectra with {entries} reference spectra of "
        f"{some(list(judged.entries))}. Its scores are the same for every number of labels, and no label has "
        "calibrated its probabilities."
    ]
    if judged.without:
        one = len(judged.without) == 1
        said.append(
            f"{some(list(judged.without))} {'has' if one else 'have'} no entry in the library, and can never be "
            "predicted by it."
        )
    if judged.left_out:
        said.append(f"Left out, for they do not cover its windows: {some(list(judged.left_out))}.")
    return said


def hull_words(config: Mapping[str, Any], scores: pd.DataFrame) -> list[str]:
    """Say that the SVM on hull quotients has no say, where no sensor sees their windows; nothing if it has.

    Parameters
    ----------
    config : sections of the configuration.
    scores : scores of the test part, with a column ``features``.
    """
    asked = HULL in config.get("compare", {}).get("features", ())
    if not asked or scores.empty or (scores["features"] == HULL).any():
        return []
    return [
        "The SVM on hull quotients has no say, for no sensor sees a window of normalise.windows: a mean that it is a "
        "member of is that of the others."
    ]


def doubted_labels(judged: Judged | None) -> list[str]:
    """Return the sentences about labels that look more like another class.

    Parameters
    ----------
    judged : what the mineral library has to say.
    """
    return [f"{sentence}." for sentence in judged.doubts] if judged else []


def choice_words(scale: str, choice: Choice) -> str:
    """Say how a normalisation was chosen.

    Parameters
    ----------
    scale : its scale: bands, m1.
    choice : the choice.
    """
    pixels = int(choice.scores["pixels"].max())
    labels = per_class_words(choice.labels_per_class)
    if not pixels:
        return (
            f"The first candidate {OF_SCALE[scale]}, {choice.chosen}, was taken: with {labels}, no label could be held "
            "out to choose on."
        )
    return (
        f"{choice.chosen} was chosen among the candidates {OF_SCALE[scale]} by nested validation: an SVM on each of "
        f"them, on {number(pixels).text} labels of the training part ({labels}) that were held out in turn. No label "
        "of the test part took part."
    )


def choice_table(scale: str, choice: Choice) -> Table:
    """Return the table of the candidates.

    Parameters
    ----------
    scale : their scale: bands, m1.
    choice : the choice.
    """
    rows = tuple(
        (
            Cell(str(row["input"])),
            Cell(_score(row["macro_f1"]), best=row["input"] == choice.chosen, number=True),
            Cell(_score(row["standard_error"]), number=True),
        )
        for row in choice.scores.to_dict("records")
    )
    head = (
        ("candidate", ""),
        ("macro-F1", "on training labels held out"),
        ("standard error", "over up to five divisions into folds"),
    )
    return Table(f"Candidates for the normalisation {OF_SCALE[scale]}", head, rows)


def _score(value: float) -> str:
    """Return a score as it is printed; a dash for none."""
    return f"{value:.{DIGITS}f}" if value == value else "\N{EN DASH}"
