"""The benchmark's results of several studies in one text: tables, and paired differences beside the goals.

    python measurements/accuracy/results.py indian_pines=results/indian_pines demo=results > page.md
    python measurements/accuracy/results.py demo=results --figure docs/images/accuracy.png

Each NAME=FOLDER is a study and the folder of its results, in which `snakemake benchmark` has run. Nothing is
fitted or scored here.
"""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from semispectral.evaluation.differences import GATE, OWN
from semispectral.evaluation.score_files import Scored, read_scored
from semispectral.figures.style import styled
from semispectral.report.benchmark.difference_tables import difference_table
from semispectral.report.benchmark.figures import against_labels
from semispectral.report.benchmark.table_markup import markdown, markdown_text
from semispectral.report.benchmark.tables import SPLITS, calibration_table, cost_table, score_table
from semispectral.sampling.split_names import MAIN

TITLES = {
    "indian_pines": "Indian Pines",
    "salinas_a": "Salinas-A",
    "collection": "Built-in collection",
}
# What M1+M2, and the average that it is in, should be ahead of the best baseline by: by study and kind of split, then
# by labels per class.
GOALS: dict[tuple[str, str], dict[str, float]] = {
    ("indian_pines", "leaky"): {"5": 0.05, "10": 0.05, "50": 0.0},
    ("indian_pines", "blocks"): {"5": 0.03, "10": 0.03, "50": 0.0},
    ("salinas_a", "blocks"): {"5": -0.003, "10": -0.003, "50": -0.003},
    ("collection", "groups"): {"5": 0.03, "10": 0.03, "50": 0.01},
}
AHEAD = ("m1+m2", "m1+m2-mnf", "m1+m2+svm", "m1+m2+svm+lda", "m1+m2+svms+lda", "mean-of-two")
OWN_GOAL = -0.01  # of what sees unlabelled pixels against the same network on the labels alone
GATE_GOAL = -0.02  # the SVM on latents against the SVM on bands
CALIBRATED = "10"  # labels per class at which the probabilities are judged, too
DOTS_PER_INCH = 140


def goal_of(row: Mapping[Any, Any], *, study: str, method: str) -> float | None:
    """The least that a paired difference should be; None where there is no goal.

    Parameters
    ----------
    row : of `semispectral.evaluation.differences.differences`.
    method : kind of the split.
    """
    if row["kind"] == GATE:
        return GATE_GOAL
    if row["kind"] == OWN:
        return OWN_GOAL
    return GOALS.get((study, method), {}).get(row["per_class"]) if row["first"] in AHEAD else None


def judged(difference: float, goal: float | None) -> str:
    """The goal, and whether a difference meets it or by how much it does not."""
    if goal is None:
        return ""
    return f"goal {goal:+.3f} {'met' if difference >= goal else f'short by {goal - difference:.3f}'}"


def title_of(study: str, scored: Scored) -> str:
    """Study, split and regime in words."""
    where = scored.where
    return f"{TITLES.get(study, study)}, {where.split} ({SPLITS.get(where.method, where.method)}), {where.regime}"


def panel_title(study: str, scored: Scored) -> str:
    """Study and split in few words; a split that leaks says so, if its name does not."""
    where = scored.where
    return f"{TITLES.get(study, study)}, {where.split}{' (leaky)' if where.leaky and where.split != 'leaky' else ''}"


def blocks(study: str, scored: Scored) -> Iterator[str]:
    """The text of one split and regime of a study."""

    def said(row: Mapping[Any, Any]) -> str:
        return judged(row["mean"], goal_of(row, study=study, method=scored.where.method))

    yield f"## {markdown_text(title_of(study, scored))}"
    yield markdown(score_table(scored))
    yield markdown(difference_table(scored, said=said))
    if CALIBRATED in scored.labels_per_class:
        yield markdown(calibration_table(scored, CALIBRATED))
    yield markdown(cost_table(scored))


def read_studies(given: Sequence[str]) -> list[tuple[str, Scored]]:
    """The scores of every split and regime of the studies NAME=FOLDER, in this order."""
    found = []
    for text in given:
        name, separator, folder = text.partition("=")
        if not separator:
            raise SystemExit(f"each study is NAME=FOLDER, got {text!r}")
        scored = sorted(path.parent for path in Path(folder).glob("evaluation/*/*/facts.json"))
        folders = [path for path in scored if path.parent.name != MAIN]
        if not folders:
            raise SystemExit(f"{folder}/evaluation holds no benchmark; run snakemake benchmark for {name} first")
        found += [(name, read_scored(path)) for path in folders]
    return found


@styled
def save_figure(figure: Figure, path: Path) -> None:
    """Write one PNG; the same figure gives the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=DOTS_PER_INCH, metadata={"Software": None})


def main() -> None:
    """Print the text, and draw the figure where one is asked for."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("studies", nargs="+", metavar="NAME=FOLDER", help="a study and its results")
    arguments.add_argument("--figure", type=Path, help="PNG to write: macro-F1 against labels, a panel per split")
    arguments.add_argument("--regime", default="inductive", help="of the figure's panels (default: %(default)s)")
    asked = arguments.parse_args()
    studies = read_studies(asked.studies)
    print("\n\n".join(text for study, scored in studies for text in blocks(study, scored)))
    shown = {panel_title(study, one): one for study, one in studies if one.where.regime == asked.regime}
    if asked.figure and shown:
        save_figure(against_labels(shown, every=False), asked.figure)


if __name__ == "__main__":
    main()
