"""Tables of drill holes that people keep: intervals by depth, collars and surveys (`table_rows.py` reads them)."""
