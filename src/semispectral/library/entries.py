"""The entries of a mineral library: named reference spectra, each with its mineral and its group."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from semispectral.errors import ConfigError, DataError
from semispectral.library.band_response import responses
from semispectral.study.names import quoted, some

PERCENT_FROM = 2.0  # reflectance above it is in percent; a fraction stays below it, bright panels included
LARGEST_PERCENT = 200.0
LONGEST_GAP_NM = 20.0  # channels that were deleted over a longer stretch leave no value there
GAP_STEPS = 3.0  # a gap is also longer than this many steps of the entry
SMALLEST_COVER = 0.9  # share of a band's response that a reference spectrum must cover


@dataclass(frozen=True, eq=False)
class Entry:
    """Reference spectrum of one sample of a mineral.

    Attributes
    ----------
    name : str, name, unique in its library.
    mineral : str, name of the mineral in lower case; several entries can be of one mineral.
    group : str, group of the mineral, such as ``white mica``; empty if it belongs to none.
    wavelengths_nm : float64 [channel], rising, in nm.
    reflectance : float64 [channel], as a fraction; deleted channels are left out of both arrays.
    source : str, file that it was read from, or ``built-in``.
    """

    name: str
    mineral: str
    group: str
    wavelengths_nm: np.ndarray
    reflectance: np.ndarray
    source: str

    def on_bands(self, centres_nm: np.ndarray, widths_nm: np.ndarray) -> np.ndarray:
        """Return the spectrum as a sensor sees it, float64 [band]; NaN where a response is not covered.

        Parameters
        ----------
        centres_nm, widths_nm : float64 [band], centre and full width at half maximum of each response, in nm.
        """
        steps = np.diff(self.wavelengths_nm)
        gap = max(LONGEST_GAP_NM, GAP_STEPS * float(np.median(steps)))
        weights, cover = responses(self.wavelengths_nm, centres_nm, widths_nm, longest_step_nm=gap)
        seen = np.divide(weights @ self.reflectance, cover, out=np.zeros_like(cover), where=cover > 0)
        return np.where(cover >= SMALLEST_COVER, seen, np.nan)


@dataclass(frozen=True, eq=False)
class Library:
    """Entries of a mineral library, with names that differ.

    Attributes
    ----------
    entries : tuple of Entry.
    """

    entries: tuple[Entry, ...]

    def __post_init__(self) -> None:
        if not self.entries:
            raise DataError("a mineral library needs an entry, and none was found; name a file with spectra")
        by_name: dict[str, list[Entry]] = {}
        for entry in self.entries:
            by_name.setdefault(entry.name.casefold(), []).append(entry)
        for alike in by_name.values():
            if len(alike) > 1:
                raise ConfigError(
                    f"{alike[1].source}: every entry of a mineral library needs a name of its own, and "
                    f"{quoted(alike[0].name)} is there {len(alike)} times{_elsewhere(alike)}; rename one, or leave it "
                    "out"
                )

    def __len__(self) -> int:
        return len(self.entries)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the entries."""
        return tuple(entry.name for entry in self.entries)

    @property
    def groups(self) -> tuple[str, ...]:
        """Groups, each once, in the order of the entries."""
        return tuple(dict.fromkeys(entry.group for entry in self.entries if entry.group))

    @property
    def kinds(self) -> list[str]:
        """Minerals and groups, sorted: what a word may name besides an entry."""
        return sorted({*self.groups, *(entry.mineral for entry in self.entries)})

    def named(self, wanted: str) -> tuple[int, ...]:
        """Return the entries that a word names: a mineral, a group, or an entry's name.

        Parameters
        ----------
        wanted : str, the word; case, and whether its words are joined by blanks, hyphens or underscores, do not matter.

        Examples
        --------
        >>> nm, reflectance = np.array([2100.0, 2200.0]), np.array([0.5, 0.4])
        >>> entry = Entry("Kaolinite CM9", "kaolinite", "kaolin", nm, reflectance, "built-in")
        >>> Library((entry,)).named("KAOLIN")
        (0,)
        """
        key = plain(wanted)
        for field in ("mineral", "group", "name"):
            found = tuple(i for i, entry in enumerate(self.entries) if plain(getattr(entry, field)) == key)
            if key and found:
                return found
        return ()

    def chosen(self, places: Iterable[int]) -> "Library":
        """Return the entries at some places.

        Parameters
        ----------
        places : int, places of the entries.
        """
        return Library(tuple(self.entries[place] for place in places))


def plain(word: str) -> str:
    """Return a name for comparison: in lower case, with single blanks for blanks, hyphens and underscores.

    Parameters
    ----------
    word : str, name.
    """
    return re.sub(r"[\s_-]+", " ", word).strip().casefold()


def made_entry(
    name: str,
    wavelengths_nm: np.ndarray,
    values: np.ndarray,
    *,
    mineral: str,
    group: str,
    percent: bool | None,
    source: str,
) -> Entry:
    """Return an entry from values as a file holds them.

    Parameters
    ----------
    name : str, name of the entry.
    wavelengths_nm : float64 [channel], in nm; NaN for a channel without.
    values : float64 [channel], reflectance; NaN, 0 or below for a deleted channel.
    mineral, group : str, its mineral and group.
    percent : bool or None, whether the file says that values are in percent; None if it does not say.
    source : str, the file, for errors.

    Raises
    ------
    DataError : fewer than two channels hold values, or they are no reflectance.
    """
    there = np.isfinite(wavelengths_nm) & np.isfinite(values) & (values > 0)
    order = np.argsort(wavelengths_nm[there], kind="stable")
    nm, first = np.unique(wavelengths_nm[there][order], return_index=True)
    kept = values[there][order][first]
    if len(nm) < 2:
        raise DataError(f"{source}: {quoted(name)} needs two channels or more with values, and has {len(nm)}")
    largest = float(kept.max())
    if largest > LARGEST_PERCENT or (percent is False and largest > PERCENT_FROM):
        raise DataError(
            f"{source}: {quoted(name)} needs reflectance as a fraction (0 to 1) or in percent (0 to 100), and its "
            f"largest value is {largest:g}; divide the values, or leave the entry out"
        )
    in_percent = largest > PERCENT_FROM if percent is None else percent
    return Entry(name, mineral, group, nm, kept / 100 if in_percent else kept, source)


def _elsewhere(alike: list[Entry]) -> str:
    """Return the other files that have the name of an entry, once each; nothing where it is in one file alone."""
    others = list(dict.fromkeys(entry.source for entry in alike if entry.source != alike[1].source))
    return f", also in {some(others)}" if others else ""
