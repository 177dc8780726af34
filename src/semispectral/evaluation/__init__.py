"""Predictions on held-out pixels, their scores with intervals, and what makes a score suspect."""
