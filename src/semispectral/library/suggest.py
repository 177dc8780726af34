"""Suggest minerals for spectra: the best matches in a library, group by group, each with its score and margin."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from semispectral.library.built_in import built_in_library
from semispectral.library.entries import Library
from semispectral.library.library_settings import LibraryConfig
from semispectral.library.matching import Matcher


@dataclass(frozen=True)
class Match:
    """One match of a spectrum.

    Attributes
    ----------
    name : str, name of the entry that makes up the larger part.
    beside : str, name of the entry of the smaller part; empty if there is none.
    group : str, group of the entry; its mineral if it is in none.
    score : float, from 0 to 1.
    """

    name: str
    beside: str
    group: str
    score: float


@dataclass(frozen=True)
class Suggestion:
    """The best matches of one spectrum, of one group each, the best first.

    Attributes
    ----------
    matches : tuple of Match, at least one.
    margin : float, by how much the best group is ahead of the next; the score itself if there is no other.
    known : bool, whether the best score reaches the least score of the settings.
    """

    matches: tuple[Match, ...]
    margin: float
    known: bool

    @property
    def best(self) -> Match:
        """Best match."""
        return self.matches[0]


def suggest(
    spectra: np.ndarray,
    wavelengths_nm: np.ndarray | None,
    *,
    library: Library | None = None,
    settings: LibraryConfig | None = None,
    fwhm_nm: np.ndarray | None = None,
    most: int = 3,
    where: str = "the spectra",
) -> list[Suggestion]:
    """Suggest minerals for spectra, such as the means of clusters.

    Parameters
    ----------
    spectra : [spectrum, band], reflectance or anything in proportion to it; not normalised (SNV takes away the level
        that the hull quotient needs).
    wavelengths_nm : float64 [band] in nm, or None, which is an error in words.
    library : Library; None takes the built-in one. `semispectral.library.library_files.read_libraries` reads others.
    settings : LibraryConfig; None takes its defaults.
    fwhm_nm : float64 [band], full widths at half maximum of the bands if they are known.
    most : int, most matches of a spectrum.
    where : str, whose spectra they are, for errors.

    Returns
    -------
    list of Suggestion, one per spectrum.

    Raises
    ------
    DataError : there are no wavelengths, a window lies outside the sensor, or the library does not cover it.

    Examples
    --------
    >>> kaolinite = built_in_library().entries[0]
    >>> found = suggest(kaolinite.reflectance[None], kaolinite.wavelengths_nm)[0]
    >>> found.best.name, found.best.group, found.best.score > 0.999
    ('kaolinite', 'kaolin', True)
    """
    given = settings or LibraryConfig()
    matcher = Matcher.of(library or built_in_library(), wavelengths_nm, given, where=where, fwhm_nm=fwhm_nm)
    score, partner = matcher.scores(spectra)
    groups = _groups(matcher.library)
    return [
        _suggestion(matcher.library, groups, row, beside, given.least_score, most)
        for row, beside in zip(score, partner, strict=True)
    ]


def _groups(library: Library) -> list[str]:
    """Return the group of each entry; its mineral where it has none."""
    return [entry.group or entry.mineral for entry in library.entries]


def _suggestion(
    library: Library, groups: Sequence[str], score: np.ndarray, partner: np.ndarray, least: float, most: int
) -> Suggestion:
    best: dict[str, int] = {}
    for place in np.argsort(-score, kind="stable").tolist():
        best.setdefault(groups[place], place)
    places = list(best.values())
    names = library.names
    matches = tuple(
        Match(names[i], "" if partner[i] == i else names[partner[i]], groups[i], float(score[i])) for i in places[:most]
    )
    second = float(score[places[1]]) if len(places) > 1 else 0.0
    return Suggestion(matches, matches[0].score - second, matches[0].score >= least)
