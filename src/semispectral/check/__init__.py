"""What a run would do, and every mistake that can be found before it: ``semispectral check``."""
