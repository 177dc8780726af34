"""Check a study before it runs: jobs, estimated time, and errors (``semispectral check``)."""
