"""Read hole, box and depths from the name of a scan by a pattern such as ``{hole}_{box}_{from}_{to}``."""

import re
from dataclasses import dataclass

from semispectral.errors import ConfigError
from semispectral.scans.folders.found import Cell
from semispectral.study.names import quoted, some

COLUMNS = {"hole": "hole", "from": "depth_from_m", "to": "depth_to_m"}  # of scenes.tsv, by the fields of a pattern
FIELDS = (*COLUMNS, "box", "any")
PIECES = re.compile(r"\{([^{}]*)\}")
NUMBER = r"[0-9]+(?:[.,mp][0-9]+)?m?"  # 12, 12.5, 12,5, 12m50, 12p5 or 12m


@dataclass(frozen=True)
class NamePattern:
    """A pattern for the names of scans.

    Attributes
    ----------
    text : str, as the user wrote it.
    regex : compiled pattern; a field but ``any`` holds none of the signs that stand between fields.
    """

    text: str
    regex: re.Pattern[str]

    def cells(self, name: str) -> dict[str, Cell] | None:
        """Return the cells that a name states, or None where it does not match.

        Parameters
        ----------
        name : str, name of a scan.
        """
        found = self.regex.fullmatch(name)
        if not found:
            return None
        source = f"name {quoted(name)} by --name {quoted(self.text)}"
        fields = {field: text for field, text in found.groupdict().items() if field in COLUMNS}
        return {
            COLUMNS[field]: Cell(text if field == "hole" else metres(text), source) for field, text in fields.items()
        }


def name_pattern(text: str) -> NamePattern:
    """Compile a pattern.

    Parameters
    ----------
    text : str, pattern of fields in braces: hole, box, from, to, and any for what is not used.

    Raises
    ------
    ConfigError : a field is unknown or stands twice, or two fields touch.

    Examples
    --------
    >>> cells = name_pattern("{hole}_{box}_{from}_{to}").cells("DH-7_03_12m50_14.2")
    >>> {column: cell.text for column, cell in cells.items()}
    {'hole': 'DH-7', 'depth_from_m': '12.50', 'depth_to_m': '14.2'}
    """
    parts = PIECES.split(text)
    between, fields = parts[::2], parts[1::2]
    unknown = [field for field in fields if field not in FIELDS]
    twice = [field for field in FIELDS if field != "any" and fields.count(field) > 1]
    if not fields or unknown or twice or any("{" in piece or "}" in piece for piece in between):
        wrong = (
            f"unknown: {some(unknown, show=quoted)}" if unknown else f"twice: {some(twice)}" if twice else "no field"
        )
        raise ConfigError(
            f"--name {quoted(text)}: a pattern of the fields {', '.join(f'{{{field}}}' for field in FIELDS)} is "
            f"needed, such as '{{hole}}_{{box}}_{{from}}_{{to}}'; {wrong}"
        )
    if "" in between[1:-1]:
        raise ConfigError(
            f"--name {quoted(text)}: a sign is needed between two fields, such as '_', to tell them apart"
        )
    separators = "".join(sorted({re.escape(letter) for piece in between for letter in piece if not letter.isalnum()}))
    word = f"[^{separators}]+" if separators else ".+"
    forms = {"from": NUMBER, "to": NUMBER}
    regex = re.escape(between[0])
    for field, after in zip(fields, between[1:], strict=True):
        regex += ".*?" if field == "any" else f"(?P<{field}>{forms.get(field, word)})"
        regex += re.escape(after)
    return NamePattern(text, re.compile(regex))


def metres(text: str) -> str:
    """Return a depth as a number: ``12m50``, ``12,50`` and ``12.50 m`` are 12.50.

    Parameters
    ----------
    text : str, depth as it stands in a name or a table.
    """
    return re.sub(r"[,mp](?=[0-9])", ".", text).rstrip("m").rstrip()
