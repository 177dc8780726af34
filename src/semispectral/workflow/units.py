"""Format times, sizes, counts and rates for people."""


def clock(seconds: float) -> str:
    """Return a duration as text: ``3.2 s``, ``48 s``, ``6 min 05 s``, ``3 h 12 min``.

    Parameters
    ----------
    seconds : float, duration, in seconds.

    Examples
    --------
    >>> clock(365.0)
    '6 min 05 s'
    """
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def megabytes(size_mb: float) -> str:
    """Return a size as text: ``320 kB``, ``4.1 MB``, ``62 MB``, ``1.4 GB``.

    Parameters
    ----------
    size_mb : float, size, in MB.

    Examples
    --------
    >>> megabytes(1400.0)
    '1.4 GB'
    """
    for factor, unit in ((1e-6, "TB"), (1e-3, "GB"), (1, "MB")):
        value = size_mb * factor
        if value >= 1:
            return f"{value:.1f} {unit}" if value < 9.95 else f"{value:.0f} {unit}"
    return f"{1e3 * size_mb:.0f} kB"


def count(value: int) -> str:
    """Return a count with its thousands apart: ``12 480``.

    Parameters
    ----------
    value : int, the count.
    """
    return f"{value:,}".replace(",", " ")


def rate(amount: float, seconds: float) -> float:
    """Return an amount per second; very short times do not divide by zero.

    Parameters
    ----------
    amount : float, the amount.
    seconds : float, duration, in seconds.
    """
    return amount / max(seconds, 1e-3)
