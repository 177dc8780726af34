"""Mixtures: the shares of the classes in every pixel, beside its class, with an error for each (`unmix.py`)."""
