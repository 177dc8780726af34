"""Spectra: cleaned, transformed and scaled, and the shards that hold them."""
