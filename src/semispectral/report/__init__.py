"""The report: data, split, training, results, and how far to trust them."""
