"""M1, M2 and the SDGM: networks, densities and bounds. Importing this package alone does not load TensorFlow."""

import os

# TensorFlow reads these when it is imported, and only this package and `training`, which imports it, use it: they are
# set here, for the workflow's jobs and for the estimators alike. What the user has set stays. oneDNN's rewriting of
# graphs, which TensorFlow turns on by itself on processors with AVX-512, loses the leading axis of a product to which
# an array [1, 1, width] is added: see docs/decisions/0013-reruns-and-processors.md. Nothing here uses Keras; TensorFlow
# imports it by itself, and Keras 3 brings 1 to 1.5 s of imports that the older one, which TFP imports anyway, does not.
ENVIRONMENT = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "AUTOGRAPH_VERBOSITY": "0",
    "TF_FORCE_GPU_ALLOW_GROWTH": "true",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "TF_USE_LEGACY_KERAS": "1",
}

for _name, _value in ENVIRONMENT.items():
    os.environ.setdefault(_name, _value)
