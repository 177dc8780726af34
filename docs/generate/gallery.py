"""Picture the pages of a finished demo for docs/gallery.md, in a headless browser.

    python docs/generate/gallery.py results results/unlabelled

The first folder is that of the demo, the second that of `explore` on its scans without labels; both default to these.
"""

import argparse
import asyncio
import base64
import io
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))
from browser import Tab, browse  # noqa: E402 - the browser of the tests

IMAGES = ROOT / "docs/images"
COLOURS = 256
PAGES = {  # name of the picture: folder (0 the demo, 1 without labels), page, what is clicked, lines of pixels
    "gallery-page": (0, "maps/DH3_1/page.html", "#click=60,40", 900),
    "gallery-hole": (0, "holes/DH3/index.html", "", 900),
    "gallery-report": (0, "report/index.html", "", 1000),
    "gallery-groups": (1, "explore/index.html", "", 1000),
}


def shown(click: str, height: int) -> Callable[[Tab], Awaitable[Image.Image]]:
    """A story: wait until the page is drawn, click, and take its picture."""

    async def story(tab: Tab) -> Image.Image:
        size = {"width": 1300, "height": height, "deviceScaleFactor": 1, "mobile": False}
        await tab.call("Emulation.setDeviceMetricsOverride", **size)
        await tab.until("document.readyState === 'complete'")
        if click:
            await tab.value(f"location.replace('{click}'); location.reload()")
            await tab.until("document.readyState === 'complete'")
        await asyncio.sleep(5)  # pictures are decoded, and plots drawn, after the page says that it is complete
        answer = await tab.call("Page.captureScreenshot", format="png")
        with Image.open(io.BytesIO(base64.b64decode(answer["data"]))) as drawn:
            return drawn.convert("RGB")

    return story


def main() -> None:
    """Draw the pictures of all pages that are there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", type=Path, nargs="?", default=ROOT / "results")
    parser.add_argument("unlabelled", type=Path, nargs="?", default=ROOT / "results/unlabelled")
    wanted = parser.parse_args()
    for name, (which, file, click, height) in PAGES.items():
        path = ((wanted.results, wanted.unlabelled)[which] / file).resolve()
        if not path.is_file():
            print(f"left out: there is no {path}")  # noqa: T201 - a program for the terminal
            continue
        few = browse(path, shown(click, height)).quantize(COLOURS, dither=Image.Dither.NONE)
        few.save(IMAGES / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
