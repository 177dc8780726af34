"""Name the commands that run the study in the working directory, for messages that send the user to them."""

from pathlib import Path

SNAKEFILES = ("Snakefile", "workflow/Snakefile", "snakefile")  # where Snakemake looks in a clone or another workflow


def run_command(words: str = "") -> str:
    """Return the command line: Snakemake's where it finds a workflow, and ``semispectral run`` in any other folder.

    Parameters
    ----------
    words : targets and options of Snakemake.
    """
    program = "snakemake" if any(Path(name).is_file() for name in SNAKEFILES) else "semispectral run"
    return f"{program} {words}".rstrip()


def resume_command() -> str:
    """Return the command line that goes on after a crash: a clone's, or that of a folder of its own."""
    return "make resume" if Path("Makefile").is_file() else "semispectral resume"
