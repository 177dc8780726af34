"""How often sets of classes that should hold the truth in so many of 100 pixels do so, hole by hole.

    python measurements/accuracy/conformal.py results --coverage 0.9

Of a study that has run: a set holds every class whose probability is at least a threshold, the one at which the sets of
the validation pixels hold their truth in that share (split conformal prediction with the least ambiguous sets, Sadinle,
Lei and Wasserman 2019). That promise holds for pixels like those of calibration, which lie in the training holes: of an
unseen hole it promises nothing. So the coverage in each hole of the test part is printed, with the mean number of
classes in a set; and the level that would have had to be asked for to get the coverage there, which only labels of
that hole can say. Nothing is fitted here.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from few_labels_work import markdown
from semispectral.figures.methods import method_name
from semispectral.sampling.split_names import INDUCTIVE, MAIN
from semispectral.storage.parquet import read_table

HEAD = ["method", "labels per class", "hole", "pixels", "coverage", "classes in a set", "level to ask for"]


def probabilities(table: pd.DataFrame) -> np.ndarray:
    """Probabilities of the classes, float [pixel, class]."""
    return table[[name for name in table if name[0] == "p" and name[1:].isdigit()]].to_numpy(np.float64)


def of_truth(table: pd.DataFrame) -> np.ndarray:
    """Probability of the true class of each pixel, float [pixel]."""
    return probabilities(table)[np.arange(len(table)), table["label"].to_numpy()]


def threshold(truth: np.ndarray, level: float) -> float:
    """The largest threshold at which a new pixel's set holds its truth with at least this probability.

    With n pixels to calibrate on, the floor((n + 1) (1 - level))-th smallest probability of the truth; 0, so that a
    set holds all classes, where there is no such pixel.

    Examples
    --------
    >>> threshold(np.arange(1, 10) / 10, 0.8)
    0.2
    """
    place = int((len(truth) + 1) * (1 - level) + 1e-9)
    return float(np.sort(truth)[place - 1]) if place else 0.0


def rows_of(table: pd.DataFrame, level: float) -> list[list[str]]:
    """The coverage in each test hole of one method, at a level asked for."""
    valid, found = of_truth(table[table["part"] == "valid"]), []
    if not len(valid):
        return []
    least = threshold(valid, level)
    for hole, own in table[table["part"] == "test"].groupby("hole", observed=True):
        truth = of_truth(own)
        size = (probabilities(own) >= least).sum(axis=1).mean()
        wanted = np.mean(valid >= threshold(truth, level))
        found.append([str(hole), str(len(own)), f"{np.mean(truth >= least):.3f}", f"{size:.2f}", f"{wanted:.3f}"])
    return found


def main() -> None:
    """Print the table of every method of the study."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", type=Path, help="folder of the results of a study that has run")
    parser.add_argument("--coverage", type=float, default=0.9, help="level asked for (default: %(default)s)")
    asked = parser.parse_args()
    lines = [HEAD]
    folder = asked.results / "predictions" / MAIN / INDUCTIVE
    for path in sorted(folder.glob("*/*/*/*.parquet")):
        method, features, per_class = path.parts[-4:-1]
        rows = rows_of(read_table(path), asked.coverage)
        lines += [[f"{method_name(method, features)}, seed {path.stem}", per_class, *row] for row in rows]
    if len(lines) == 1:
        raise SystemExit(f"{folder} holds no predictions of validation and test pixels; run the study first")
    print(f"Sets that should hold the truth of {asked.coverage:.0%} of the pixels, calibrated on the validation part\n")
    print(markdown(lines))


if __name__ == "__main__":
    main()
