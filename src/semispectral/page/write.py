"""Write a page: Bokeh's code, the plots, the content and the scripts, in one file."""

import json
import re
from pathlib import Path
from typing import Any

from bokeh.embed import components
from bokeh.resources import Resources
from bokeh.util import serialization
from jinja2 import Environment
from markupsafe import Markup

from semispectral.page.content import Page, payload
from semispectral.page.plots import probabilities, spectra
from semispectral.storage import provenance
from semispectral.storage.atomic import write_atomically

HERE = Path(__file__).parent
CHAPTERS = (  # in this order
    "rasters.js",
    "labels.js",
    "files.js",
    "view.js",
    "tiles.js",
    "features.js",
    "spectra.js",
    "tools.js",
    "page.js",
)
FIRST_ID = 1000
RANDOM_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def write(path: Path, page: Page) -> None:
    """Write a page.

    ``page.html#click=LINE,SAMPLE`` opens the page with that pixel shown.

    Parameters
    ----------
    path : file to write.
    page : its content.
    """
    script, parts = _plots(page)
    template = Environment(autoescape=True).from_string((HERE / "page.html").read_text(encoding="utf-8"))
    content = template.render(
        name=page.scan.scene,
        back=page.back,
        made=json.dumps(provenance.current(), sort_keys=True),
        overlays=[{"name": each.name, "legend": each.legend()} for each in page.overlays],
        given=page.labelling.given is not None,
        note=_note(page),
        tiles=bool(page.tiles),
        resources=Markup(Resources(mode="inline", components=["bokeh"]).render()),  # noqa: S704  ours
        parts=Markup(parts),  # noqa: S704  Bokeh escapes what it holds
        script=Markup(script),  # noqa: S704  likewise
        style=Markup((HERE / "page.css").read_text(encoding="utf-8")),  # noqa: S704  ours
        code=Markup(_code()),  # noqa: S704  ours
        content=Markup(_json(payload(page))),  # noqa: S704  "<" is escaped
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, content.encode())


def _code() -> str:
    """Return the script of the page: its chapters in a row, in one scope."""
    chapters = [(HERE / name).read_text(encoding="utf-8") for name in CHAPTERS]
    return "\n".join(['"use strict";', "(function () {", *chapters, "})();"])


def _plots(page: Page) -> tuple[str, str]:
    """Return script and elements of the plots, with fixed ids: Bokeh counts ids on, or draws them at random."""
    serialization._simple_id = FIRST_ID
    plots = [
        spectra(page.axis, page.axis_title, modelled=page.modelled is not None, measured=page.measured is not None)
    ]
    plots += [] if page.modelled is None else [probabilities(page.modelled.classes)]
    script, elements = components(plots)
    parts = "\n".join(elements)
    drawn = dict.fromkeys(RANDOM_ID.findall(script))
    for number, old in enumerate(drawn):
        new = f"00000000-0000-4000-8000-{number:012d}"
        script, parts = script.replace(old, new), parts.replace(old, new)
    return script, parts


def _note(page: Page) -> str:
    """Return the note on the pixels that the page shows."""
    stride = page.pixels.stride
    here = (
        "The spectrum of every pixel is here."
        if stride == 1
        else f"To keep the page small, the spectrum of one pixel in {stride} x {stride} is here"
    )
    if stride > 1 and not page.tiles:
        here += "; a click shows the nearest."
    elif page.tiles:
        grid = page.tiles["grid"]
        finer = "the others" if grid == 1 else f"one in {grid} x {grid}, and class and probabilities of every pixel,"
        here += f"; {finer} are in the folder {page.tiles['folder']} beside it: copy both."
    return (
        f"{here} The address of the page names the pixel that is shown, as in #click=120,45 (line, sample): it can "
        "be kept or sent. Spectra are kept with 256 levels each, probabilities in steps of 1/255."
    )


def _json(content: dict[str, Any]) -> str:
    """Return JSON that is safe inside a script element."""
    return json.dumps(content, separators=(",", ":")).replace("<", "\\u003c")
