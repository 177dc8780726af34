"""Trained models in NumPy: nothing that is done with a model after training needs TensorFlow."""
