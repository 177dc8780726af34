"""Stages that deal the pool: the split, its pixels, the labels of a run, the scale."""
