"""Write the page of a hole: markup, script and data in one file; pictures and spectra lie beside it.

A browser reads no file beside a page that lies on a disk, but it shows pictures and runs scripts from there. So
pictures are files, and spectra are scripts that hand over what they hold.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from jinja2 import Environment
from markupsafe import Markup

from semispectral.downhole.feature_log import MEDIAN
from semispectral.downhole.log import HIGH, LOW, NOVEL, SHARE
from semispectral.maps.scene_map import NOVEL_COLOUR, NOVEL_NAME
from semispectral.storage import provenance
from semispectral.storage.atomic import write_atomically
from semispectral.study.classes import ClassMap

HERE, PAGE_ROOM = Path(__file__).parent, Path(__file__).parents[1] / "page"
SCRIPTS = (PAGE_ROOM / "tiles.js", HERE / "drawing.js", HERE / "spectrum.js", HERE / "hole.js")
POSITION = "_position_nm"
LEAST_MEASURED = 0.05  # of the intervals; a feature with a position in fewer gets no column
MOST_FEATURES = 6
LEAST_SHOWN = 0.001  # share of the hole, from which a class stands in the legend


@dataclass(frozen=True, eq=False)
class HoleContent:
    """What is on the page.

    Attributes
    ----------
    hole : name of the hole.
    strips : what `semispectral.holes.strip_images.write_strips` returns.
    table : intervals, from `semispectral.downhole.composites.composite`.
    classes : classes in label order.
    pages : address of the page of each scene.
    megabytes : size of all that lies in the folder of the page.
    report : address of the report; empty: none.
    """

    hole: str
    strips: Sequence[Mapping[str, Any]]
    table: pd.DataFrame
    classes: ClassMap
    pages: Mapping[str, str]
    megabytes: float
    report: str = ""


def write_hole_page(path: Path, content: HoleContent) -> None:
    """Write the page.

    Parameters
    ----------
    path : file to write.
    content : what is on it.
    """
    template = Environment(autoescape=True).from_string((HERE / "hole.html").read_text(encoding="utf-8"))
    shares = hole_shares(content.table, content.classes)
    code = "\n".join(
        ['"use strict";', "(function () {", *(each.read_text(encoding="utf-8") for each in SCRIPTS), "})();"]
    )
    text = template.render(
        hole=content.hole,
        scans=len(content.pages),
        core_m=float(content.table["Core"].sum()),
        ends=(content.strips[0]["top"], max(strip["bottom"] for strip in content.strips)),
        legend=[entry for entry in shares if entry["share"] >= LEAST_SHOWN],
        report=content.report,
        megabytes=content.megabytes,
        made=json.dumps(provenance.current(), sort_keys=True),
        style=Markup((HERE / "hole.css").read_text(encoding="utf-8")),  # noqa: S704  ours
        code=Markup(code),  # noqa: S704  ours
        content=Markup(_json(_payload(content))),  # noqa: S704  "<" is escaped
    )
    write_atomically(path, text.encode())


def hole_shares(table: pd.DataFrame, classes: ClassMap) -> list[dict[str, Any]]:
    """Return name, colour and share of the core of each class, the largest first, and of unknown pixels at the end.

    Parameters
    ----------
    table : intervals of a hole.
    classes : classes in label order.
    """
    core = table["Core"].to_numpy()
    total = max(float(core.sum()), np.finfo(float).tiny)

    def of(column: str) -> float:
        return float((core * table[column].fillna(0).to_numpy()).sum() / total)

    rows: list[dict[str, Any]] = [
        {"name": name, "colour": colour, "share": of(SHARE + name)}
        for name, colour in zip(classes.names, classes.colours, strict=True)
    ]
    rows.sort(key=lambda row: -row["share"])
    return [*rows, {"name": NOVEL_NAME, "colour": NOVEL_COLOUR, "share": of(NOVEL)}]


def _payload(content: HoleContent) -> dict[str, Any]:
    """Return the data of the page's script."""
    table, classes = content.table, content.classes
    columns = [str(name) for name in table if str(name).startswith(MEDIAN) and str(name).endswith(POSITION)]
    measured = sorted((name for name in columns if table[name].notna().mean() >= LEAST_MEASURED), key=columns.index)
    return {
        "hole": content.hole,
        "classes": [
            {"name": name, "colour": colour} for name, colour in zip(classes.names, classes.colours, strict=True)
        ],
        "novel": {"name": NOVEL_NAME, "colour": NOVEL_COLOUR},
        "strips": list(content.strips),
        "pages": dict(content.pages),
        "intervals": {
            "from": _numbers(table["From"]),
            "to": _numbers(table["To"]),
            "coverage": _numbers(table["Coverage"]),
            "novel": _numbers(table[NOVEL]),
            "shares": {kind: [_numbers(table[kind + name]) for name in classes.names] for kind in (SHARE, LOW, HIGH)},
        },
        "features": [
            {"name": name.removeprefix(MEDIAN).removesuffix(POSITION), "nm": _numbers(table[name])}
            for name in measured[:MOST_FEATURES]
        ],
    }


def _numbers(column: pd.Series) -> list[float | None]:
    """Return numbers with five digits, None for NaN."""
    return [None if value != value else float(f"{value:.5g}") for value in column.tolist()]


def _json(content: Mapping[str, Any]) -> str:
    """Return JSON that is safe inside a script element."""
    return json.dumps(content, separators=(",", ":")).replace("<", "\\u003c")
