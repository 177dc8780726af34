"""Table of the trained networks."""

from semispectral.figures.methods import method_name, per_class_order, per_class_words
from semispectral.report.results import Kept, Study
from semispectral.report.table_cells import Cell, Table, number


def trained(study: Study) -> Table:
    """Return the table of the trained networks: epochs, labels and remarks.

    Parameters
    ----------
    study : results of the study.
    """
    rows = [_trained("M1", "", str(seed), kept) for seed, kept in sorted(study.m1.items())]
    for (method, features, per_class, seed), kept in sorted(
        study.classifiers.items(), key=lambda item: (item[0][0], item[0][1], per_class_order(item[0][2]), item[0][3])
    ):
        rows.append(_trained(method_name(method, features), per_class_words(per_class), str(seed), kept))
    head = (
        ("model", ""),
        ("labels", ""),
        ("seed", ""),
        ("pixels", "labelled + unlabelled"),
        ("epochs", ""),
        ("kept", "epoch whose weights were kept"),
        ("remarks", ""),
    )
    return Table("The networks that were trained", head, tuple(rows))


def _trained(name: str, per_class: str, seed: str, kept: Kept) -> tuple[Cell, ...]:
    """Return the row of one network."""
    description = kept.description
    pixels = description.get("pixels")
    remarks = []
    if description["kind"] == "m1":
        remarks.append(f"{len(description['live'])} of {description['settings']['latents']} latents live")
    if "temperature" in description:
        remarks.append(f"temperature {description['temperature']:.2f}")
    if description.get("restarts"):
        remarks.append(f"went back {description['restarts']} times after values that were not finite")
    return (
        Cell(name),
        Cell(per_class),
        Cell(seed, number=True),
        Cell(f"{pixels['labelled']} + {pixels['unlabelled']}" if pixels else "", number=True),
        number(description["epochs"]),
        number(description["best_epoch"]),
        Cell("; ".join(remarks)),
    )
