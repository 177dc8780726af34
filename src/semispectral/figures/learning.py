"""Figure of the learning curve: the score against the labels given, and what more labels are expected to bring."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from semispectral.figures.colours import BLUE, GREY, ORANGE
from semispectral.figures.style import grid_of_axes, styled


@styled
def learning_curve(curve: pd.DataFrame, fitted: pd.DataFrame, expected: Sequence[float]) -> Figure:
    """Draw the score of every draw, the mean, the fitted curve, and the expected score with more labels.

    Parameters
    ----------
    curve : DataFrame with the columns labels, draw and score.
    fitted : DataFrame with the columns labels and score, the fitted curve up to the labels to come; empty if nothing
        can be said.
    expected : score with the labels to come, and the ends of its interval.
    """
    figure, axes = grid_of_axes(1, 1, height=3.4)
    axis = axes[0, 0]
    axis.plot(curve["labels"], curve["score"], ".", color=GREY, alpha=0.6, label="one order of the labels")
    mean = curve.groupby("labels")["score"].mean()
    axis.plot(mean.index, mean, "o-", color=BLUE, label="mean")
    if len(fitted):
        axis.plot(fitted["labels"], fitted["score"], "--", color=ORANGE, label="fitted curve")
        middle, low, high = expected
        span = [[middle - low], [high - middle]]
        then = fitted["labels"].iloc[-1:]
        axis.errorbar(then, [middle], yerr=np.abs(span), fmt="D", color=ORANGE, capsize=4, label="expected")
    axis.set_xscale("log")
    numbers = mean.index.to_list()
    axis.set_xticks(numbers, [str(int(number)) for number in numbers])
    axis.minorticks_off()
    axis.set(xlabel="labels given", ylabel="macro-F1 on the held-out labels")
    axis.legend(loc="lower right")
    return figure
