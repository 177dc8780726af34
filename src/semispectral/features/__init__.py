"""Absorption features: where a feature lies, how deep and how wide it is, for every pixel, and indices made of them."""
