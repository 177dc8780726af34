"""M1, M2 and their training: the only TensorFlow in the package. Importing this package alone does not load it."""
