"""A row of a table of scenes that is right, and how tests write such tables."""

from pathlib import Path

GOOD = {
    "scene": "DH1_1",
    "hole": "DH1",
    "data": "scans/kärn 1.h5",
    "data_key": "/hsimage/data",
    "labels": "",
    "labels_key": "/hsimage/labels",
    "axes": "line,sample,band",
    "wavelengths": "/hsimage/wavelengths",
    "scale": "2.5e-5",
    "nodata": "",
    "use": "1-99",
    "ignore": "255",
}


def write_scenes(path: Path, *rows: dict[str, str], header: list[str] | None = None) -> Path:
    """Write rows as a table of scenes; the columns are those of the first row, or `header`."""
    names = header or list(rows[0])
    lines = ["\t".join(names), *("\t".join(row.values()) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
