"""Times, sizes, counts and rates as people read them."""


def clock(seconds: float) -> str:
    """A duration: ``3.2 s``, ``48 s``, ``6 min 05 s``, ``3 h 12 min``."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def megabytes(size_mb: float) -> str:
    """A size that is given in MB: ``320 kB``, ``4.1 MB``, ``62 MB``, ``1.4 GB``."""
    for factor, unit in ((1e-6, "TB"), (1e-3, "GB"), (1, "MB")):
        value = size_mb * factor
        if value >= 1:
            return f"{value:.1f} {unit}" if value < 9.95 else f"{value:.0f} {unit}"
    return f"{1e3 * size_mb:.0f} kB"


def count(value: int) -> str:
    """A count, its thousands apart: ``12 480``."""
    return f"{value:,}".replace(",", " ")


def rate(amount: float, seconds: float) -> float:
    """So much a second, whatever the clock's resolution."""
    return amount / max(seconds, 1e-3)
