"""Split pixels into parts, draw samples from the scenes, and choose the labels that each model may use."""
