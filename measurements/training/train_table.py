"""The tables of train.py in Markdown: seconds, spread, ratio to ours, memory, floor, goals."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

OURS, BFLOAT16 = "ours", "ours-bfloat16"
GOALS = {
    "M1": {"pytorch": 1.0, "pyro": 1.2, BFLOAT16: 1.3},
    "M2, 11 classes": {"pytorch": 1.4, "pyro": 2.5, BFLOAT16: 1.3},
    "M2, 100 classes": {"pytorch": 2.0, "pyro": 3.0, BFLOAT16: 1.3},
}
SAME_BOUND = 0.005
QUIET = 0.1  # of the machine that others may use


@dataclass(frozen=True)
class Row:
    """A contestant's figures: seconds of a whole pass in each round, and of its first chunk beyond a usual one."""

    name: str
    seconds: tuple[float, ...]
    processor: tuple[float, ...]
    compiling: float
    peak_mb: float
    bound: float

    @property
    def median(self) -> float:
        """Seconds of a pass."""
        return median(self.seconds)


def markdown(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def seconds_table(rows: dict[str, Row]) -> str:
    """One line for each contestant; the ratios are how many times ours its medians are."""
    ours = rows[OURS].median if OURS in rows else float("nan")
    our_processor = median(rows[OURS].processor) if OURS in rows else float("nan")
    header = ["", "seconds", "least to most", "times ours", "of the processor", "times ours", "peak memory, MB"]
    header += ["compiling, s", "bound"]
    lines = [
        [
            row.name,
            figures(row.median),
            f"{figures(min(row.seconds))} to {figures(max(row.seconds))}",
            f"{row.median / ours:.2f}",
            figures(median(row.processor)),
            f"{median(row.processor) / our_processor:.2f}",
            f"{row.peak_mb:.0f}",
            f"{max(row.compiling, 0.0):.1f}",
            f"{row.bound:.2f}",
        ]
        for row in rows.values()
    ]
    return markdown(header, lines)


def figures(value: float) -> str:
    """Three figures, without an exponent."""
    return f"{value:.{max(0, 2 - len(str(int(abs(value)))) + 1)}f}"


def goal_lines(task: str, rows: dict[str, Row]) -> list[str]:
    """Each goal of a task and how far it is, by the seconds of the processor; none without ours."""
    if OURS not in rows:
        return []
    ours, found = rows[OURS], []
    for name, goal in GOALS.get(task, {}).items():
        if name not in rows:
            continue
        ahead = name == BFLOAT16  # the only one that is to be faster than ours, float32
        own, other = median(ours.processor), median(rows[name].processor)
        ratio = own / other if ahead else other / own
        who = "bfloat16 against our float32" if ahead else f"ours against {rows[name].name}"
        found.append(f"- {who}: {ratio:.2f} x, goal {goal:.1f} x: {said(ratio >= goal)}")
    if BFLOAT16 in rows:
        apart = abs(rows[BFLOAT16].bound / ours.bound - 1.0)
        found.append(
            f"- bound in bfloat16: {apart:.2%} from float32, goal {SAME_BOUND:.1%}: {said(apart <= SAME_BOUND)}"
        )
    return found


def said(met: bool) -> str:
    """In words."""
    return "met" if met else "not met"


def floor_lines(seconds: dict[str, float], gflop: float, ours: float | None) -> list[str]:
    """What a pass needs at the measured rates of the machine, and where ours stands."""
    whole = sum(seconds.values())
    parts = ", ".join(f"{name} {figures(value)} s" for name, value in seconds.items())
    beside = f"; ours is {ours / whole:.2f} x that" if ours else ""
    return [f"- floor: {figures(whole)} s ({parts}; {gflop:.0f} GFLOP){beside}"]


def rates_table(rates: dict[str, dict[str, float]]) -> str:
    """The measured limits, way by way: GFLOP/s and Gelements/s."""
    kinds = {
        "gemm": "GEMM, GFLOP/s",
        "softplus": "softplus, Gelement/s",
        "softplus_gradient": "its gradient",
        "normals": "normal draws",
    }
    lines = [
        [way, *(f"{1e-9 * found[kind]:.3g}" if kind in found else "" for kind in kinds)] for way, found in rates.items()
    ]
    return markdown(["", *kinds.values()], lines)


def linear_line(name: str, at: Sequence[float], seconds: Sequence[float]) -> str:
    """A straight line through seconds, and how far they are from it at most."""
    mean_x, mean_y = sum(at) / len(at), sum(seconds) / len(seconds)
    slope = sum((x - mean_x) * (y - mean_y) for x, y in zip(at, seconds, strict=True)) / sum(
        (x - mean_x) ** 2 for x in at
    )
    start = mean_y - slope * mean_x
    off = max(abs(y - start - slope * x) for x, y in zip(at, seconds, strict=True)) / max(seconds)
    return (
        f"{figures(start)} s + {slope:.3g} s for each {name}; no point is farther from it than {off:.1%} of the longest"
    )


def quiet_line(foreign: float) -> str:
    """How much of the machine others used, and that the figures are worth little where it was much."""
    if math.isnan(foreign):
        return "Whether other processes ran is not known."
    warning = "" if foreign <= QUIET else " **The machine was not quiet: only the seconds of the processor compare.**"
    return f"Before the rounds other processes used at most {foreign:.0%} of the machine.{warning}"


def marks(name: str) -> tuple[str, str]:
    """Comments between which a page has a table."""
    return f"<!-- {name}: begin -->", f"<!-- {name}: end -->"


def has_marks(page: str, name: str) -> bool:
    """Both, in this order."""
    first, last = marks(name)
    return first in page and last in page.split(first, 1)[1]


def filled(page: str, name: str, text: str) -> str:
    """A page whose text between the marks of this name is replaced; without such marks, the text alone."""
    if not has_marks(page, name):
        return f"{text}\n"
    first, last = marks(name)
    before, rest = page.split(first, 1)
    return f"{before}{first}\n\n{text}\n{last}{rest.split(last, 1)[1]}"
