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

# On a GPU, XLA chooses the kernels of matrix products by timing them, so that two trainings of one seed end with other
# weights, and some of its operations add in any order. Without both, they are the same bytes, also after a kill, and
# compile sooner; steps take up to a tenth longer (docs/gpu.md).
XLA_FLAGS = {"--xla_gpu_autotune_level": "0", "--xla_gpu_deterministic_ops": "true"}

for _name, _value in ENVIRONMENT.items():
    os.environ.setdefault(_name, _value)
_theirs = os.environ.get("XLA_FLAGS", "")
_ours = [f"{name}={value}" for name, value in XLA_FLAGS.items() if name not in _theirs]
os.environ["XLA_FLAGS"] = " ".join([*_theirs.split(), *_ours])
