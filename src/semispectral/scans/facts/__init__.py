"""Read the facts that a file states besides its values: wavelengths, nodata, scale, bad bands, position."""
