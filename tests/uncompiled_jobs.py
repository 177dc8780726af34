"""The warm process of a run's jobs, for calls whose trainings do without XLA and graphs: they are a few steps long.

`forks.py` starts it in the place of `semispectral.workflow.warm_process`.
"""

import os
import sys
from typing import Any

from semispectral.workflow import warm_process

UNCOMPILED = "TESTS_TRAIN_UNCOMPILED"  # a variable of the environment of a call, and so of its jobs
become = warm_process._become


def become_uncompiled(*given: Any) -> None:
    """Begin a job, in which every step runs operation by operation if the call wants that."""
    become(*given)
    if UNCOMPILED in os.environ and "semispectral.training.compiled" in sys.modules:
        import tensorflow as tf

        from semispectral.training.compiled import Programme

        tf.config.run_functions_eagerly(True)
        Programme.stretch = Programme._stretch  # type: ignore[method-assign]


if __name__ == "__main__":
    warm_process._become = become_uncompiled
    warm_process.main()
