"""Find the files of the workflow itself: those of a clone, or those that an installed package brings."""

from pathlib import Path

from semispectral.errors import MissingFileError

SNAKEFILE, SCHEMA = Path("Snakefile"), Path("config/config.schema.yaml")
CLONE = Path(__file__).resolve().parents[3]
SHIPPED = Path(__file__).resolve().parents[1] / "shipped"  # setup.py puts them there in a wheel


def workflow_folder() -> Path:
    """Return the folder of the Snakefile: the working directory, or what the package was installed from or brings.

    Raises
    ------
    MissingFileError : none of them holds a workflow.
    """
    for folder in (Path.cwd(), CLONE, SHIPPED):
        if (folder / SCHEMA).is_file() and (folder / SNAKEFILE).is_file():
            return folder
    raise MissingFileError(
        f"{Path.cwd()}: the folder of the workflow (Snakefile, {SCHEMA}) is needed; change into it, or name it with "
        "--workflow"
    )
