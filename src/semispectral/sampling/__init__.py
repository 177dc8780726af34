"""Split the study into parts with a buffer between them, deal the pool to them, and choose the labels for training."""
