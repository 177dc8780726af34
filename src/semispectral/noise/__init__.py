"""Estimate the noise of the spectra, and how it is correlated between bands, from pixels that lie side by side."""
