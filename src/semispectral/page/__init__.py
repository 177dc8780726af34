"""The interactive page of a scene: one HTML file that needs neither a server nor a network."""

from semispectral.page.mapped import write_page, write_scan_page
from semispectral.page.unmapped import write_unmapped_page

__all__ = ["write_page", "write_scan_page", "write_unmapped_page"]
