"""Write a result again and again, each time killed (-9) one line later: ``killed_writers.py KIND FOLDER``.

A program of its own, because it forks some hundred times: a small process does so in a tenth of a worker's time. It
prints as JSON how many lines there were, which numbers a reader found after a kill, and what lies in the folder at the
end. Each kind imports what it needs and no more.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from semispectral.storage import atomic
from semispectral.storage.atomic import replacing_files, write_atomically

Write, Read = Callable[[Path, float], Any], Callable[[Path], Any]
TOGETHER = ("a", "b", "last")


def file() -> tuple[Write, Read]:
    """A file of one number."""
    return lambda path, value: write_atomically(path, str(value).encode()), lambda path: float(path.read_text())


def files() -> tuple[Write, Read]:
    """Three files of one number, the last of which says that the others are there."""

    def write(path: Path, value: float) -> None:
        with replacing_files(path, last="last") as unfinished:
            for name in TOGETHER:
                write_atomically(unfinished / name, str(value).encode())

    def read(path: Path) -> float | str | None:
        if not (path / "last").exists():
            return None
        found = {float((path / name).read_text()) for name in TOGETHER}
        return found.pop() if len(found) == 1 else "of several runs"

    return write, read


def table() -> tuple[Write, Read]:
    """A table of one number."""
    import pandas as pd

    from semispectral.storage.parquet import read_table, write_table

    return lambda path, value: write_table(path, pd.DataFrame({"x": [value]})), lambda path: read_table(path)["x"][0]


def shard() -> tuple[Write, Read]:
    """A shard, all of whose values are one number."""
    import numpy as np
    import pandas as pd

    from semispectral.scans.cube import Pixels
    from semispectral.spectra.shards import read_shard, write_shard

    columns = {"scene": "a", "hole": "h", "line": range(6), "sample": 0, "code": 1, "label": 0, "part": "train"}
    types = {"line": np.int32, "sample": np.int32, "code": np.int32, "label": np.int16}
    places = pd.DataFrame(columns).astype(types)
    return (
        lambda path, value: write_shard(path, Pixels(np.full((6, 3), value, np.float32), places)),
        lambda path: float(read_shard(path).x.mean()),
    )


def model() -> tuple[Write, Read]:
    """A model, all of whose weights are one number."""
    import numpy as np

    from semispectral.storage.model_files import load_model, save_model

    return (
        lambda path, value: save_model(path, {"w": np.full(4, value, np.float32)}, {"kind": "toy"}, {"more": b"x"}),
        lambda path: float(load_model(path)[0]["w"].mean()),
    )


KINDS = {made.__name__: made for made in (file, files, table, shard, model)}


def killed_at_line(number: int, act: Callable[[], Any]) -> bool:
    """Act in a child process that is killed before the n-th line of what writes; whether it was."""
    child = os.fork()
    if not child:
        left = number
        ours = (atomic.__file__, str(Path(atomic.__file__).with_name("model_files.py")))

        def count(frame: FrameType, event: str, argument: object) -> Any:
            nonlocal left
            if frame.f_code.co_filename not in ours:
                return None
            left -= event == "line"
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return count

        sys.settrace(count)
        act()
        sys.settrace(None)
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def main(kind: str, folder: Path) -> None:
    """Kill before each line in turn, and print what was found."""
    write, read = KINDS[kind]()
    path = folder / "result" if kind != "files" else folder
    kills, seen, died = 0, set(), True
    while died:
        write(path, 1)
        died = killed_at_line(kills, lambda: write(path, 2))
        seen.add(read(path) if path.exists() else None)
        kills += died
    write(path, 3)
    left = sorted(found.name for found in folder.iterdir())
    found = [None if each is None else each if isinstance(each, str) else float(each) for each in seen]
    sys.stdout.write(json.dumps({"kills": kills, "seen": found, "left": left, "at the end": float(read(path))}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
