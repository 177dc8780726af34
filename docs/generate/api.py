"""A hook of MkDocs: the pages of the API reference, one for each part of the package, from its docstrings.

Every module of the package stands on exactly one page; `PAGES` says what begins which page.
"""

from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

SOURCE = Path(__file__).resolve().parents[2] / "src"
# page: (title, what it says first, names of modules and packages)
PAGES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "estimators": (
        "Estimators",
        "The models with the scikit-learn API: see [the page with an example](../estimators.md).",
        ("estimators",),
    ),
    "models": (
        "Models and inference",
        "M1, M2 and how they train (TensorFlow), and the same forward passes in NumPy. The symbols are on "
        "[the page of the models](../model.md).",
        ("models", "training", "inference"),
    ),
    "scans": (
        "Scans, labels, pixels",
        "What is read from files, and the containers in which it travels.",
        ("study", "scans", "census", "simulate"),
    ),
    "spectra": (
        "Cleaning and scaling spectra",
        "What is done to spectra before a model sees them.",
        ("spectra",),
    ),
    "data": (
        "Counting, splitting, drawing",
        "From a scan to the pixels that train, validate and test.",
        ("pool", "sampling"),
    ),
    "comparison": (
        "Baselines and scores",
        "What a model is compared with, and how.",
        ("classifiers", "evaluation"),
    ),
    "maps": (
        "Maps, logs, the model to take home",
        "What is done with a trained model; none of it needs TensorFlow.",
        ("maps", "page", "downhole", "drillholes", "holes", "mixtures", "explore"),
    ),
    "report": (
        "Figures and report",
        "What people look at.",
        ("figures", "report", "benchmark"),
    ),
    "workflow": (
        "Configuration, command line, errors",
        "What the workflow's rules use, and whatever no other page has.",
        ("commands", "check", "workflow", "storage", "errors"),
    ),
}  # fmt: skip
LAST = list(PAGES)[-1]


def modules() -> list[str]:
    """Dotted names of all modules below the package that have something to show, packages by their own name."""
    found = []
    for path in sorted(SOURCE.glob("semispectral/**/*.py")):
        parts = path.relative_to(SOURCE).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        if name != "semispectral":
            found.append(name)
    return found


def page_of(module: str) -> str:
    """The page that a module stands on; the last where none names it."""
    top = module.split(".")[1]
    return next((page for page, (_, _, names) in PAGES.items() if top in names), LAST)


def text_of(page: str) -> str:
    """The source of one page: a heading, a sentence, and a line for mkdocstrings for each module."""
    title, words, names = PAGES[page]
    place = {name: number for number, name in enumerate(names)}
    wanted = [module for module in modules() if page_of(module) == page]
    wanted.sort(key=lambda module: place.get(module.split(".")[1], len(place)))
    return "\n\n".join([f"# {title}", words, *(f"::: {module}" for module in wanted)]) + "\n"


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages."""
    for page in PAGES:
        files.append(File.generated(config, f"api/{page}.md", content=text_of(page)))
    return files
