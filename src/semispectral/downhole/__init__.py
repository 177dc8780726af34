"""The log of a hole by depth: as a table, as LAS, and as a figure."""
