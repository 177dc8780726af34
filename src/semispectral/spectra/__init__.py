"""Apply references, clean (`cleaning.py`), transform and normalise spectra, and keep the samples on disk."""
