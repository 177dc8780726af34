"""Write what M1 and M1+M2 of a finished study are trained on into one file, for fits on another machine.

python measurements/gpu/demo_arrays.py results arrays.npz
"""

import sys
from pathlib import Path

import numpy as np

from semispectral.sampling.training_files import read_training_set
from semispectral.sampling.training_set import read_features
from semispectral.spectra.scaling import read_scaler


def main(results: Path, output: Path) -> None:
    """Read a study's normalised spectra, latents and budgets; write .npz."""
    pixels = read_features(sorted((results / "normalised_m1").rglob("*.parquet")), features="bands")
    parts = {part: pixels.where((pixels.table["part"] == part).to_numpy()).mean for part in ("train", "valid")}
    arrays = {f"m1_{part}": np.asarray(x[:]) for part, x in parts.items()}
    arrays["views"] = np.asarray(read_scaler(results / "scaler_m1").views)
    latents, budgets = (
        sorted((results / "latents" / "1").glob("*.parquet")),
        next((results / "budgets").glob("*/1.parquet")),
    )
    data = read_training_set(latents, budgets, features="latents", budget=budgets.parent.name, seed=1)
    for name in ("labelled", "unlabelled", "valid"):
        part = getattr(data, name)
        arrays |= {f"m2_{name}_mean": np.asarray(part.mean[:]), f"m2_{name}_label": part.label}
        arrays |= {f"m2_{name}_std": part.std}
    np.savez_compressed(output, **arrays)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
