"""Trained models in NumPy: whatever is done with a model after training needs no TensorFlow."""
