"""What a file states besides its values: wavelengths, nodata, scale, bad bands, ground, position in the hole."""
