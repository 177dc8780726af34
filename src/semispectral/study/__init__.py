"""What the user writes: the configuration, scenes.tsv, classes.tsv, and the names and numbers in them."""
