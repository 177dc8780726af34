"""The normalisation that was chosen among several, with the scores that spoke for it."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from semispectral.storage.seal import read_json, write_json

COLUMNS = ("input", "macro_f1", "standard_error", "pixels")  # of the scores
AUTO = "auto"  # in place of a normalisation: one of the candidates is chosen


@dataclass(frozen=True, eq=False)
class Choice:
    """Chosen normalisation.

    Attributes
    ----------
    chosen : str, its name.
    scores : DataFrame, one row per candidate: ``input``, ``macro_f1``, ``standard_error``, ``pixels``.
    labels_per_class : str, labels per class that it was chosen with.
    """

    chosen: str
    scores: pd.DataFrame
    labels_per_class: str


def write_choice(path: Path, chosen: str, scores: pd.DataFrame, *, labels_per_class: str) -> None:
    """Write a choice as JSON.

    Parameters
    ----------
    path : Path, file to write.
    chosen : str, name of the normalisation.
    scores : DataFrame, as in `Choice`; NaN becomes null.
    labels_per_class : str, labels per class.
    """
    rows = scores.astype(object).where(scores.notna(), None).to_dict("records")
    write_json(path, {"chosen": chosen, "scores": rows, "labels_per_class": labels_per_class})


def read_choice(path: Path) -> Choice:
    """Read the choice that `write_choice` wrote.

    Parameters
    ----------
    path : Path, file to read.
    """
    found = read_json(path)
    scores = pd.DataFrame(found["scores"])[list(COLUMNS)]
    scores = scores.assign(**{name: scores[name].astype(float) for name in ("macro_f1", "standard_error")})
    return Choice(str(found["chosen"]), scores, str(found["labels_per_class"]))
