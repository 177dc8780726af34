"""Read the labels of a scan: rasters, pictures and polygons, laid over its pixels."""
