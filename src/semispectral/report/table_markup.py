"""Tables of cells as Markdown and as LaTeX (booktabs); what came from a file is escaped."""

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
PREAMBLE = "% Needs \\usepackage{booktabs}; made by `snakemake benchmark`."


def _escaped(text: str, table: dict[str, str]) -> str:
    """Text on one line, its special characters replaced."""
    return "".join(table.get(sign, sign) for sign in re.sub(r"\s", lambda found: _space(found[0]), text))


def _space(sign: str) -> str:
    return sign if sign == "\N{NARROW NO-BREAK SPACE}" else " "


def markdown_text(text: str) -> str:
    """Text as it stands in Markdown, with nothing that is markup."""
    return _escaped(text, MARKDOWN).replace("](", "]\\(")


def latex_text(text: str) -> str:
    """Text as it stands in LaTeX, with nothing that is a command."""
    return _escaped(text, LATEX)


def markdown(table: Table) -> str:
    """A table with its caption above, in Markdown."""
    head = [markdown_text(text) for text, _ in table.head]
    align = ["---:" if cell.number else "---" for cell in (table.rows[0] if table.rows else [])] or ["---"] * len(head)
    lines = [head, align, *([_markdown_cell(cell) for cell in row] for row in table.rows)]
    return "\n".join([markdown_text(table.caption) + ".", "", *(f"| {' | '.join(line)} |" for line in lines)])


def _markdown_cell(cell: Cell) -> str:
    text = markdown_text(cell.text)
    text = f"**{text}**" if cell.best else text
    return f"{text} <small>{markdown_text(cell.note)}</small>" if cell.note else text


def latex(table: Table, *, label: str) -> str:
    """A floating table in LaTeX.

    Parameters
    ----------
    label : what the paper refers to it by, without ``tab:``.
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
    return ("{}" if cells[0].startswith(OPTION) else "") + " & ".join(cells) + r" \\"


def _latex_cell(cell: Cell) -> str:
    text = latex_text(cell.text)
    text = f"\\textbf{{{text}}}" if cell.best else text
    return f"{text} {{\\scriptsize {latex_text(cell.note)}}}" if cell.note else text
