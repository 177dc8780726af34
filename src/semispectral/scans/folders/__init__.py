"""Find the scans of a folder, with their references, as cameras and their software write them."""
