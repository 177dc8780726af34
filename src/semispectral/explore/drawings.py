"""Drawings of the contact sheet: spectra and shares as SVG, pictures as PNG in the page."""

import base64
import io
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from markupsafe import Markup, escape
from matplotlib.colors import to_rgb
from PIL import Image

from semispectral.figures.rasters import landscape
from semispectral.figures.units import with_gaps

WIDTH, HEIGHT = 320, 128  # of a plot of spectra, in units of its SVG
LEFT, BOTTOM, TOP, RIGHT = 34, 18, 6, 6  # margins
STRIP_HEIGHT = 26
LARGE = 100  # from here on, values are shown without decimals
THUMBNAIL = 300  # longest side in pixels
MAP_SIDE = 1100
PALE = 0.65  # how much of a picture's contrast is taken away beneath a group
PNG_COLOURS = 128


def spectrum_svg(
    axis: np.ndarray, mean: np.ndarray, low: np.ndarray, high: np.ndarray, *, label: str, ends: Sequence[int] = ()
) -> Markup:
    """Return mean and spread of spectra as SVG.

    Parameters
    ----------
    axis : float [band], wavelengths in nm, rising within each sensor, or numbers of bands.
    mean, low, high : float [band].
    label : what is shown, for those who cannot see it.
    ends : bands that are the first of another sensor.
    """
    frame = _Frame.of(axis, np.concatenate([low, high]))
    area = "".join(
        f'<polygon points="{frame.points(axis[piece], low[piece])} '
        f'{frame.points(axis[piece][::-1], high[piece][::-1])}"/>'
        for piece in _pieces(axis, ends)
    )
    return _plot(f'<g class="spread">{area}</g>{_lines(frame, axis, mean, ends)}', frame, label)


def quotient_svg(
    axis: np.ndarray, quotient: np.ndarray, marks: Sequence[float], *, label: str, ends: Sequence[int] = ()
) -> Markup:
    """Return a spectrum with its continuum removed as SVG, with its absorptions marked.

    Parameters
    ----------
    axis : float [band], wavelengths in nm, rising within each sensor.
    quotient : float [band].
    marks : wavelengths of the absorptions, in nm.
    label : what is shown, for those who cannot see it.
    ends : bands that are the first of another sensor.
    """
    frame = _Frame.of(axis, np.append(quotient, 1.0))
    lines = "".join(
        f'<line class="mark" x1="{frame.x(nm):.1f}" x2="{frame.x(nm):.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>'
        for nm in marks
    )
    return _plot(lines + _lines(frame, axis, quotient, ends), frame, label)


def strip_svg(share: np.ndarray, *, label: str) -> Markup:
    """Return the share of a group along a hole as SVG bars, scaled to the largest; a gap where there is no core.

    Parameters
    ----------
    share : float [interval], NaN without core.
    label : what is shown, for those who cannot see it.
    """
    most = max(float(np.nanmax(share, initial=0.0)), 1e-9)
    width = WIDTH / len(share)
    bars = "".join(
        f'<rect x="{place * width:.1f}" y="{STRIP_HEIGHT * (1 - value / most):.1f}" width="{width - 1:.1f}" '
        f'height="{STRIP_HEIGHT * value / most:.1f}"/>'
        for place, value in enumerate(share)
        if np.isfinite(value)
    )
    return Markup(  # noqa: S704  numbers, and a label that is escaped
        f'<svg class="strip" viewBox="0 0 {WIDTH} {STRIP_HEIGHT}" preserveAspectRatio="none" role="img" '
        f'aria-label="{escape(label)}">{bars}</svg>'
    )


class _Frame:
    """Place of values in a plot."""

    def __init__(self, x: tuple[float, float], y: tuple[float, float]) -> None:
        self.x_range, self.y_range = x, y

    @classmethod
    def of(cls, axis: np.ndarray, values: np.ndarray) -> "_Frame":
        """Return the frame that holds some values."""
        low, high = float(values.min()), float(values.max())
        room = 0.04 * (high - low or 1.0)
        return cls((float(axis.min()), float(axis.max())), (low - room, high + room))

    def x(self, value: float | np.ndarray) -> np.ndarray:
        """Return horizontal places."""
        first, last = self.x_range
        share = (np.asarray(value) - first) / (last - first or 1.0)
        return np.asarray(LEFT + share * (WIDTH - LEFT - RIGHT))

    def y(self, value: float | np.ndarray) -> np.ndarray:
        """Return vertical places."""
        low, high = self.y_range
        return np.asarray(TOP + (high - np.asarray(value)) / (high - low) * (HEIGHT - TOP - BOTTOM))

    def points(self, axis: np.ndarray, value: np.ndarray) -> str:
        """Return points of a line or an area."""
        return " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(self.x(axis), self.y(value), strict=True))


def _pieces(axis: np.ndarray, ends: Sequence[int]) -> list[slice]:
    """Return the runs of bands between gaps, where bands were taken out or another sensor begins."""
    _, value = with_gaps(axis, np.zeros(len(axis)), ends)
    gaps = np.flatnonzero(np.isnan(value)) - np.arange(int(np.isnan(value).sum()))
    bounds = [0, *gaps.tolist(), len(axis)]
    return [slice(first, last) for first, last in pairwise(bounds)]


def _lines(frame: _Frame, axis: np.ndarray, value: np.ndarray, ends: Sequence[int]) -> str:
    """Return a spectrum as lines, with gaps left open."""
    pieces = _pieces(axis, ends)
    return "".join(f'<polyline points="{frame.points(axis[piece], value[piece])}"/>' for piece in pieces)


def _plot(content: str, frame: _Frame, label: str) -> Markup:
    """Return a plot with its axes."""
    first, last = frame.x_range
    low, high = frame.y_range
    below = HEIGHT - BOTTOM
    texts = (
        (LEFT, HEIGHT - 4, "start", f"{first:.0f}"),
        (WIDTH - RIGHT, HEIGHT - 4, "end", f"{last:.0f}"),
        (LEFT - 4, below, "end", _value(low)),
        (LEFT - 4, TOP + 9, "end", _value(high)),
    )
    words = "".join(f'<text x="{x}" y="{y}" text-anchor="{anchor}">{text}</text>' for x, y, anchor, text in texts)
    return Markup(  # noqa: S704  numbers, and a label that is escaped
        f'<svg class="plot" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(label)}">'
        f'<path class="axes" d="M{LEFT} {TOP}V{below}H{WIDTH - RIGHT}"/>{content}{words}</svg>'
    )


def _value(value: float) -> str:
    """Return a value on an axis in few letters."""
    return f"{value:.2f}" if abs(value) < LARGE else f"{value:.0f}"


def group_thumbnail(picture: np.ndarray, cluster: np.ndarray, *, number: int, colour: str) -> str:
    """Return a picture of a scene with one group in its colour, as a data address.

    Parameters
    ----------
    picture : uint8 [line, sample, 3], false colours.
    cluster : int16 [line, sample], cluster of each pixel.
    number : number of the group, from 0.
    colour : its colour, ``#rrggbb``.
    """
    cell = max(1, -(-max(cluster.shape) // THUMBNAIL))
    ground = 255 - (1 - PALE) * (255 - picture[::cell, ::cell].mean(axis=2, keepdims=True))
    share = _any_in(cluster == number, cell)[:, :, None]
    painted = np.where(share, 255 * np.asarray(to_rgb(colour)), ground)
    return png_address(landscape(painted.astype(np.uint8)))


def _any_in(mask: np.ndarray, cell: int) -> np.ndarray:
    """Return whether any pixel of each cell is set, so that small patches are not lost."""
    lines, samples = (-(-side // cell) for side in mask.shape)
    whole = np.zeros((lines * cell, samples * cell), bool)
    whole[: mask.shape[0], : mask.shape[1]] = mask
    return np.asarray(whole.reshape(lines, cell, samples, cell).any(axis=(1, 3)))


def map_address(cluster: np.ndarray, colours: Sequence[str]) -> str:
    """Return a map of groups as a data address.

    Parameters
    ----------
    cluster : int16 [line, sample], cluster of each pixel; -1 without one.
    colours : colours of the groups.
    """
    cell = max(1, -(-max(cluster.shape) // MAP_SIDE))
    palette = np.array([(255.0, 255.0, 255.0), *(255 * np.asarray(to_rgb(colour)) for colour in colours)])
    return png_address(landscape(palette.astype(np.uint8)[cluster[::cell, ::cell].astype(np.int64) + 1]))


def png_address(image: np.ndarray) -> str:
    """Return a picture as a data address.

    Parameters
    ----------
    image : uint8 [line, sample, 3].
    """
    content = io.BytesIO()
    drawn = Image.fromarray(np.ascontiguousarray(image))
    drawn.quantize(PNG_COLOURS, dither=Image.Dither.NONE).save(content, format="PNG", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(content.getvalue()).decode()}"
