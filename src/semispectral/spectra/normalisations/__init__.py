"""Normalisations of spectra: what each does to its columns, and the table that lists them."""
