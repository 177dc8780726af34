"""Count the content of each scan once, and check that the scans fit together and that none is a copy."""
