"""Pictures inside a page."""

import base64
import io
from pathlib import Path

from PIL import Image

from semispectral.storage.seal import damaged

LARGE = 100_000  # bytes of a picture: what smaller ones have to give is little
COLOURS = 256  # of a large one inside a page: half of the bytes or less, and no difference that is seen
PNG_END = b"\x00\x00\x00\x00IEND\xaeB`\x82"


def embedded(png: Path) -> str:
    """Return a picture as a data address; a large one with few colours, where that makes it smaller.

    Parameters
    ----------
    png : PNG file.
    """
    content = png.read_bytes()
    require_picture(content, png)
    if len(content) > LARGE:
        content = min(content, _with_few_colours(content), key=len)
    return f"data:image/png;base64,{base64.b64encode(content).decode()}"


def _with_few_colours(content: bytes) -> bytes:
    """Return a PNG file with the nearest of 256 colours in each pixel, which suits the picture."""
    written = io.BytesIO()
    with Image.open(io.BytesIO(content), formats=("PNG",)) as picture:
        few = picture.convert("RGBA").quantize(COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    few.save(written, "PNG")
    return written.getvalue()


def require_picture(content: bytes, path: Path) -> None:
    """Check the checksums inside a PNG file.

    Parameters
    ----------
    content : bytes of the file.
    path : path of the file, for messages.

    Raises
    ------
    IntegrityError : the file was cut or changed.
    """
    try:
        with Image.open(io.BytesIO(content), formats=("PNG",)) as picture:
            picture.verify()
        if not content.endswith(PNG_END):
            raise ValueError("its end is missing")
    except (OSError, SyntaxError, ValueError) as error:
        raise damaged(path, str(error)) from error
