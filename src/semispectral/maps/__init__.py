"""Classify every pixel of a scan: trained models, streaming, map files and pictures."""
