"""Clean, transform and normalise spectra, and keep the samples on disk."""
