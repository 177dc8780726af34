"""Scans: read in blocks, whatever their format."""
