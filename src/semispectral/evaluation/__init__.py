"""Predictions on held-out pixels, their scores with intervals, and alerts on suspect scores."""
