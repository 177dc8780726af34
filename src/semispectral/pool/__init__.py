"""Draw the pool of each scene, once for all splits: pixels whatever their labels, and labelled pixels by class."""
