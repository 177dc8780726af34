"""The stages of the benchmark, each called by the adapter of its rule."""
