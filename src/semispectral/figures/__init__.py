"""Figures for people: landscape, colour-blind safe, units on every axis; matplotlib without a display."""
