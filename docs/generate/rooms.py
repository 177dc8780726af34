"""Draw the rooms of the package and what they import from each other: ``python docs/generate/rooms.py``.

Writes docs/images/rooms.svg, and the table of rooms in docs/architecture.md. The floors are those of the contract of
imports in pyproject.toml, the arrows are the imports in the code, and the sentences are the docstrings of the rooms.
An arrow that follows from others is left out of the picture.
"""

import ast
import html
import re
import tomllib
from functools import cache
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src/semispectral"
PICTURE = ROOT / "docs/images/rooms.svg"
PAGE = ROOT / "docs/architecture.md"
MARKS = ("<!-- rooms: begin -->\n", "<!-- rooms: end -->")

WIDTH, FLOOR, BOX, HEIGHT = 960, 64, 112, 30  # of the picture, a floor, and a box, in pixels
GAP, LANE = 24, 8  # between two boxes, and for an arrow that passes a floor

Arrows = set[tuple[str, str]]


def floors() -> list[list[str]]:
    """Return the rooms of each floor of the contract, the highest floor first."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (layers,) = [one["layers"] for one in settings["tool"]["importlinter"]["contracts"] if one["type"] == "layers"]
    return [line.split(" | ") for line in layers]


@cache
def imports() -> Arrows:
    """Return every pair of rooms of which the first imports from the second."""
    found = set()
    for path in PACKAGE.rglob("*.py"):
        room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
            if isinstance(node, ast.ImportFrom):
                names = [f"{node.module}.{name}" for name in names]
            parts = [name.split(".") for name in names if name.startswith("semispectral.")]
            found |= {(room, part[1]) for part in parts if part[1] != room}
    known = {room for floor in floors() for room in floor}
    return {(first, last) for first, last in found if {first, last} <= known}


def reduced(arrows: Arrows) -> Arrows:
    """Return the arrows that do not follow from others."""
    below: dict[str, set[str]] = {}
    for first, last in arrows:
        below.setdefault(first, set()).add(last)

    def reached(room: str) -> set[str]:
        return {room}.union(*(reached(other) for other in below.get(room, ())))

    return {
        (first, last) for first, last in arrows if not any(last in reached(other) for other in below[first] - {last})
    }


def paths(arrows: Arrows) -> dict[tuple[str, str], list[str]]:
    """Return the places that each arrow passes: its two rooms, and a lane on every floor between them."""
    floor_of = {room: number for number, floor in enumerate(floors()) for room in floor}
    return {
        (first, last): [first, *(f"{first}>{last}>{n}" for n in range(floor_of[first] + 1, floor_of[last])), last]
        for first, last in sorted(arrows)
    }


def neighbours_of(lines: list[list[str]]) -> dict[str, list[str]]:
    """Return what stands above and below each place, along the arrows."""
    found: dict[str, list[str]] = {}
    for line in lines:
        for first, last in pairwise(line):
            found.setdefault(first, []).append(last)
            found.setdefault(last, []).append(first)
    return found


def arranged(lines: list[list[str]], neighbours: dict[str, list[str]]) -> list[list[str]]:
    """Return the places of each floor from left to right, ordered by the mean of their neighbours to cross little."""
    floor_of = {room: number for number, floor in enumerate(floors()) for room in floor}
    rows = [list(floor) for floor in floors()]
    for line in lines:
        for offset, place in enumerate(line):
            if place not in floor_of:
                rows[floor_of[line[0]] + offset].append(place)
    for _ in range(24):
        rank = {place: (number + 0.5) / len(row) for row in rows for number, place in enumerate(row)}
        for row in rows:
            means = {place: [rank[other] for other in neighbours.get(place, [place])] for place in row}
            row.sort(key=lambda place: (sum(means[place]) / len(means[place]), place))
            rank |= {place: (number + 0.5) / len(row) for number, place in enumerate(row)}
    return rows


def half(place: str) -> float:
    """Return half of the width that a box or a lane takes."""
    return (LANE if ">" in place else BOX) / 2


def apart(row: list[str], wanted: dict[str, float]) -> dict[str, float]:
    """Return where the places of a floor stand: in their order, as near to where they want as their widths allow."""
    distance = [half(first) + half(last) + GAP for first, last in pairwise(row)]
    to_the_right = [wanted[row[0]]]
    for place, least in zip(row[1:], distance, strict=True):
        to_the_right.append(max(wanted[place], to_the_right[-1] + least))
    to_the_left = [wanted[row[-1]]]
    for place, least in zip(row[-2::-1], distance[::-1], strict=True):
        to_the_left.append(min(wanted[place], to_the_left[-1] - least))
    middle = [(one + other) / 2 for one, other in zip(to_the_right, to_the_left[::-1], strict=True)]
    return dict(zip(row, middle, strict=True))


def placed(rows: list[list[str]], neighbours: dict[str, list[str]]) -> dict[str, tuple[float, float]]:
    """Return the middle of every box and lane, as near to the mean of its neighbours as its floor has room."""
    left = {name: WIDTH * (n + 0.5) / len(row) for row in rows for n, name in enumerate(row)}
    for turn in range(80):
        for row in rows if turn % 2 else rows[::-1]:
            means = {name: [left[other] for other in neighbours.get(name, [name])] for name in row}
            left |= apart(row, {name: sum(found) / len(found) for name, found in means.items()})
    least = min(x - half(name) for name, x in left.items()) - GAP
    most = max(x + half(name) for name, x in left.items()) + GAP
    scale = min(1.0, WIDTH / (most - least))
    shift = (WIDTH - scale * (most + least)) / 2
    return {name: (scale * left[name] + shift, FLOOR * (n + 0.5)) for n, row in enumerate(rows) for name in row}


def curve(points: list[tuple[float, float]]) -> str:
    """Return an SVG path through points, straight down at each, so that it stays between the boxes of a floor."""
    text = "M{:.0f},{:.0f}".format(*points[0])
    for (left, top), (right, bottom) in pairwise(points):
        middle = (top + bottom) / 2
        text += f" C{left:.0f},{middle:.0f} {right:.0f},{middle:.0f} {right:.0f},{bottom:.0f}"
    return text


def drawing(arrows: Arrows) -> str:
    """Return the picture as SVG: a box for each room on its floor, and the arrows."""
    lines = paths(arrows)
    neighbours = neighbours_of(list(lines.values()))
    rows = arranged(list(lines.values()), neighbours)
    place = placed(rows, neighbours)
    height = FLOOR * len(rows)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif">',
        "<title>The rooms of semispectral, and which imports from which</title>",
        '<defs><marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0,0 L8,4 L0,8 z" fill="#56707f"/></marker></defs>',
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
    ]
    parts += [
        f'<rect y="{FLOOR * number}" width="{WIDTH}" height="{FLOOR}" fill="#f1f4f6"/>'
        for number in range(0, len(rows), 2)
    ]
    for (first, last), line in lines.items():
        points = [(place[name][0], place[name][1] + side) for name in line for side in (-HEIGHT / 2, HEIGHT / 2)][1:-1]
        parts.append(
            f'<path d="{curve(points)}" fill="none" stroke="#56707f" stroke-width="1.3" marker-end="url(#head)">'
            f"<title>{first} imports from {last}</title></path>"
        )
    for name, (x, y) in sorted(place.items()):
        if ">" not in name:
            parts.append(
                f'<rect x="{x - BOX / 2:.0f}" y="{y - HEIGHT / 2:.0f}" width="{BOX}" height="{HEIGHT}" rx="5"'
                f' fill="#ffffff" stroke="#1d3f54" stroke-width="1.4"/>'
                f'<text x="{x:.0f}" y="{y + 5:.0f}" text-anchor="middle" font-size="14" fill="#10232f">{name}</text>'
            )
    return "\n".join([*parts, "</svg>"]) + "\n"


def sentence(room: str) -> str:
    """Return what a room is for, by the first paragraph of its docstring."""
    path = PACKAGE / f"{room}.py"
    path = path if path.is_file() else PACKAGE / room / "__init__.py"
    said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return re.sub(r"``", "`", " ".join(said.partition("\n\n")[0].split()))


def table() -> str:
    """Return the table of rooms in Markdown, from the highest floor to the lowest."""
    rows = [f"| `{room}/` | {sentence(room)} |" for floor in floors() for room in floor]
    text = "\n".join(["| room | what it is for |", "|---|---|", *rows])
    return html.unescape(text.replace("`errors/`", "`errors.py`")) + "\n"


def page(text: str) -> str:
    """Return the page with the table of today between its marks."""
    before, rest = text.split(MARKS[0])
    return before + MARKS[0] + table() + MARKS[1] + rest.split(MARKS[1])[1]


if __name__ == "__main__":
    PICTURE.write_text(drawing(reduced(imports())), encoding="utf-8")
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
