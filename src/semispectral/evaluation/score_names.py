"""The table of scores: how each is called and where it is shown. How it is computed stands in `scores`."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ScoreName:
    """One row.

    Attributes
    ----------
    short : head of a column.
    words : what it is, in a few words.
    higher : whether a higher value is better.
    table : table of the benchmark that it stands in: ``accuracy`` (one table for each score), ``calibration`` (one
        column), or none.
    report : whether it is a column in the report's table of results, and a row in the card of a trained model.
    """

    short: str
    words: str
    higher: bool = True
    table: str = ""
    report: bool = False


SCORE_NAMES: dict[str, ScoreName] = {
    "oa": ScoreName(short="OA", words="overall accuracy", table="accuracy", report=True),
    "aa": ScoreName(short="AA", words="mean recall over classes", table="accuracy", report=True),
    "macro_f1": ScoreName(short="macro-F1", words="mean F1 over classes", table="accuracy", report=True),
    "mcc": ScoreName(short="MCC", words="Matthews correlation coefficient"),
    "kappa": ScoreName(short="kappa", words="Cohen's kappa"),
    "quantity_disagreement": ScoreName(short="quantity", words="disagreement in quantity", higher=False),
    "allocation_disagreement": ScoreName(short="allocation", words="disagreement in allocation", higher=False),
    "nll": ScoreName(
        short="NLL",
        words="negative log-likelihood, nats",
        higher=False,
        table="calibration",
        report=True,
    ),
    "brier": ScoreName(
        short="Brier",
        words="Brier score, 0 to 2",
        higher=False,
        table="calibration",
    ),
    "ece": ScoreName(
        short="ECE",
        words="expected calibration error, 15 bins of equally many pixels",
        higher=False,
        table="calibration",
        report=True,
    ),
    "aurc": ScoreName(
        short="AURC",
        words="area under the risk-coverage curve",
        higher=False,
        table="calibration",
    ),
}

HEADLINE = "macro_f1"  # methods are ranked by it


def shown_in_report() -> dict[str, ScoreName]:
    """Return the scores of the report's tables and of the model card, by name."""
    return {name: row for name, row in SCORE_NAMES.items() if row.report}


def accuracy_scores() -> list[str]:
    """Return the scores that have a table of their own in the benchmark, the headline first."""
    found = [name for name, row in SCORE_NAMES.items() if row.table == "accuracy"]
    return sorted(found, key=lambda name: name != HEADLINE)


def calibration_scores() -> dict[str, ScoreName]:
    """Return the columns of the benchmark's table of calibration, by name."""
    return {name: row for name, row in SCORE_NAMES.items() if row.table == "calibration"}
