"""What more unlabelled pixels are worth, and what they cost: accuracy and seconds by the size of the unlabelled sample.

    python measurements/scale/pool_size.py --seeds 101 102 --output FOLDER

For each seed a collection of three holes is simulated, of large scans with fewer bands, and the workflow is run to its
scores with one setting after the other. These collections are in no benchmark, and the scores of their held-out hole
serve to choose settings. Scans are far larger than the sample, as real ones are: hardly a drawn pixel is beside a
labelled one. Every row is kept under --output; a run measures what is not there yet.
"""

import argparse
import itertools
import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd
import yaml
from made_collections import Size, write_real, write_tables

from semispectral.study.config import lay_over

ROOT = Path(__file__).resolve().parents[2]
SCORES = "results/evaluation/main/inductive"
METHODS = {"M1+M2": ("m2", "latents"), "MNF + SVM": ("svm", "mnf"), "default map": ("m2_svms_lda", "latents_mnf")}
PARTS = {"unseen hole": "test", "valid": "valid"}  # what the parts of this split are here


@dataclass(frozen=True)
class Setting:
    """Unlabelled training pixels, the most steps of an epoch of M2, and whether M2 takes neighbours of labels."""

    unlabelled: int
    most_steps: int
    neighbours: bool = True

    def config(self, *, per_scene: int) -> dict[str, object]:
        """The settings of the study; the same pixels are drawn from each scene whatever the size of the sample."""
        return {
            "sample": {"unlabelled": self.unlabelled, "unlabelled_per_scene": per_scene},
            "m2": {"neighbours": self.neighbours, "fit": {"most_steps": self.most_steps}},
            "compare": {
                "models": ["svm", "m2", "m2_svms_lda"],
                "features": ["latents", "mnf"],
                "baselines": ["majority"],
            },
            "map": {"method": "m2_svms_lda", "features": "latents_mnf"},
        }


def settings_of(pools: list[int], steps: list[int]) -> list[Setting]:
    """All pairs of both, and the largest pool without neighbours."""
    pairs = [Setting(pool, most) for pool, most in itertools.product(pools, steps)]
    return [*pairs, Setting(max(pools), steps[0], neighbours=False)]


def seconds(results: Path, pattern: str) -> float:
    """Seconds of the processor of the jobs whose file of resources fits."""
    files = sorted((results / "resources").glob(pattern))
    return float(sum(pd.read_csv(path, sep="\t", na_values="-")["cpu_time"].sum() for path in files))


def measure(folder: Path, config: Path, setting: Setting) -> dict[str, object]:
    """Run the workflow to its scores in the folder of a collection; one row of the table."""
    command = (sys.executable, "-m", "snakemake", "--cores", "1", "--quiet", "--configfile", str(config))
    where = ("--snakefile", str(ROOT / "Snakefile"), "--directory", str(ROOT), "--", str(folder / SCORES))
    subprocess.run([*command, *where], cwd=ROOT, check=True)
    scores = pd.read_parquet(folder / SCORES / "scores.parquet").set_index(["method", "features", "part"])["macro_f1"]
    found = {
        f"{name}, {where}": float(scores.loc[(*METHODS[name], part)].mean())
        for name, (where, part) in itertools.product(METHODS, PARTS.items())
    }
    trained = {"M1, s": seconds(folder / "results", "train_m1/*.tsv")}
    return asdict(setting) | found | trained | {"M2s, s": seconds(folder / "results", "train_m2/**/*.tsv")}


def main(asked: argparse.Namespace) -> None:
    """Make the collections, measure what is not there yet, and print the table."""
    size = Size(*asked.shape, per_hole=asked.per_hole)
    scans = 3 * asked.per_hole
    rows = []
    for seed in asked.seeds:
        folder = asked.output.absolute() / str(seed)
        folder.mkdir(parents=True, exist_ok=True)
        for number, scene in enumerate(size.names(scans)):
            if not (folder / f"{scene}.h5").exists():
                hole, scan = divmod(number, asked.per_hole)
                write_real(folder / f"{scene}.h5", size, hole=hole, scan=scan, seed=seed)
        for setting in settings_of(asked.pools, asked.steps):
            path = folder / f"{'-'.join(str(value) for value in asdict(setting).values())}.json"
            if not path.is_file():
                given = yaml.safe_load(asked.configfile.read_text(encoding="utf-8")) if asked.configfile else {}
                lay_over(given, setting.config(per_scene=max(asked.pools) // asked.per_hole))
                classes = ROOT / "config/classes.tsv"
                config = write_tables(folder, size.names(scans), classes=classes, config=given)
                path.write_text(json.dumps({"seed": seed} | measure(folder, config, setting)), encoding="utf-8")
            rows.append(json.loads(path.read_text(encoding="utf-8")))
            print(rows[-1], flush=True)
    table = pd.DataFrame(rows).drop(columns="seed").groupby(["unlabelled", "most_steps", "neighbours"]).mean()
    print(f"\nmean over collections {asked.seeds}\n{table.round(3).to_string()}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", required=True, help="of the simulator, one collection each")
    parser.add_argument("--pools", type=int, nargs="+", default=[12_000, 50_000, 200_000], help="unlabelled pixels")
    parser.add_argument("--steps", type=int, nargs="+", default=[50, 200], help="of an epoch of M2, at most")
    parser.add_argument("--shape", type=int, nargs=3, default=(1424, 384, 64), metavar=("LINES", "SAMPLES", "BANDS"))
    parser.add_argument("--per-hole", type=int, default=2, help="scans of each of the three holes")
    parser.add_argument("--output", type=Path, required=True, help="folder of the collections and their results")
    parser.add_argument("--configfile", type=Path, help="settings over the default ones")
    main(parser.parse_args())
