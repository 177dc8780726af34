"""What ran, as the report shows it."""

from semispectral.provenance import COMMIT, PACKAGES, commit, current, versions

__all__ = ["COMMIT", "PACKAGES", "commit", "current", "versions"]
