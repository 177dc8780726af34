"""Figures of the report: landscape, colour-blind safe, units on every axis; Matplotlib without a display."""
