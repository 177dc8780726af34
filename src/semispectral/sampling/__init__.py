"""Split the pixels into parts, deal the pool to them, and choose the labels that each model may use."""
