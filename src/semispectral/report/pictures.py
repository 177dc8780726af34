"""Pictures inside a page."""

import base64
import io
from pathlib import Path

from PIL import Image

from semispectral.storage.seal import damaged

PNG_END = b"\x00\x00\x00\x00IEND\xaeB`\x82"


def embedded(png: Path) -> str:
    """Return a picture as a data address.

    Parameters
    ----------
    png : PNG file.
    """
    content = png.read_bytes()
    require_picture(content, png)
    return f"data:image/png;base64,{base64.b64encode(content).decode()}"


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
