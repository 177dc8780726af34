"""Tables of the report, as text for the page."""

import numpy as np
import pandas as pd

from semispectral.census.census_files import Census
from semispectral.evaluation.score_names import HEADLINE, shown_in_report
from semispectral.figures.methods import method_name, per_class_words
from semispectral.report.results import Study
from semispectral.report.table_cells import Cell, Table, number
from semispectral.sampling.interval_set import SHARE
from semispectral.scans.cube import PARTS
from semispectral.study.names import natural, some

DIGITS = 3


def scenes(study: Study) -> Table:
    """Return the table of scenes.

    Parameters
    ----------
    study : results of the study.
    """
    by_name = {found.scene: found for found in study.census}
    head = ("scene", "hole", "lines \N{MULTIPLICATION SIGN} samples", "bands", "wavelengths", "stored as", "values")
    labelled = (("labelled pixels", "and their share of the pixels of interest"), ("classes", ""))
    bad = (("bad values", "missing, infinite or nodata, in a sparse sample of the data"),)
    columns = (*((name, "") for name in head), *labelled, *bad)
    return Table("The scenes", columns, tuple(_scene(by_name[scene]) for scene in study.test_first(by_name)))


def _scene(found: Census) -> tuple[Cell, ...]:
    """Return the row of one scene."""
    of_class = found.counts[found.counts["role"] == "class"]
    interest = sum(found.pixels(role) for role in ("class", "unlabelled", "other"))
    share = found.pixels("class") / max(interest, 1)
    return (
        Cell(found.scene),
        Cell(found.hole),
        Cell(f"{found.lines} \N{MULTIPLICATION SIGN} {found.samples}", number=True),
        number(found.bands),
        Cell(wavelength_words(found.wavelengths_nm)),
        Cell(found.dtype),
        Cell(f"{_value(found.minimum)} to {_value(found.maximum)}"),
        Cell(number(found.pixels("class")).text, note=f"{share:.1%}", number=True),
        number(int((of_class["pixels"] > 0).sum())),
        Cell(f"{found.bad_share:.1%}", number=True),
    )


def _value(value: float) -> str:
    """Format a stored value: counts in full, other numbers with four digits."""
    return number(int(value)).text if value == int(value) else f"{value:.4g}"


def wavelength_words(wavelengths_nm: np.ndarray | None) -> str:
    """Describe the shortest and longest wavelength.

    Parameters
    ----------
    wavelengths_nm : float64 [band], or None.
    """
    if wavelengths_nm is None:
        return "not in the file"
    return f"{np.nanmin(wavelengths_nm):.0f} to {np.nanmax(wavelengths_nm):.0f} nm"


def interval_sources(study: Study) -> Table:
    """Return the table of the sources of interval labels; no rows without any.

    Parameters
    ----------
    study : results of the study.
    """
    head = (
        ("source", ""),
        ("weight", "beside an ordinary label"),
        ("intervals", ""),
        ("used", "with training pixels"),
        ("training pixels", ""),
    )
    rows = []
    if study.interval_labels is not None and len(study.interval_labels):
        for source, found in study.interval_labels.groupby("source", sort=False):
            counts = (len(found), int((found["pixels"] > 0).sum()), int(found["pixels"].sum()))
            weight = Cell(f"{found['weight'].iloc[0]:g}", number=True)
            rows.append((Cell(str(source)), weight, *map(number, counts)))
    return Table("Labels of intervals, which M2 alone sees", head, tuple(rows))


def share_sources(study: Study) -> Table:
    """Return the table of the sources of shares of classes in pixels; no rows without any.

    Parameters
    ----------
    study : results of the study.
    """
    head = (
        ("files", ""),
        ("weight", "beside an ordinary label"),
        ("pixels", "training and validation"),
        ("dominant share", "mean"),
    )
    rows = []
    if study.share_labels is not None and len(study.share_labels):
        shares = study.share_labels.filter(regex=f"^{SHARE}").max(axis=1)
        for source, found in study.share_labels.groupby("source", sort=False):
            weight = Cell(f"{found['weight'].iloc[0]:g}", number=True)
            dominant = Cell(f"{shares[found.index].mean():.2f}", number=True)
            rows.append((Cell(str(source)), weight, number(len(found)), dominant))
    return Table(
        "Shares of classes in labelled pixels: M2 sees them, other methods the dominant class", head, tuple(rows)
    )


def parts(study: Study) -> Table:
    """Return the table of parts.

    Parameters
    ----------
    study : results of the study.
    """
    rows = []
    for part in PARTS:
        quotas = study.quotas[(study.quotas["part"] == part) & (study.quotas["available"] > 0)]
        known, unknown = quotas[quotas["label"] >= 0], quotas[quotas["label"] < 0]
        rows.append(
            (
                Cell(part),
                Cell(some(sorted(known["hole"].unique(), key=natural))),
                number(known["label"].nunique()),
                number(int(known["available"].sum())),
                number(int(known["quota"].sum())),
                number(int(unknown["available"].sum())),
                number(int(unknown["quota"].sum())),
            )
        )
    head = ("part", "holes with labels", "classes", "labelled", "in the sample", "unlabelled", "in the sample")
    return Table("The parts, in pixels", tuple((name, "") for name in head), tuple(rows))


def results(study: Study) -> list[Table]:
    """Return one table of scores for each number of labels per class, the most first.

    Parameters
    ----------
    study : results of the study.
    """
    return [_results(study, per_class) for per_class in reversed(study.labels_per_class)]


def _results(study: Study, per_class: str) -> Table:
    """Return the table of scores at given labels per class."""
    rows = study.summary[study.summary["per_class"].astype(str) == per_class]
    shown = shown_in_report()
    wide = {name: rows[rows["score"] == name].set_index(["method", "features"]) for name in shown}
    order = wide[HEADLINE].sort_values("mean", ascending=False, kind="stable").index
    best = {name: best_value(table["mean"], higher=shown[name].higher) for name, table in wide.items()}
    body = [
        (
            Cell(method_name(*map(str, key))),
            *(_score(wide[name].loc[key], best=best[name]) for name in shown),
        )
        for key in order
    ]
    head = [("method", ""), *((f"{row.short} {'↑' if row.higher else '↓'}", row.words) for row in shown.values())]
    return Table(f"On the test part, with {per_class_words(per_class)}", tuple(head), tuple(body))


def best_value(means: pd.Series, *, higher: bool) -> float:
    """Return the best of a column as it is printed, so that values that look equal are equally bold.

    Parameters
    ----------
    means : the column.
    higher : True if higher values are better.
    """
    printed = means.round(DIGITS)
    return float(printed.max() if higher else printed.min())


def _score(row: pd.Series, *, best: float) -> Cell:
    """Return the cell of a score."""
    mean, low, high = float(row["mean"]), float(row["low"]), float(row["high"])
    note = f"{low:.{DIGITS}f} to {high:.{DIGITS}f}" if np.isfinite([low, high]).all() else ""
    text = f"{mean:.{DIGITS}f}" if np.isfinite(mean) else "\N{EN DASH}"
    return Cell(text, note=note, best=bool(round(mean, DIGITS) == best), number=True)


def classes(study: Study) -> Table:
    """Return the table of classes: colour, code, and labelled pixels sampled in each part.

    Parameters
    ----------
    study : results of the study.
    """
    drawn = study.quotas.pivot_table(index="label", columns="part", values="quota", aggfunc="sum", fill_value=0)
    counts = drawn.reindex(index=range(len(study.classes)), columns=list(PARTS), fill_value=0).to_numpy()
    rows = [
        (
            Cell(name, colour=study.classes.colours[label]),
            Cell(str(study.classes.codes[label]), number=True),
            *(number(count) for count in counts[label].tolist()),
        )
        for label, name in enumerate(study.classes.names)
    ]
    head = ("class", "code in the files", *PARTS)
    return Table("Classes, and their labelled pixels in the sample", tuple((name, "") for name in head), tuple(rows))
