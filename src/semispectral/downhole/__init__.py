"""Downhole log of a drill hole: as a table, as LAS, and as a figure."""
