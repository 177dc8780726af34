"""Every pixel of a scan classified: pipeline of trained models, streaming, and what is derived from it."""
