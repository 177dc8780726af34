"""Stages of the target `explore`."""
