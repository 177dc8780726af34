"""Who trains and who tests, which pixels are drawn, and which labels each model may see."""
