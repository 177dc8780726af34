"""The contact sheet: one HTML file with a card for each group, maps, and the queue of pixels to label."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
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
from semispectral.explore.queue_files import SHEET, around, chip
from semispectral.explore.shares import Profile, Shares
from semispectral.figures.rasters import landscape
from semispectral.report.template import config_words, fill
from semispectral.spectra.hull_windows import rising_bands
from semispectral.storage import provenance
from semispectral.storage.atomic import write_atomically
from semispectral.study.names import natural

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
            for name, each in ((name, found.maps[name]) for name in sorted(found.maps)[:MOST_MAPS])
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
    axis = _axis(found.groups)
    total = max(int(found.shares.pixels.sum()), 1)
    for number, (group, colour) in enumerate(zip(found.groups.groups, colours, strict=True)):
        where = _most(found.shares, number)
        shown = found.maps[where]
        yield Card(
            group.name,
            colour,
            _suggested(group),
            f"{found.shares.pixels[number] / total:.1%} of all pixels",
            *_drawn(group, axis, found.groups.unit),
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
    axis = _axis(found.groups)
    total = max(sum(group.pixels for group in found.new), 1)
    for group, colour in zip(found.new, group_colours(len(found.new)), strict=True):
        picture = found.maps[group.medoid["scene"]].picture
        surroundings = np.asarray(chip(picture, group.medoid["line"], group.medoid["sample"]))
        yield Card(
            group.name,
            colour,
            _suggested(group),
            f"{group.pixels} pixels of the sample, {group.pixels / total:.0%} of the unknown",
            *_drawn(group, axis, found.groups.unit),
            png_address(surroundings),
            f"around the pixel that stands for it, in {group.medoid['scene']}",
            (),
            (),
            *_place(group),
        )


@dataclass(frozen=True, eq=False)
class _Axis:
    """Axis of the spectra: of each sensor in turn, the bands that have a wavelength, if any is known, rising.

    Attributes
    ----------
    place : float64 [some band], wavelengths in nm, or numbers of bands.
    band : int64 [some band].
    sensor : int64 [some band], number of the sensor.
    """

    place: np.ndarray
    band: np.ndarray
    sensor: np.ndarray

    def where(self, there: np.ndarray) -> "_Axis":
        """Return some of the bands, by a mask."""
        return _Axis(self.place[there], self.band[there], self.sensor[there])

    @property
    def ends(self) -> list[int]:
        """Places at which another sensor begins."""
        return (np.flatnonzero(np.diff(self.sensor)) + 1).tolist()


def _axis(groups: Groups) -> _Axis:
    """Return the axis of the spectra."""
    bands = len(groups.groups[0].mean) if groups.groups else 0
    place = np.arange(1.0, bands + 1) if groups.wavelengths_nm is None else np.asarray(groups.wavelengths_nm, float)
    rising = [first + rising_bands(place[first:last]) for first, last in pairwise([*groups.starts, bands])]
    band = np.concatenate(rising)
    return _Axis(place[band], band, np.repeat(np.arange(len(rising)), [len(each) for each in rising]))


def _drawn(group: Group, whole: _Axis, unit: str) -> tuple[Markup, Markup, str]:
    """Return the drawings of a group, and its absorptions in words."""
    # A group may have no data of a sensor.
    axis = whole.where(np.isfinite(np.array(group.mean, float)[whole.band]))
    mean, low, high = (np.array(values, float)[axis.band] for values in (group.mean, group.low, group.high))
    label = f"{group.name}: mean and spread, {unit}"
    spectrum = spectrum_svg(axis.place, mean, low, high, ends=axis.ends, label=label)
    if not len(group.hull_quotient):
        return spectrum, Markup(), ""
    marks = [absorption["nm"] for absorption in group.absorptions]
    said = ", ".join(f"{each['nm']:.0f} nm ({each['depth']:.2f})" for each in group.absorptions)
    quotient, label = np.asarray(group.hull_quotient)[axis.band], f"{group.name}: continuum removed"
    return spectrum, quotient_svg(axis.place, quotient, marks, ends=axis.ends, label=label), said


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
        for hole, share in sorted(shares.holes.items(), key=lambda of_hole: natural(of_hole[0]))
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
        image = png_address(around(picture, row["line"], row["sample"], side=SMALL_CHIP))
        yield row | {"chip": image, "page": _page_at(row["scene"], row["line"], row["sample"])}
