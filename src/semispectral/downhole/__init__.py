"""Downhole log of a drill hole: shares by depth with their bounds (`log.py`), as a table, as LAS, and as a figure."""
