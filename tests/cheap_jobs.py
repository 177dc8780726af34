"""The warm process of a run's jobs, for calls whose jobs do without what takes them long and few tests look at.

Trainings do without XLA, and those of a few steps without graphs. Figures are put together, but empty ones are
written: to lay them out and to draw them takes Matplotlib several times as long as all else that these jobs do.

`forks.py` starts it in the place of `semispectral.workflow.warm_process`.
"""

import os
import sys
from importlib import import_module
from typing import Any

from semispectral.workflow import warm_process

CHEAP = "TESTS_RUN_CHEAP_JOBS"  # a variable of the environment of a call, and so of its jobs
DOTS_PER_INCH = 20
become = warm_process._become


def become_cheap(*given: Any) -> None:
    """Begin a job, which is cheap if the call wants that."""
    become(*given)
    if CHEAP in os.environ:
        if "semispectral.training.compiled" in sys.modules:
            late_graphs = import_module("late_graphs")  # it imports TensorFlow, as this job did
            late_graphs.train_with_late_graphs()
        if "matplotlib.figure" in sys.modules:
            draw_nothing()


def draw_nothing() -> None:
    """Let every figure be written as an empty one of its size."""
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    save = Figure.savefig

    def save_nothing(figure: Figure, *given: Any, **options: Any) -> None:
        save(Figure(figure.get_size_inches()), *given, **options | {"dpi": DOTS_PER_INCH})

    replaced: Any = Figure
    replaced.savefig = save_nothing
    replaced.get_tightbbox = lambda figure, *_, **__: figure.bbox_inches
    layout: Any = ConstrainedLayoutEngine
    layout.execute = lambda *_: None


if __name__ == "__main__":
    warm_process._become = become_cheap
    warm_process.main()
