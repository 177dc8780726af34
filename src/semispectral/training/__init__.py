"""Training of M1 and M2: batches, optimisers, compiled steps, checkpoints, devices."""

import semispectral.models  # noqa: F401 - sets what TensorFlow reads from the environment, before it is imported
