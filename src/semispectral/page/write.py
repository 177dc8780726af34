"""Write the interactive page of a scan: Bokeh's code, the plots, the pixels and a small script, in one file."""

import base64
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from bokeh.embed import components
from bokeh.resources import Resources
from bokeh.util import serialization
from jinja2 import Environment
from markupsafe import Markup

from semispectral.downhole.depths import has_depth
from semispectral.downhole.log import depths
from semispectral.errors import DataError
from semispectral.maps.as_trained import as_in_training, open_for
from semispectral.maps.bundle import Bundle
from semispectral.maps.known_scans import scale_to_trained
from semispectral.maps.scene_map import SceneMap
from semispectral.page.layout import layout
from semispectral.page.pixels import PagePixels, collect
from semispectral.scans.cube import Cube
from semispectral.spectra.cleaning_settings import scale_after
from semispectral.storage import provenance
from semispectral.storage.atomic import write_atomically
from semispectral.study.scene import Scene

HERE = Path(__file__).parent
FIRST_ID = 1000
RANDOM_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


@dataclass(frozen=True, eq=False)
class Beside:
    """Facts of a scan that are not in its map.

    Attributes
    ----------
    label : int16 [line, sample], labels, negative where there is none; None: the scan has none.
    depth_m : float64 [line, sample], depth in m, NaN beside the core; None: unknown.
    report : address of the report, relative to the page; empty: none.
    """

    label: np.ndarray | None = None
    depth_m: np.ndarray | None = None
    report: str = ""


NOTHING = Beside()


def write_scan_page(
    path: Path,
    scene: Scene,
    found: SceneMap,
    bundle: Bundle,
    *,
    run_share: float,
    label: np.ndarray | None = None,
    report: str = "",
) -> None:
    """Write the interactive page of a scan.

    Parameters
    ----------
    path : file to write.
    scene : the scan's row of scenes.tsv.
    found : its map.
    bundle : the trained model that made the map.
    run_share : share of core lines of a core run, as in `DownholeConfig`; it determines depths.
    label : int16 [line, sample], labels, negative where there is none; None: the scan has none.
    report : address of the report, relative to the page; empty: none.
    """
    scene = as_in_training(scene, bundle)
    beside = Beside(label, _depths(scene, found, run_share=run_share), report)
    factor = scale_to_trained(scene, bundle)
    scale = scale_after(scene, bundle.cleaning) / factor
    with open_for(scene, bundle) as cube:
        write_page(path, cube, found, bundle, name=scene.name, scale=scale, factor=factor, beside=beside)


def _depths(scene: Scene, found: SceneMap, *, run_share: float) -> np.ndarray | None:
    """Return depths of a scan that has a top depth. Depths of others depend on the scans above them."""
    if scene.depth_from_m is None or not has_depth(scene):
        return None
    try:
        return depths(scene, found, below_m=0, run_share=run_share)[0]
    except DataError:  # no core: its log says so
        return None


def write_page(
    path: Path,
    cube: Cube,
    found: SceneMap,
    bundle: Bundle,
    *,
    name: str,
    scale: float,
    factor: float = 1,
    beside: Beside = NOTHING,
) -> None:
    """Write the interactive page of an open scan.

    ``page.html#click=LINE,SAMPLE`` opens the page with that pixel shown.

    Parameters
    ----------
    path : file to write.
    cube : the scan.
    found : its map.
    bundle : the trained model that made the map.
    name : name of the scan.
    scale : reflectance = value of a training scan x scale.
    factor : factor from the values of the scan to those of the training scans.
    beside : further facts of the scan.
    """
    kept = collect(cube, found, bundle, scale=scale, factor=factor)
    known = bundle.wavelengths_nm
    axis = np.arange(bundle.bands) if known is None else known
    script, parts = _plots(found, kept, name=name, axis=axis, title="band" if known is None else "wavelength (nm)")
    page = Environment(autoescape=True).from_string((HERE / "page.html").read_text(encoding="utf-8"))
    content = page.render(
        name=name,
        report=beside.report,
        made=json.dumps(provenance.current(), sort_keys=True),
        legend=_legend(found),
        note=_note(kept),
        resources=Markup(Resources(mode="inline", components=["bokeh", "bokeh-widgets"]).render()),  # noqa: S704  ours
        parts=Markup(parts),  # noqa: S704  Bokeh escapes what it holds
        script=Markup(script),  # noqa: S704  likewise
        code=Markup((HERE / "page.js").read_text(encoding="utf-8")),  # noqa: S704  ours
        pixels=Markup(_json(_payload(kept, found, bundle, axis, scale) | _beside(kept, beside))),  # noqa: S704  "<" is escaped
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, content.encode())


def _plots(found: SceneMap, kept: PagePixels, *, name: str, axis: np.ndarray, title: str) -> tuple[str, str]:
    """Return script and elements of the plots, with fixed ids: Bokeh counts ids on, or draws them at random."""
    serialization._simple_id = FIRST_ID
    script, parts = components(layout(found, kept.picture, name=name, axis=axis, title=title))
    drawn = dict.fromkeys(RANDOM_ID.findall(script))
    for number, old in enumerate(drawn):
        new = f"00000000-0000-4000-8000-{number:012d}"
        script, parts = script.replace(old, new), parts.replace(old, new)
    return script, parts


def _legend(found: SceneMap) -> list[dict[str, str]]:
    """Return name, colour and share of each class on the map."""
    counts = found.counts
    total = max(int(counts[1:].sum()), 1)
    return [
        {"name": found.names[value], "colour": found.colours[value], "share": f"{counts[value] / total:.1%}"}
        for value in range(1, len(counts))
        if counts[value]
    ]


def _note(kept: PagePixels) -> str:
    """Return the note on the stored pixels."""
    thinned = (
        "Every classified pixel can be clicked."
        if kept.stride == 1
        else f"To keep the page small, one pixel in {kept.stride} x {kept.stride} is here; a click shows the nearest."
    )
    return (
        f"{thinned} The address of the page names the pixel that is shown, as in #click=120,45 (line, sample): it can "
        "be kept or sent. Spectra are kept with 256 levels each, probabilities in steps of 1/255."
    )


def _payload(kept: PagePixels, found: SceneMap, bundle: Bundle, axis: np.ndarray, scale: float) -> dict[str, Any]:
    """Return the data of the page's script."""
    arrays = {
        "place": kept.place,
        "probability": kept.probability,
        "novelty": kept.novelty,
        "means": (bundle.class_means * scale).astype(np.float32),
    }
    for kind, values in (("spectrum", kept.spectrum), ("reconstruction", kept.reconstruction)):
        arrays |= {kind: values.code, f"{kind}_low": values.low, f"{kind}_step": values.step}
    return {
        "stride": kept.stride,
        "grid": list(kept.place.shape),
        "axis": [round(float(value), 2) for value in axis],
        "names": list(found.classes.names),
        "colours": list(found.classes.colours),
        "reconstructs": bundle.pipeline.m1 is not None,
        "arrays": {name: _packed(array) for name, array in arrays.items()},
    }


def _beside(kept: PagePixels, beside: Beside) -> dict[str, Any]:
    """Return label and depth of each row; -1 and NaN if unknown."""
    rows = int(kept.kept.sum())
    label = np.full(rows, -1) if beside.label is None else beside.label[kept.kept]
    depth_m = np.full(rows, np.nan) if beside.depth_m is None else beside.depth_m[kept.kept]
    return {"label": _packed(label.astype(np.int32)), "depth_m": _packed(depth_m.astype(np.float32))}


def _packed(array: np.ndarray) -> dict[str, str]:
    """Return an array as dtype and base64, little-endian."""
    little = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
    return {"dtype": array.dtype.name, "base64": base64.b64encode(little.tobytes()).decode()}


def _json(payload: dict[str, Any]) -> str:
    """Return JSON that is safe inside a script element."""
    return json.dumps(payload, separators=(",", ":")).replace("<", "\\u003c")
