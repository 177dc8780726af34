"""Files of the results: written whole, sealed, checked when they are read, and saying what made them."""
