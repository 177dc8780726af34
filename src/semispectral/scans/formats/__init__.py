"""Tell the format of a file, and read each format."""
