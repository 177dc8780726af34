"""The contact sheet: one HTML file with a card for each group, maps, and the queue of pixels to label."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pandas as pd
from markupsafe import Markup

from semispectral.explore.drawings import (
    MAP_SIDE,
    group_thumbnail,
    map_address,
    png_address,
    quotient_svg,
    spectrum_svg,
    strip_svg,
)
from semispectral.explore.found_clusters import ClusterMap, group_colours
from semispectral.explore.group_files import Group, Groups
from semispectral.explore.queue_files import CHIP, SHEET, around
from semispectral.explore.shares import Profile, Shares
from semispectral.figures.rasters import landscape
from semispectral.report.template import config_words, fill
from semispectral.spectra.hull_windows import rising_bands
from semispectral.storage import provenance
from semispectral.storage.atomic import write_atomically

HERE = Path(__file__).parent
MOST_CHIPS = 80
MOST_MAPS = 24
SMALL_CHIP = 20  # pixels of the scene on each side of the pixel


@dataclass(frozen=True)
class Card:
    """Card of one group.

    Attributes
    ----------
    name, colour : its name and colour.
    suggested : what it may be, in words; empty if nothing is known of it.
    share : share of all pixels, in words.
    spectrum, quotient : drawings; the second is empty without wavelengths.
    absorptions : its absorptions, in words.
    thumbnail, where : a scene with the group in its colour, and the name of the scene.
    holes : share in each hole, as (hole, words, width in percent).
    strips : drawing and words of the share along each hole.
    medoid, page : place of the pixel that stands for it, in words and as an address.
    """

    name: str
    colour: str
    suggested: str
    share: str
    spectrum: Markup
    quotient: Markup
    absorptions: str
    thumbnail: str
    where: str
    holes: Sequence[tuple[str, str, float]]
    strips: Sequence[tuple[Markup, str]]
    medoid: str
    page: str


@dataclass(frozen=True, eq=False)
class Explored:
    """All that a contact sheet shows.

    Attributes
    ----------
    groups : description of the groups.
    maps : map of each scene, by name.
    shares : shares of the groups.
    queue : table of the queue.
    plane : picture of the latents, as a data address.
    new : the groups of unknown pixels; empty without a model.
    settings : the section explore.
    simulated : whether the scenes are simulated.
    """

    groups: Groups
    maps: Mapping[str, ClusterMap]
    shares: Shares
    queue: pd.DataFrame
    plane: str
    new: Sequence[Group]
    settings: Mapping[str, Any]
    simulated: bool


def write_sheet(path: Path, found: Explored) -> None:
    """Write the contact sheet; text from files is escaped.

    Parameters
    ----------
    path : file to write.
    found : what it shows.
    """
    colours = group_colours(len(found.groups.groups))
    content = {
        "cards": list(_cards(found, colours)),
        "new_cards": list(_new_cards(found)),
        "maps": [
            (name, _page(name), map_address(each.cluster, colours), png_address(_shown(each.picture)))
            for name, each in sorted(found.maps.items())[:MOST_MAPS]
        ],
        "maps_left_out": max(0, len(found.maps) - MOST_MAPS),
        "plane": found.plane,
        "layout": found.settings["layout"],
        "queue": list(_queued(found)),
        "sheet": found.queue.attrs[SHEET],
        "queue_left_out": max(0, len(found.queue) - MOST_CHIPS),
        "holes": len(found.shares.holes),
        "scenes": len(found.maps),
        "unit": found.groups.unit,
        "named": any(group.suggested for group in found.groups.groups),
        "simulated": found.simulated,
        "study": path.parent.parent.as_posix(),
        "config": config_words({"explore": dict(found.settings)}),
        "inputs": provenance.current().get("inputs", {}),
        "versions": provenance.versions(),
    }
    write_atomically(path, fill(HERE / "sheet.html", **content).encode())


def _shown(picture: np.ndarray) -> np.ndarray:
    """Return a picture as it lies on the page."""
    cell = max(1, -(-max(picture.shape) // MAP_SIDE))
    return landscape(picture[::cell, ::cell])


def _cards(found: Explored, colours: Sequence[str]) -> Iterator[Card]:
    """Return the cards in the order of the groups, which is that of their likeness."""
    axis, order = _axis(found.groups)
    total = max(int(found.shares.pixels.sum()), 1)
    for number, (group, colour) in enumerate(zip(found.groups.groups, colours, strict=True)):
        where = _most(found.shares, number)
        shown = found.maps[where]
        yield Card(
            group.name,
            colour,
            _suggested(group),
            f"{found.shares.pixels[number] / total:.1%} of all pixels",
            *_drawn(group, axis, order, found.groups.unit),
            group_thumbnail(shown.picture, shown.cluster, number=number, colour=colour),
            where,
            _by_hole(found.shares, number),
            [
                (strip_svg(profile.share[:, number], label=f"share along {hole}"), _depth_words(hole, profile))
                for hole, profile in sorted(found.shares.profiles.items())
            ],
            *_place(group),
        )


def _new_cards(found: Explored) -> Iterator[Card]:
    """Return the cards of the groups of unknown pixels."""
    axis, order = _axis(found.groups)
    total = max(sum(group.pixels for group in found.new), 1)
    for group, colour in zip(found.new, group_colours(len(found.new)), strict=True):
        picture = found.maps[group.medoid["scene"]].picture
        surroundings = around(picture, group.medoid["line"], group.medoid["sample"], side=CHIP)
        yield Card(
            group.name,
            colour,
            _suggested(group),
            f"{group.pixels} pixels of the sample, {group.pixels / total:.0%} of the unknown",
            *_drawn(group, axis, order, found.groups.unit),
            png_address(surroundings),
            f"around the pixel that stands for it, in {group.medoid['scene']}",
            (),
            (),
            *_place(group),
        )


def _axis(groups: Groups) -> tuple[np.ndarray, np.ndarray]:
    """Return the rising axis of the spectra, and the bands on it: those that have a wavelength, if any is known."""
    bands = len(groups.groups[0].mean) if groups.groups else 0
    axis = np.arange(1.0, bands + 1) if groups.wavelengths_nm is None else np.asarray(groups.wavelengths_nm, float)
    order = rising_bands(axis)
    return axis[order], order


def _drawn(group: Group, axis: np.ndarray, order: np.ndarray, unit: str) -> tuple[Markup, Markup, str]:
    """Return the drawings of a group, and its absorptions in words."""
    there = np.isfinite(np.array(group.mean, float)[order])  # but the bands of a sensor that has no data of the group
    axis, order = axis[there], order[there]
    mean, low, high = (np.array(values, float)[order] for values in (group.mean, group.low, group.high))
    spectrum = spectrum_svg(axis, mean, low, high, label=f"{group.name}: mean and spread, {unit}")
    if not len(group.hull_quotient):
        return spectrum, Markup(), ""
    marks = [absorption["nm"] for absorption in group.absorptions]
    said = ", ".join(f"{each['nm']:.0f} nm ({each['depth']:.2f})" for each in group.absorptions)
    quotient = np.asarray(group.hull_quotient)[order]
    return spectrum, quotient_svg(axis, quotient, marks, label=f"{group.name}: continuum removed"), said


def _suggested(group: Group) -> str:
    """Say what a group may be."""
    said = [
        f"{match['name']}{' + ' + match['beside'] if match['beside'] else ''} {match['score']:.2f}"
        for match in group.matches
    ]
    return ", ".join(said) if group.known else f"nothing in the library is like it ({said[0]})" if said else ""


def _most(shares: Shares, number: int) -> str:
    """Return the scene that has most of a group; the first of several."""
    return max(sorted(shares.scenes), key=lambda name: int(shares.scenes[name][number]))


def _by_hole(shares: Shares, number: int) -> list[tuple[str, str, float]]:
    """Return the share of a group in each hole, in words and as a part of the largest."""
    most = max(max(float(share[number]) for share in shares.holes.values()), 1e-9)
    return [
        (hole, f"{share[number]:.1%}", round(100 * float(share[number]) / most, 1))
        for hole, share in sorted(shares.holes.items())
    ]


def _depth_words(hole: str, profile: Profile) -> str:
    """Say which core a strip shows."""
    return f"{hole}, {profile.from_m:.2f} to {profile.to_m:.2f} m"


def _place(group: Group) -> tuple[str, str]:
    """Say where the pixel lies that stands for a group, and the address that shows it."""
    scene, line, sample = (group.medoid[name] for name in ("scene", "line", "sample"))
    return f"{scene}, line {line}, sample {sample}", _page_at(scene, line, sample)


def _page(scene: str) -> str:
    """Return the address of the page of a scene, as seen from the sheet."""
    return f"maps/{quote(scene)}/page.html"


def _page_at(scene: str, line: int, sample: int) -> str:
    """Return the address of the page of a scene at a pixel."""
    return f"{_page(scene)}#click={line},{sample}"


def _queued(found: Explored) -> Iterator[dict[Hashable, Any]]:
    """Return the first rows of the queue, with a picture of each place."""
    for row in found.queue.head(MOST_CHIPS).to_dict("records"):
        picture = found.maps[row["scene"]].picture
        chip = png_address(around(picture, row["line"], row["sample"], side=SMALL_CHIP))
        yield row | {"chip": chip, "page": _page_at(row["scene"], row["line"], row["sample"])}
