"""The interactive page of a scene: one HTML file with all it needs, for any browser, without server or network."""

from semispectral.page.write import write_page, write_scan_page

__all__ = ["write_page", "write_scan_page"]
