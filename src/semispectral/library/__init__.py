"""Mineral library: reference spectra with groups, on the bands of any sensor, and the best matches of a spectrum."""
