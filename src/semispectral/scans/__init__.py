"""Read scans in blocks of lines: `formats/`, what files state (`facts/`, nodata too), `labels/`, camera `folders/`."""
