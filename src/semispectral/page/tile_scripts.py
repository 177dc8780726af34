"""Pack the pixels of a tile as a script, which a page on a disk may load where it could read no file."""

import base64
import zlib
from collections.abc import Sequence

import numpy as np

from semispectral.page.pixels import Quantised

SIDE = 64  # lines of a tile at most, and samples
LEVEL = 4  # of zlib: 9 makes files 2 % smaller in three times the time


def tile_script(
    name: str,
    mask: np.ndarray,
    novelty: np.ndarray,
    probability: np.ndarray,
    values: np.ndarray,
    curves: Sequence[Quantised],
) -> bytes:
    """Return a tile as a script that hands over its pixels.

    Parameters
    ----------
    name : name of the tile.
    mask : bool [line, sample], its classified pixels.
    novelty : float32 [line, sample], in nats.
    probability : float32 [line, sample, class].
    values : float32 [value, line, sample], absorption features.
    curves : spectra of its pixels on the grid, of each kind.
    """
    shares = np.rint(probability[mask] * 255).astype(np.uint8)
    measured = _little(np.ascontiguousarray(values[:, mask].T, np.float32)) if len(values) else b""
    facts = [_little(mask.astype(np.uint8)), _little(novelty[mask]), _little(shares), measured]
    return f'semispectral.tile("{name}","{_compressed(b"".join([*facts, *map(_packed, curves)]))}");\n'.encode()


def _packed(values: Quantised) -> bytes:
    """Return low, step, and the differences from band to band, which compress better than the codes."""
    first = np.zeros((len(values.code), 1), np.uint8)
    return _little(values.low) + _little(values.step) + _little(np.diff(values.code, axis=1, prepend=first))


def _little(values: np.ndarray) -> bytes:
    return bytes(values.astype(values.dtype.newbyteorder("<")).tobytes())


def _compressed(content: bytes) -> str:
    return base64.b64encode(zlib.compress(content, LEVEL)).decode()
