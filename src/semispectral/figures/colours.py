"""Colours and lines of all figures, for what only names them and draws nothing, too."""

from typing import Any

INK, MUTED, GRID, PAPER = "#1a1a1a", "#55595e", "#dcdfe2", "#ffffff"
GROUND = "#e9ebec"  # pixels of interest that have no colour of their own
# Okabe and Ito (2008): told apart with every kind of colour vision.
BLUE, ORANGE, GREEN, VERMILLION, PURPLE, SKY = "#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#56b4e9"
CYCLE = (BLUE, VERMILLION, GREEN, ORANGE, PURPLE, SKY)
PART_COLOURS = {"train": BLUE, "valid": ORANGE, "test": PURPLE}
GREY = "#6b7075"
PALETTE = {  # the names that `semispectral.study.methods` has for colours
    "blue": BLUE,
    "orange": ORANGE,
    "green": GREEN,
    "vermillion": VERMILLION,
    "purple": PURPLE,
    "sky": SKY,
    "black": INK,
    "grey": GREY,
}
SOLID, DASHED, DOTTED, MIXED = "-", (0, (4, 1.5)), (0, (1.2, 1.2)), (0, (5, 1.2, 1.2, 1.2))
LINES: dict[str, Any] = {"solid": SOLID, "dashed": DASHED, "dotted": DOTTED}
