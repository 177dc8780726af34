"""Write and read the files of the results: atomic, sealed with a checksum, and with their provenance."""
