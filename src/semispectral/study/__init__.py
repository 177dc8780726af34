"""Read the files that the user writes: the configuration, scenes.tsv and classes.tsv."""
