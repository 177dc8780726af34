"""Semi-supervised classification of hyperspectral scans with deep generative models."""
