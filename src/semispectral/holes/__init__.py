"""The page of a whole hole: core, map, shares and absorption features by depth, without a server (`hole_page.py`)."""
