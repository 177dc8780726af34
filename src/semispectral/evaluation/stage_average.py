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
        Predictions of each member, of the same pixels.
    method : str
        Name of the average in the table of methods.
    features : str
        Its features there.
    weights : sequence of float
        How much each member counts; empty: all count the same.
    """
    tables = [read_table(Path(path)) for path in members]
    write_table(predictions_file, average_predictions(tables, method=method, features=features, weights=weights))
