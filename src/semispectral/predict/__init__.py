"""A new scan mapped with a trained model, with its page and its downhole log: ``semispectral predict``."""
