"""What cleaning mends: a table of the faults of the detector in each scene, and their figure across the samples."""

from matplotlib.figure import Figure

from semispectral.figures import detector as figures
from semispectral.report.results import Study
from semispectral.report.table_cells import Cell, Table


def table(study: Study) -> Table:
    """Return one row for each scene and step that mends a fault of the detector.

    Parameters
    ----------
    study : results of the study.
    """
    head = (
        ("scene", ""),
        ("step", "of cleaning"),
        ("found", "by a sparse sample of the scene"),
        ("values changed", "by more than a thousandth, or taken for gaps"),
        ("change", "root mean square, relative to the mean of the spectrum"),
    )
    rows = [
        (
            Cell(effect["scene"]),
            Cell(step["name"]),
            Cell(step["found"]),
            Cell(f"{step['changed']:.2%}", number=True),
            Cell(f"{step['change']:.2%}", number=True),
        )
        for effect in study.effects
        for step in effect["steps"]
    ]
    return Table("Faults of the detector, and what cleaning does about them", head, tuple(rows))


def faults(study: Study) -> Figure | None:
    """Draw the smile and the stripes across the samples of each scene, where these steps are taken.

    Parameters
    ----------
    study : results of the study.
    """
    curves = {effect["scene"]: effect["curves"] for effect in study.effects if effect["curves"]}
    return figures.faults(curves) if curves else None
