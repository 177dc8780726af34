"""The interactive page of a scene: one HTML file that needs neither a server nor a network."""

from semispectral.page.write import write_page, write_scan_page

__all__ = ["write_page", "write_scan_page"]
