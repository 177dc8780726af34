"""An extension of griffe: our docstrings as Markdown.

Under Parameters, Attributes, Returns and Raises they say in words what a value is (its type stands in the signature),
where NumPy's own style has a type. Read as that style, the words would be shown as types.
"""

import re
from collections.abc import Iterator

import griffe

SECTION = re.compile(r"^(\w[\w ]*)\n-{3,}\n", flags=re.MULTILINE)
ENTRY = re.compile(r"^(\*{0,2}\w[\w.*, ]*?) : ", flags=re.MULTILINE)
LISTED = ("Parameters", "Attributes", "Raises")


def as_markdown(docstring: str) -> str:
    """A docstring whose sections are headed by a bold word and whose entries are a list."""
    first, *rest = SECTION.split(docstring)
    return "\n\n".join([first.strip(), *_sections(rest)]).strip()


def _sections(pieces: list[str]) -> Iterator[str]:
    for name, text in zip(pieces[::2], pieces[1::2], strict=True):
        yield f"**{name}**\n\n{_section(name, text.strip())}"


def _section(name: str, text: str) -> str:
    """Entries as a list, examples as code: Markdown would make quotations of their prompts."""
    if name == "Examples":
        return f"```pycon\n{text}\n```"
    return "\n".join(_entries(text)) if name in LISTED else text


def _entries(text: str) -> Iterator[str]:
    """One item per entry; lines that belong to it are drawn in; more names before a colon in a line stay words."""
    for entry in re.split(r"\n(?=\S)", text):
        words = " ".join(line.strip() for line in entry.splitlines())
        named = ENTRY.match(words)
        yield f"- `{named[1]}`: {words[named.end() :]}" if named else f"- {words}"


class Markdown(griffe.Extension):
    """Turn every docstring when its object is made."""

    def on_instance(self, *, obj: griffe.Object, **_: object) -> None:
        """Griffe calls this."""
        if obj.docstring:
            obj.docstring.value = as_markdown(obj.docstring.value)
