"""Tell tray and background from core by what a study left out: learnt once, and part of the trained model."""
