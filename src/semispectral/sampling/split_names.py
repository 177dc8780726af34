"""Names of splits and of their files; whoever reads one of them needs nothing else of how it was made."""

MAIN = "main"  # the split of the main line, that of the section `split`
INDUCTIVE, TRANSDUCTIVE = "inductive", "transductive"
REGIMES = (INDUCTIVE, TRANSDUCTIVE)

QUOTAS, PIXELS, CLASSES, WARNINGS = "quotas.parquet", "pixels.parquet", "classes.json", "warnings.json"
PARTS_FOLDER = "parts"
M1_FILE, LABELS_FILE, BANDS_FILE = "m1.parquet", "labels.parquet", "bands.json"  # of the benchmark's
