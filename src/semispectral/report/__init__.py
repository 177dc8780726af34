"""The page of results: what went in, how it was split and trained, what came out, and how far to trust it."""
