"""Templates for labelling in other programs: pictures, label rasters and GeoPackages (`semispectral labels`)."""
