"""Command line: ``semispectral check``, ``predict``, ``explain``."""
