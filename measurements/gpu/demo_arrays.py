"""Write what M1 and M1+M2 of a finished study are trained on into one file, for fits on another machine.

python measurements/gpu/demo_arrays.py results arrays.npz
"""

import sys
from pathlib import Path

import numpy as np

from semispectral.sampling.training_files import read_training_set
from semispectral.sampling.training_set import read_views
from semispectral.spectra.scaling import read_scaler


def main(results: Path, output: Path) -> None:
    """Read a study's samples of M1, its scale (that of the bands, if M1 has none of its own), latents and labels."""
    scale = next(path for path in (results / "scaler/m1", results / "scaler/bands") if path.is_dir())
    scaler = read_scaler(scale)
    pixels = read_views(sorted((results / "sample_m1").glob("*.parquet")), scaler)
    parts = {part: pixels.where((pixels.table["part"] == part).to_numpy()).mean for part in ("train", "valid")}
    arrays = {f"m1_{part}": np.asarray(x[:]) for part, x in parts.items()}
    arrays["views"] = np.asarray(scaler.views)
    labels_per_class = next((results / "labels_per_class").glob("*/1.parquet"))
    data = read_training_set(
        sorted((results / "latents/1").glob("*.parquet")),
        labels_per_class,
        features="latents",
        per_class=labels_per_class.parent.name,
        seed=1,
        scaler_directory=scale,
        pixels_file=results / "splits/main/pixels.parquet",
    )
    for name in ("labelled", "unlabelled", "valid"):
        part = getattr(data, name)
        arrays |= {f"m2_{name}_mean": np.asarray(part.mean[:]), f"m2_{name}_label": part.label}
        arrays |= {f"m2_{name}_std": part.std}
    np.savez_compressed(output, **arrays)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
