"""Command line: ``semispectral check``, ``predict``, ``explain``, ``labels``, ``library``, ``scenes``."""
