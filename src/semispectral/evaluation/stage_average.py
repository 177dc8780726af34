"""The stage `average`: the geometric mean of the probabilities of several methods."""

from collections.abc import Sequence
from pathlib import Path

from semispectral.evaluation.averages import average_predictions
from semispectral.storage.parquet import read_table, write_table


def run_average(
    predictions_file: str | Path, *, members: Sequence[str | Path], method: str, features: str, weights: Sequence[float]
) -> None:
    """Average the predictions of the members of a method.

    Parameters
    ----------
    predictions_file : str or Path
        Parquet file to write, a table like those of the members.
    members : sequence of str or Path
        Predictions of each member, of the same pixels; one without an answer, which has no row, is left out.
    method : str
        Name of the average in the table of methods.
    features : str
        Its features there.
    weights : sequence of float
        How much each member counts; empty: all count the same.
    """
    tables = [read_table(Path(path)) for path in members]
    answered = [place for place, table in enumerate(tables) if len(table)] or list(range(len(tables)))
    counted = [weights[place] for place in answered] if weights else weights
    averaged = average_predictions(
        [tables[place] for place in answered], method=method, features=features, weights=counted
    )
    write_table(predictions_file, averaged)
