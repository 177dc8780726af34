"""Make the page of a full-size scan with groups, label on it in a headless browser, and count the frames meanwhile.

    python measurements/speed/label_page.py
    python measurements/speed/label_page.py --page results/explore/maps/DH1_1/page.html

The made scan is noise over bands of rock, with patches of 46 groups that have ragged edges. Printed are the bytes of
the page, the seconds from its opening until it can be used, the frames while the picture is moved and zoomed, while
the brush paints and while the browser keeps all labels, and the pause of single acts.
"""

import argparse
import json
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from semispectral.explore.found_clusters import group_colours
from semispectral.page.content import Labelling
from semispectral.page.layers import Overlay
from semispectral.page.unmapped import write_unmapped_page
from semispectral.spectra.cleaning_settings import CleanConfig
from semispectral.study.classes import ClassMap, CodeSet
from semispectral.study.scene import Scene

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))
from browser import Tab, browse  # noqa: E402  a helper of the tests

GROUPS, CLASSES, PATCH = 46, 12, 24
READY = "document.body && document.body.dataset.ready === 'yes'"
ACTS = """(async () => {
  const { view, labels, tools, choose, asGeoJson } = semispectral, { lines, samples } = labels.scan, seconds = %f;
  const frame = () => new Promise(requestAnimationFrame), found = {};
  const frames = async (name, act) => {
    const gaps = [], from = await frame();
    for (let i = 0, before = from; before - from < 1000 * seconds; i++) {
      act(i);
      const now = await frame();
      gaps.push(now - before);
      before = now;
    }
    found[name] = gaps;
  };
  const once = async (name, act) => {
    await frame();
    const from = performance.now();
    act();
    await frame();
    await frame();
    found[name] = [performance.now() - from];
  };
  const middle = [samples / 2, lines / 2];
  for (let number = 1; labels.classes.length < 3; number++) labels.add(`class ${number}`, "#e377c2");
  choose(1);
  await frames("moving the picture", (i) => view.move(0, i %% 120 < 60 ? 12 : -12));
  await frames("zooming", (i) => view.zoom(i %% 60 < 30 ? 1.05 : 1 / 1.05, middle));
  semispectral.pickTool("brush");
  view.brush = 12;
  tools.brush.down(middle);
  const stroke = (i) => [samples * (0.5 + 0.4 * Math.sin(i / 9)), (lines / 2 + 5 * i) %% lines];
  await frames("painting with a brush of 24 pixels", (i) => tools.brush.move(stroke(i)));
  tools.brush.up();
  choose(2);
  await once("labelling a patch of a group", () => tools.patch.click(middle));
  choose(3);
  await once("labelling all by one polygon", () => {
    view.corners = [[0, 0], [samples, 0], [samples, lines], [0, lines]];
    tools.polygon.done();
  });
  await once("undoing it", () => labels.undo());
  await frames("while the browser keeps all labels", () => view.redraw());
  await once("writing GeoJSON", () => asGeoJson(labels));
  return JSON.stringify({ found, labelled: labels.count });
})()"""


def make(folder: Path, lines: int, samples: int, bands: int) -> Path:
    """Write the page of a made scan; its file."""
    random = np.random.default_rng(1)
    path = folder / "core.npy"
    scan = np.lib.format.open_memmap(path, "w+", np.uint16, (lines, samples, bands))
    rock = 15_000 + 8000 * np.sin(np.linspace(0, 9, bands) + random.uniform(0, 6, (lines // PATCH + 1, 1, 1)))
    for line in range(lines):
        scan[line] = rock[line // PATCH] + random.normal(0, 300, (samples, bands))
    coarse = random.integers(1, GROUPS + 1, (lines // PATCH + 1, samples // PATCH + 1))
    ragged = random.integers(-3, 4, (2, lines, samples))
    line, sample = np.mgrid[:lines, :samples]
    down, across = ((np.abs(at + by)) // PATCH for at, by in zip((line, sample), ragged, strict=True))
    groups = coarse[np.minimum(down, coarse.shape[0] - 1), np.minimum(across, coarse.shape[1] - 1)]
    names = tuple(f"group {number + 1}" for number in range(GROUPS))
    overlay = Overlay("groups", groups, names, tuple(group_colours(GROUPS)))
    codes = tuple(range(1, CLASSES + 1))
    classes = ClassMap(codes, tuple(f"class {code}" for code in codes), tuple(group_colours(CLASSES)))
    use, none = CodeSet(((1, 99),)), CodeSet(())
    scene = Scene("core", "H", path, "", path, "", "line,sample,band", "none", 2.5e-05, None, use, none)
    page = folder / "page.html"
    write_unmapped_page(page, scene, CleanConfig(), labelling=Labelling.of(scene, classes), overlays=(overlay,))
    return page


async def watched(tab: Tab, seconds: float) -> tuple[float, dict[str, Any], list[str]]:
    """Seconds until the page can be used, what the acts took, and what went wrong."""
    await tab.until(READY)
    ready = await tab.value("performance.now() / 1000")
    answer = await tab.call("Runtime.evaluate", expression=ACTS % seconds, awaitPromise=True, returnByValue=True)
    if "exceptionDetails" in answer:
        raise RuntimeError(str(answer["exceptionDetails"].get("exception")))
    return ready, json.loads(answer["result"]["value"]), tab.errors()


def main() -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--page", type=Path, help="a page of `snakemake explore`, in the place of a made one")
    parser.add_argument("--lines", type=int, default=2848)
    parser.add_argument("--samples", type=int, default=384)
    parser.add_argument("--bands", type=int, default=268)
    parser.add_argument("--seconds", type=float, default=4.0, help="of moving, zooming and painting")
    wanted = parser.parse_args()
    with TemporaryDirectory() as folder:
        begun = time.process_time()
        page = wanted.page or make(Path(folder), wanted.lines, wanted.samples, wanted.bands)
        if not wanted.page:
            print(f"{wanted.lines} x {wanted.samples}: made in {time.process_time() - begun:.0f} s of the processor")
        print(f"the page has {page.stat().st_size / 1e6:.1f} MB")
        ready, said, errors = browse(page.resolve(), lambda tab: watched(tab, wanted.seconds))
    print(f"can be used after {ready:.1f} s")
    for act, gaps in said["found"].items():
        rate = f"{1000 / np.mean(gaps):.0f} frames a second, " if len(gaps) > 1 else ""
        print(f"{act}: {rate}the longest {max(gaps):.0f} ms")
    print(f"{said['labelled']} pixels labelled; errors: {errors or 'none'}")


if __name__ == "__main__":
    main()
