"""The command line: ``semispectral check``, ``predict``, ``explain``."""
