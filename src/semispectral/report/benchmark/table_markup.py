"""Convert tables to Markdown and LaTeX (booktabs). Text from files is escaped."""

import re

from semispectral.report.table_cells import Cell, Table

MARKDOWN = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "~": "&#126;", "$": "&#36;"} | {s: f"\\{s}" for s in "\\`*_{}|#"}
LATEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "\N{UPWARDS ARROW}": r"$\uparrow$",
    "\N{DOWNWARDS ARROW}": r"$\downarrow$",
    "\N{MINUS SIGN}": "$-$",
    "\N{MULTIPLICATION SIGN}": r"$\times$",
    "\N{EN DASH}": "--",
    "\N{NARROW NO-BREAK SPACE}": r"\,",
} | {sign: f"\\{sign}" for sign in "&%$#_{}"}
OPTION = ("[", "*")  # what a row may not begin with: it would belong to the line break before
PREAMBLE = "% Needs \\usepackage{booktabs}; made by the target benchmark of the workflow."


def _escaped(text: str, table: dict[str, str]) -> str:
    """Return text on one line, with special characters replaced."""
    return "".join(table.get(sign, sign) for sign in re.sub(r"\s", lambda found: _space(found[0]), text))


def _space(sign: str) -> str:
    """Return a space for any whitespace but a narrow no-break space."""
    return sign if sign == "\N{NARROW NO-BREAK SPACE}" else " "


def markdown_text(text: str) -> str:
    """Escape text for Markdown.

    Parameters
    ----------
    text : text to escape.
    """
    return _escaped(text, MARKDOWN).replace("](", "]\\(")


def latex_text(text: str) -> str:
    """Escape text for LaTeX.

    Parameters
    ----------
    text : text to escape.
    """
    return _escaped(text, LATEX)


def markdown(table: Table) -> str:
    """Return a table in Markdown, with its caption above.

    Parameters
    ----------
    table : the table.
    """
    head = [markdown_text(text) for text, _ in table.head]
    align = ["---:" if cell.number else "---" for cell in (table.rows[0] if table.rows else [])] or ["---"] * len(head)
    lines = [head, align, *([_markdown_cell(cell) for cell in row] for row in table.rows)]
    return "\n".join([markdown_text(table.caption) + ".", "", *(f"| {' | '.join(line)} |" for line in lines)])


def _markdown_cell(cell: Cell) -> str:
    """Return a cell in Markdown."""
    text = markdown_text(cell.text)
    text = f"**{text}**" if cell.best else text
    return f"{text} <small>{markdown_text(cell.note)}</small>" if cell.note else text


def latex(table: Table, *, label: str) -> str:
    """Return a table in LaTeX, as a float.

    Parameters
    ----------
    table : the table.
    label : label for references, without ``tab:``.
    """
    columns = "".join("r" if cell.number else "l" for cell in (table.rows[0] if table.rows else []))
    lines = [
        r"\begin{table}[tbp]",
        r"\centering\footnotesize",
        f"\\caption{{{latex_text(table.caption)}.}}",
        f"\\label{{tab:{re.sub('[^a-z0-9]+', '-', label.lower()).strip('-')}}}",
        f"\\begin{{tabular}}{{@{{}}{columns or 'l' * len(table.head)}@{{}}}}",
        r"\toprule",
        _latex_row([latex_text(text) for text, _ in table.head]),
        r"\midrule",
        *(_latex_row([_latex_cell(cell) for cell in row]) for row in table.rows),
        r"\bottomrule",
        r"\end{tabular}",
        r"\end{table}",
    ]
    return "\n".join(lines)


def _latex_row(cells: list[str]) -> str:
    """Return a row in LaTeX."""
    return ("{}" if cells[0].startswith(OPTION) else "") + " & ".join(cells) + r" \\"


def _latex_cell(cell: Cell) -> str:
    """Return a cell in LaTeX."""
    text = latex_text(cell.text)
    text = f"\\textbf{{{text}}}" if cell.best else text
    return f"{text} {{\\scriptsize {latex_text(cell.note)}}}" if cell.note else text
