"""M1, M2 and their training: the only TensorFlow in the package. Importing this package alone does not load it."""

import os

# TensorFlow reads these when it is imported, and all of its modules lie below this package: they are set here, for the
# workflow's jobs and for the estimators alike. What the user has set stays. oneDNN's rewriting of graphs, which
# TensorFlow turns on by itself on processors with AVX-512, loses the leading axis of a product to which an array
# [1, 1, width] is added: see docs/decisions/0013-reruns-and-processors.md.
ENVIRONMENT = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "AUTOGRAPH_VERBOSITY": "0",
    "TF_FORCE_GPU_ALLOW_GROWTH": "true",
    "TF_ENABLE_ONEDNN_OPTS": "0",
}

for _name, _value in ENVIRONMENT.items():
    os.environ.setdefault(_name, _value)
