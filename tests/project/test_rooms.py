"""The rooms of the package: how many modules each has, how they are named, and the picture of them."""

import importlib.util
import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src/semispectral"
MOST_MODULES = 18
MOST_NAMESAKES = 2
specification = importlib.util.spec_from_file_location("rooms", ROOT / "docs/generate/rooms.py")
assert specification is not None
assert specification.loader is not None
rooms = importlib.util.module_from_spec(specification)
specification.loader.exec_module(rooms)


def test_a_room_can_be_looked_over() -> None:
    """No folder of the package has more than 18 modules, and its root holds the errors alone."""
    folders = [PACKAGE, *(path for path in PACKAGE.rglob("*") if path.is_dir() and path.name != "__pycache__")]
    counts = {path: len(list(path.glob("*.py"))) - (path / "__init__.py").is_file() for path in folders}
    assert {str(path): count for path, count in counts.items() if count > MOST_MODULES} == {}
    files = {path.name for path in PACKAGE.iterdir() if path.is_file()}
    assert files == {"__init__.py", "errors.py", "py.typed"}


def test_a_module_is_found_by_its_name() -> None:
    """No more than two modules have one name."""
    names = Counter(path.name for path in PACKAGE.rglob("*.py") if path.name != "__init__.py")
    assert [name for name, count in names.items() if count > MOST_NAMESAKES] == []


def test_tests_lie_in_the_rooms_of_what_they_test() -> None:
    """Each folder of the tests is named like a room, but those of what is no module of the package."""
    folders = {path.name for path in (ROOT / "tests").iterdir() if path.is_dir() and any(path.glob("test_*.py"))}
    assert folders - {"measurements", "project", "slurm"} <= {path.name for path in PACKAGE.iterdir()}


def test_the_picture_and_the_table_of_rooms_are_current() -> None:
    """The picture has the floors of the contract and the imports of the code; the table has the rooms' docstrings."""
    assert rooms.PICTURE.read_text(encoding="utf-8") == rooms.drawing(rooms.reduced(rooms.imports())), "run: make docs"
    page = rooms.PAGE.read_text(encoding="utf-8")
    assert page == rooms.page(page), "run: make docs"


def test_arrows_that_follow_from_others_are_left_out() -> None:
    """Of a to b, b to c, and a to c the last is not drawn."""
    assert rooms.reduced({("a", "b"), ("b", "c"), ("a", "c")}) == {("a", "b"), ("b", "c")}


def test_every_import_between_rooms_leads_down() -> None:
    """The arrows of the picture lead to lower floors."""
    floor_of = {room: number for number, floor in enumerate(rooms.floors()) for room in floor}
    assert all(floor_of[first] < floor_of[last] for first, last in rooms.imports())


def test_files_to_open_are_there() -> None:
    """Each path in the table of what to open for a change is a file of the package, or of the project's root."""
    rows = (
        (ROOT / "docs/architecture.md")
        .read_text(encoding="utf-8")
        .split("### To change something")[1]
        .split("\n## ")[0]
    )
    named = re.findall(r"`([\w/]+\.\w+)`", rows)
    assert len(named) > 20
    assert [name for name in named if not any((top / name).is_file() for top in (ROOT, PACKAGE))] == []
