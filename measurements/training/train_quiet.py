"""Is the machine quiet? A foreign process costs a contestant whose threads wait for each other many times its share."""

import time
from pathlib import Path

STAT = Path("/proc/stat")
LOOK_SECONDS = 0.5


def busy() -> float:
    """Share of the machine that is in use while all contestants wait; NaN where the system does not say."""
    if not STAT.is_file():
        return float("nan")
    before = _ticks()
    time.sleep(LOOK_SECONDS)
    idle, whole = (after - start for after, start in zip(_ticks(), before, strict=True))
    return 1.0 - idle / max(whole, 1)


def _ticks() -> tuple[int, int]:
    """Idle and all clock ticks so far."""
    user, nice, system, idle, wait, *rest = (int(x) for x in STAT.read_text().split("\n", 1)[0].split()[1:9])
    return idle + wait, user + nice + system + idle + wait + sum(rest)
