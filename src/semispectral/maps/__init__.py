"""Classify every pixel of a scan: trained models, streaming, map files, pictures and their colours (`picture.py`)."""
