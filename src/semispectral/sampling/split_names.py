"""Names of the files of a split; whoever reads one of them needs nothing else of how it was made."""

QUOTAS, PIXELS, CLASSES, WARNINGS = "quotas.parquet", "pixels.parquet", "classes.json", "warnings.json"
PARTS_FOLDER = "parts"
M1_FILE, LABELS_FILE, BANDS_FILE = "m1.parquet", "labels.parquet", "bands.json"  # of the benchmark's
