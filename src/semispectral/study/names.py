"""Show names and texts of unknown origin safely, and check those that name something of ours.

Text from a file (the name of a dataset, a field of a header, a class of somebody else's model) passes through
`printable` before it reaches a terminal, a log, a page or a header of ours. Names that the user gives to classes,
scenes and holes are checked once, where their table is read: they become columns, files and lines of other formats.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from itertools import islice

from semispectral.errors import ConfigError

LONGEST_SHOWN = 200  # letters of a text in a message
LONGEST_NAME = 80  # letters of a class's name: a legend, a column
LONGEST_FILE_NAME = 120  # bytes; file systems take 255, and suffixes and the names of temporary files come on top
LONGEST_ESCAPE = 10  # letters that one letter becomes: \\U0001f600
MOST_NAMED = 8
FORMULA = "=+-@"  # a spreadsheet takes a cell that begins so for a formula
NOT_IN_FILE_NAMES = '/\\<>:"|?*'
DEVICES = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)

# Letters that Unicode does not take apart into a plain letter and a mark.
SPELT = str.maketrans(
    {"ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D"}
    | {
        "þ": "th",
        "Þ": "TH",
        "ł": "l",
        "Ł": "L",
        "\N{LATIN SMALL LETTER DOTLESS I}": "i",
        "\N{EN DASH}": "-",
        "\N{EM DASH}": "-",
    }
)


def plain_letters(text: str) -> str:
    """Return text without accents: letters that have an ASCII spelling are spelt so, and all others stay.

    Parameters
    ----------
    text : str, text to spell.

    Examples
    --------
    >>> plain_letters("Größe Øst")
    'Grosse Ost'
    """
    apart = unicodedata.normalize("NFKD", text.translate(SPELT))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def printable(text: object, *, limit: int = LONGEST_SHOWN) -> str:
    r"""Return text from a file in one line that can be shown anywhere.

    Control characters, ESC, line breaks, marks that turn the direction of writing, and all other characters without a
    shape are written as Python escapes (``\x1b``, ``\u202e``).

    Parameters
    ----------
    text : object, text to show; any other object is converted to text.
    limit : int, largest number of characters; a longer text ends in ``...``.

    Examples
    --------
    >>> printable("two\nlines")
    'two\\nlines'
    """
    letters = str(text)[: limit + 1]
    shown = "".join(letter if letter.isprintable() else _escaped(letter) for letter in letters)
    return shown if len(shown) <= limit else shown[: max(limit - 3, 0)] + "..."


def name_of_file(stem: str) -> str:
    """Return what a scan or hole is called after its file: as `printable`, and no formula for a spreadsheet.

    Parameters
    ----------
    stem : str, name of the file without its suffix.

    Examples
    --------
    >>> name_of_file("=1+1")
    '_=1+1'
    """
    shown = printable(stem)
    return f"_{shown}" if unicodedata.normalize("NFKC", shown)[:1] in tuple(FORMULA) else shown


def printable_lines(text: str) -> str:
    """Return text of several lines, each as `printable` shows it, however long.

    Parameters
    ----------
    text : str, text to show.
    """
    return "\n".join(printable(line, limit=max(len(line), 1) * LONGEST_ESCAPE) for line in text.split("\n"))


def _escaped(letter: str) -> str:
    return letter.encode("unicode_escape").decode("ascii")


def quoted(text: object, *, limit: int = LONGEST_NAME) -> str:
    """Return the text as `printable` shows it, in quotes.

    Parameters
    ----------
    text : object, text to show.
    limit : int, largest number of characters.
    """
    return f"'{printable(text, limit=limit)}'"


def some(names: Iterable[object], *, most: int = MOST_NAMED, show: Callable[..., str] = printable) -> str:
    """Return the list the first few names and the number of the others; ``none`` without any.

    Parameters
    ----------
    names : names to list.
    most : int, largest number of names.
    show : callable, `printable` or `quoted`.

    Examples
    --------
    >>> some(["a", "b", "c"], most=2)
    'a, b and 1 more'
    """
    listed = names if isinstance(names, Sequence) else list(names)
    shown = ", ".join(show(name, limit=LONGEST_NAME) for name in islice(listed, most))
    more = f" and {len(listed) - most} more" if len(listed) > most else ""
    return (shown or "none") + more


def require_name(text: str, *, where: str) -> str:
    """Check the name of a class, which becomes a column, a legend and a line of other formats.

    Parameters
    ----------
    text : str, the name.
    where : str, file, row and column, for the error.

    Returns
    -------
    The name.

    Raises
    ------
    ConfigError : it is empty or too long, has characters that cannot be printed, or would be a formula in a
        spreadsheet.
    """
    if not text or not text.isprintable():
        raise ConfigError(f"{where}: letters that can be printed are needed, got {quoted(text)}")
    if len(text) > LONGEST_NAME:
        raise ConfigError(
            f"{where}: a name has at most {LONGEST_NAME} letters, got {len(text)} ({quoted(text)}); shorten it"
        )
    if unicodedata.normalize("NFKC", text)[0] in FORMULA:  # NFKC: the wide forms of these signs begin formulas too
        raise ConfigError(
            f"{where}: a name must not begin with one of {' '.join(FORMULA)}, for a spreadsheet would take it for a "
            f"formula, got {quoted(text)}; put a letter before it"
        )
    return text


def require_file_name(text: str, *, where: str) -> str:
    """Check the name of a scene or a hole, which also becomes the name of files.

    Results are shared between computers of any kind, so a name that Windows or macOS cannot store is refused
    everywhere.

    Parameters
    ----------
    text : str, the name.
    where : str, file, row and column, for the error.

    Raises
    ------
    ConfigError : as in `require_name`, or no file can have this name.
    """
    require_name(text, where=where)
    if text.startswith(".") or text.endswith((".", " ")) or any(letter in NOT_IN_FILE_NAMES for letter in text):
        raise ConfigError(
            f"{where}: it names files: a name without {' '.join(NOT_IN_FILE_NAMES)} is needed that neither begins nor "
            f"ends with '.', got {quoted(text)}; rename it"
        )
    if DEVICES.fullmatch(text):
        raise ConfigError(
            f"{where}: it names files, and Windows keeps this name for a device, got {quoted(text)}; rename it"
        )
    if len(text.encode()) > LONGEST_FILE_NAME:
        raise ConfigError(
            f"{where}: it names files, whose names have at most {LONGEST_FILE_NAME} bytes, got {quoted(text)} "
            f"with {len(text.encode())}; shorten it"
        )
    return text


def require_distinct_files(names: Iterable[str], *, where: str) -> None:
    """Refuse different names that would be one file where case, or the coding of an accent, is ignored.

    Parameters
    ----------
    names : iterable of str, all names.
    where : str, file and column, for the error.

    Raises
    ------
    ConfigError : two names clash; the message gives the first two.
    """
    seen: dict[str, str] = {}
    for name in names:
        first = seen.setdefault(unicodedata.normalize("NFC", name).casefold(), name)
        if first != name:
            raise ConfigError(
                f"{where}: {quoted(first, limit=40)} and {quoted(name, limit=40)} name files, which are one "
                "and the same on Windows and macOS; write them alike, or rename one"
            )


def plain(name: str) -> str:
    """Return a name in small letters with single blanks: two that are the same so are one to a reader.

    Parameters
    ----------
    name : str, name as it was typed.

    Examples
    --------
    >>> plain(" White  mica")
    'white mica'
    """
    return " ".join(name.casefold().split())


def spelling(name: str) -> str:
    """Return what the spellings of one hole have in common: DH-7, dh 7, DH_07 and DH7 are one to a reader.

    Capitals, the signs between words and zeros before a number do not count; a sign between two numbers does.

    Parameters
    ----------
    name : str, name as it was typed.

    Examples
    --------
    >>> spelling("DH-07"), spelling("dh7"), spelling("DH0-7"), spelling("DH07-1"), spelling("DH71")
    ('dh7', 'dh7', 'dh0-7', 'dh7-1', 'dh71')
    """
    text = re.sub(r"[\s_\u2010-\u2015\u2212-]+", "-", unicodedata.normalize("NFKC", name).casefold()).strip("-")
    text = re.sub(r"(?<![0-9])-|-(?![0-9])", "", text)
    return re.sub(r"(?<![0-9.])0+(?=[0-9])", "", text)


def require_distinct_spellings(names: Iterable[str], *, what: str, harm: str, where: str) -> None:
    """Refuse names that a reader takes for one.

    Parameters
    ----------
    names : iterable of str, all names.
    what : str, what has the names, such as ``"hole"``.
    harm : str, what two names of one would do, for the error.
    where : str, file and column, for the error.

    Raises
    ------
    ConfigError : two names are spellings of one; the message gives the first two.
    """
    seen: dict[str, str] = {}
    for name in names:
        first = seen.setdefault(spelling(name), name)
        if first != name:
            raise ConfigError(
                f"{where}: {quoted(first, limit=40)} and {quoted(name, limit=40)} look like two spellings of one "
                f"{what}, {harm}; write them alike, or, if they are two {what}s, rename one so that they differ by a "
                "letter or a number"
            )


def natural(name: object) -> tuple[tuple[str | int, ...], str]:
    """Return a sort key that puts box_2 before box_10.

    Parameters
    ----------
    name : str, name to sort by, or what is written as one.

    Examples
    --------
    >>> sorted(["box_10", "box_2"], key=natural)
    ['box_2', 'box_10']
    """
    text = str(name)
    parts = re.split(r"([0-9]+)", text)
    return tuple(int(part) if place % 2 else part for place, part in enumerate(parts)), text
