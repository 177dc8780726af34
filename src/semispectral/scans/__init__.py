"""Read scans of any format in blocks of lines."""
