"""Which versions of the packages that train are known to work together; nothing is imported to tell."""

from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version

KNOWN = {"tensorflow": "2.21", "tensorflow-probability": "0.25", "tf-keras": "2.21"}  # with any last number
OTHER_NAMES = {"tensorflow": ("tensorflow-cpu",)}  # the same package in another build
INSTALL = "pip install 'semispectral[train]'"


def installed() -> dict[str, str]:
    """Return the installed version of each package, empty where there is none."""
    return {name: _first_of(name, *OTHER_NAMES.get(name, ())) for name in KNOWN}


def _first_of(*names: str) -> str:
    for name in names:
        try:
            return version(name)
        except PackageNotFoundError:
            continue
    return ""


def missing(found: Mapping[str, str]) -> str:
    """Return a sentence on packages that are not installed; empty where all are.

    Parameters
    ----------
    found : version by package, as `installed` returns it.

    Examples
    --------
    >>> missing({"tensorflow": "2.21.0", "tensorflow-probability": "0.25.0", "tf-keras": ""})
    "training needs tf-keras, which is not installed: pip install 'semispectral[train]'"
    """
    names = " and ".join(name for name in KNOWN if not found[name])
    are = "are" if " and " in names else "is"
    return f"training needs {names}, which {are} not installed: {INSTALL}" if names else ""


def unknown(found: Mapping[str, str]) -> str:
    """Return a sentence on versions that are not known to work together; empty where they are, or one is missing.

    Parameters
    ----------
    found : version by package, as `installed` returns it.
    """
    fits = all(found[name].startswith(f"{wanted}.") for name, wanted in KNOWN.items())
    return "" if fits or missing(found) else found_and_known(found)


def found_and_known(found: Mapping[str, str] | None = None) -> str:
    """Return what is installed and what is known to work, with what to do.

    Parameters
    ----------
    found : version by package; None asks for what is installed.
    """
    found = installed() if found is None else found
    here = ", ".join(f"{name} {found[name] or 'none'}" for name in KNOWN)
    good = ", ".join(f"{name} {wanted}" for name, wanted in KNOWN.items())
    return f"installed are {here}; known to work together are {good}: {INSTALL}"
