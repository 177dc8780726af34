"""The interactive page of a scene, which needs neither a server nor a network, and the pixels that it shows."""

from semispectral.page.mapped import write_page
from semispectral.page.tiles import write_pixels
from semispectral.page.unmapped import write_unmapped_page

__all__ = ["write_page", "write_pixels", "write_unmapped_page"]
