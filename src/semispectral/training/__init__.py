"""Training of M1 and M2: losses, batches, the epochs of a fit (`fit.py`), early stopping, checkpoints, devices."""

import semispectral.models  # noqa: F401 - sets what TensorFlow reads from the environment, before it is imported
