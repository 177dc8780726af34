"""What ``semispectral library`` does: list reference spectra, import them into a table, and plot them."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from semispectral.errors import ConfigError
from semispectral.figures.library_spectra import library_figure
from semispectral.figures.style import save
from semispectral.library.entries import Entry, Library
from semispectral.library.library_files import read_libraries
from semispectral.library.table_library import write_table_library
from semispectral.spectra.transforms import remove_continuum
from semispectral.study.names import printable_lines
from semispectral.study.suggestions import hint


def chosen(library: Library, wanted: Sequence[str]) -> Library:
    """Return the entries that words name; all without a word.

    Parameters
    ----------
    library : Library, all entries.
    wanted : names of entries, minerals or groups.

    Raises
    ------
    ConfigError : a word names nothing; the message has the nearest names.
    """
    places: list[int] = []
    for word in wanted:
        found = library.named(word)
        if not found:
            raise ConfigError(f"--only: no entry, mineral or group is named {word!r}; {hint(word, library.kinds)}")
        places += [place for place in found if place not in places]
    return library.chosen(places) if wanted else library


def list_spectra(wanted: argparse.Namespace) -> None:
    """Print a line for each entry, group by group.

    Parameters
    ----------
    wanted : parsed arguments.
    """
    library = chosen(read_libraries(wanted.library), wanted.only)
    head = ("group", "mineral", "name", "from nm", "to nm", "channels", "source")
    rows = [head, *(_row(entry) for entries in by_group(library).values() for entry in entries)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    sys.stdout.write(
        printable_lines("\n".join(lines)) + f"\n{len(library)} spectra of {len(by_group(library))} groups\n"
    )


def _row(entry: Entry) -> tuple[str, ...]:
    """Return what is said of an entry."""
    nm = entry.wavelengths_nm
    numbers = (f"{nm[0]:.0f}", f"{nm[-1]:.0f}", str(len(nm)))
    return (entry.group or "-", entry.mineral, entry.name, *numbers, Path(entry.source).name)


def by_group(library: Library) -> dict[str, list[Entry]]:
    """Return the entries by group, in the order of the entries; those of none last.

    Parameters
    ----------
    library : Library.
    """
    names = [*library.groups, *([""] if any(not entry.group for entry in library.entries) else [])]
    return {name: [entry for entry in library.entries if entry.group == name] for name in names}


def import_spectra(wanted: argparse.Namespace) -> None:
    """Write the entries as a table.

    Parameters
    ----------
    wanted : parsed arguments.
    """
    _require_suffix(wanted.out, ".csv")
    if wanted.out.exists():
        raise ConfigError(f"{wanted.out}: is there already, and is not overwritten; name another file with --out")
    library = chosen(read_libraries(wanted.library), wanted.only)
    write_table_library(wanted.out, library)
    sys.stdout.write(f"{wanted.out}: {len(library)} spectra; name it in library.files of the configuration\n")


def plot_spectra(wanted: argparse.Namespace) -> None:
    """Draw the entries, one panel for each group.

    Parameters
    ----------
    wanted : parsed arguments.
    """
    _require_suffix(wanted.out, ".png")
    library = chosen(read_libraries(wanted.library), wanted.only)
    groups = {
        name or "of no group": [line for entry in entries if (line := _line(entry, wanted.window))]
        for name, entries in by_group(library).items()
    }
    shown = {name: lines for name, lines in groups.items() if lines}
    if not shown:
        raise ConfigError("--window: no spectrum has three channels in this range; choose another")
    label = "hull quotient (no unit)" if wanted.window else "reflectance (no unit)"
    save(library_figure(shown, value_label=label), wanted.out)
    sys.stdout.write(f"{wanted.out}: {sum(map(len, shown.values()))} spectra\n")


def _line(entry: Entry, window: Sequence[float] | None) -> tuple[str, np.ndarray, np.ndarray] | None:
    """Return what is drawn of an entry, or None if it has no channels in the window."""
    nm, values = entry.wavelengths_nm, entry.reflectance
    if window is None:
        return entry.name, nm, values
    inside = (nm >= window[0]) & (nm <= window[1])
    if inside.sum() < 3:
        return None
    return entry.name, nm[inside], remove_continuum(values[None, inside], nm[inside])[0]


def _require_suffix(path: Path, suffix: str) -> None:
    if path.suffix.lower() != suffix:
        raise ConfigError(f"--out: a file that ends in {suffix} is needed, got {str(path)!r}")
