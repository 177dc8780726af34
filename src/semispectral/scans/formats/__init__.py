"""The file formats: which format a file has, and a reader for each."""
