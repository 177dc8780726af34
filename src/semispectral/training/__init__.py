"""Training of M1 and M2: losses, batches, the epochs of a fit (`fit.py`), early stopping, checkpoints, devices."""

from importlib.util import find_spec

import semispectral.models  # noqa: F401 - sets what TensorFlow reads from the environment, before it is imported

if find_spec("tensorflow") is None:
    raise ImportError("training needs TensorFlow, which is not installed: pip install 'semispectral[train]'")
