"""Make the page of a hole of full-size boxes from replicated maps, and watch it load and scroll in a headless browser.

    python measurements/speed/hole_page.py

Every box has four runs of core, a map of patches and a noisy picture. Printed are the bytes in the folder of the page,
the seconds from its opening to the first whole drawing, and the frames while it scrolls down the hole.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from semispectral.downhole.composites import composite, even_intervals, runs_of_core
from semispectral.downhole.core_strips import palette_of, strips_of_hole
from semispectral.downhole.log import DownholeConfig
from semispectral.holes.hole_page import HoleContent, write_hole_page
from semispectral.holes.strip_images import write_strips
from semispectral.maps.classify import Drawn
from semispectral.maps.scene_map import SceneMap
from semispectral.study.classes import ClassMap, CodeSet
from semispectral.study.scene import Scene

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))
from browser import Tab, browse  # noqa: E402  a helper of the tests

CLASSES, RUNS, TRAY, PATCH = 12, 4, 8, 24
SHARES = DownholeConfig()
FRAMES = """(async () => {
  const scroll = document.getElementById("scroll"), gaps = [], from = performance.now();
  let before = from;
  while (before - from < 1000 * %f) {
    const now = await new Promise(requestAnimationFrame);
    gaps.push(now - before);
    before = now;
    scroll.scrollTop += 40;
  }
  return [gaps.length, Math.max(...gaps), scroll.scrollTop];
})()"""
WHOLE = """window.semispectral && semispectral.drawing.frames > 0 &&
  semispectral.drawing.between(semispectral.drawing.top, semispectral.drawing.depthAt(semispectral.drawing.height))
    .every((number) => ["core", "map", "confidence"].every((kind) => semispectral.drawing.pictures.of(number)[kind]))"""


def one_box(lines: int, samples: int, *, seed: int) -> Drawn:
    """A map of patches, and its picture: the class's colour with noise."""
    random = np.random.default_rng(seed)
    coarse = random.random((lines // PATCH + 2, samples // PATCH + 2, CLASSES), np.float32) ** 4
    probability = np.repeat(np.repeat(coarse, PATCH, axis=0), PATCH, axis=1)[:lines, :samples]
    probability = probability * (0.5 + random.random((lines, samples, CLASSES), np.float32))
    probability /= probability.sum(axis=2, keepdims=True)
    width = samples // RUNS
    tray = np.arange(samples) % width < TRAY
    probability[:, tray] = np.nan
    colours = random.random((CLASSES, 3), np.float32)
    picture = colours[np.nan_to_num(probability).argmax(axis=2)] + random.normal(0, 0.05, (lines, samples, 3))
    found = SceneMap(probability, np.zeros((lines, samples), np.float32), -1.0, _classes())
    return Drawn(found, picture.astype(np.float32), None, {})


def _classes() -> ClassMap:
    names = tuple(f"class {number}" for number in range(CLASSES))
    return ClassMap(
        tuple(range(1, CLASSES + 1)),
        names,
        tuple(f"#{number * 21:02x}7f{255 - number * 21:02x}" for number in range(CLASSES)),
    )


def make(folder: Path, boxes: int, lines: int, samples: int) -> Path:
    """Write the page of a hole of replicated boxes; its file."""
    none = CodeSet(())
    metres = RUNS * lines * 0.0014
    scenes = [
        Scene(
            f"box_{n}", "H", Path(), "", Path(), "", "", "", None, None, none, none, None, n * metres, (n + 1) * metres
        )
        for n in range(boxes)
    ]
    box = one_box(lines, samples, seed=1)

    def maps() -> Iterator[Drawn]:
        return (box for _ in scenes)

    strips = write_strips(folder / "strips", strips_of_hole(scenes, maps(), run_share=0.3), palette_of(_classes()))
    runs = [each for scene in scenes for each in runs_of_core(scene, box.map, below_m=0, run_share=0.3)[0]]
    table = composite("H", runs, even_intervals(runs, 1.0), _classes(), SHARES)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    content = HoleContent("H", strips, table, _classes(), {scene.name: "none.html" for scene in scenes}, size / 1e6)
    write_hole_page(folder / "index.html", content)
    return folder / "index.html"


async def watched(tab: Tab, seconds: float) -> tuple[float, list[float], list[str]]:
    """Seconds to the first whole drawing, frames while scrolling, and what went wrong."""
    await tab.until(WHOLE)
    drawn = await tab.value("performance.now() / 1000")
    answer = await tab.call("Runtime.evaluate", expression=FRAMES % seconds, awaitPromise=True, returnByValue=True)
    await asyncio.sleep(0)
    return drawn, answer["result"]["value"], tab.errors()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--boxes", type=int, default=100)
    parser.add_argument("--lines", type=int, default=2848)
    parser.add_argument("--samples", type=int, default=384)
    parser.add_argument("--seconds", type=float, default=5.0, help="of scrolling")
    wanted = parser.parse_args()
    with TemporaryDirectory() as folder:
        begun = time.process_time()
        page = make(Path(folder), wanted.boxes, wanted.lines, wanted.samples)
        made = time.process_time() - begun
        files = [path for path in Path(folder).rglob("*") if path.is_file()]
        size = sum(path.stat().st_size for path in files) / 1e6
        print(f"{wanted.boxes} boxes of {wanted.lines} x {wanted.samples}: made in {made:.0f} s of the processor")
        print(f"the folder has {size:.1f} MB in {len(files)} files, the page itself {page.stat().st_size / 1e3:.0f} kB")
        drawn, (frames, longest, reached), errors = browse(page, lambda tab: watched(tab, wanted.seconds))
        print(f"whole in the window after {drawn:.2f} s")
        print(
            f"{frames / wanted.seconds:.0f} frames a second while scrolling, the longest {longest:.0f} ms; "
            f"{reached:.0f} pixels down"
        )
        print(f"errors: {errors or 'none'}")


if __name__ == "__main__":
    main()
