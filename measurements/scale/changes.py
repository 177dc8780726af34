"""What one scan more takes in a finished study, and one corrected depth: seconds, memory and jobs.

    python measurements/scale/changes.py --configfile FOLDER/full_size.yaml --beside 55

The study is one that `full_size.py` has run, or the project's own. At first small scans are added that are only mapped,
so that the study has as many scans as are wanted: these are not measured. Then a simulated scan of full size is
added to a hole of its own (`semispectral map-too`), and then its depths are corrected, and the workflow is run.
"""

import argparse
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
from full_size import MB, ROOT, in_its_own_process, measured, say
from made_collections import HEADER, Size, row_of, write_real

from semispectral.study.config_file import read_config

SMALL = (200, 96)  # lines and samples
ADDED, SEED = "ADDED_1", 68
MAP_TOO = "import sys; from semispectral.commands.main import main; sys.exit(main())"


def add(config: Path, table: Path, results: Path, *, cores: int) -> str:
    """Map the scans of a table with the study's model; what it took."""
    given = ("--configfile", str(config), "--cores", str(cores))
    return _words(results, sys.executable, "-c", MAP_TOO, "map-too", str(table), *given)


def run(config: Path, results: Path, *, cores: int) -> str:
    """Run the workflow; what it took."""
    given = ("--configfile", str(config), "--cores", str(cores), "--snakefile", str(ROOT / "Snakefile"))
    return _words(results, sys.executable, "-m", "snakemake", *given)


def _words(results: Path, *command: str) -> str:
    """Measure a command, and return a line on it, and one on each of its jobs."""
    since = time.time()
    took = measured(*command, cwd=Path.cwd())
    if took.status:
        raise SystemExit("the run failed, as said above")
    jobs = [path for path in (results / "resources").rglob("*.tsv") if path.stat().st_mtime >= since]
    total = f"{took.seconds:.0f} s, {took.processor:.0f} CPU s, {len(jobs)} jobs"
    return "\n".join([total, *(_job(results / "resources", path) for path in sorted(jobs))])


def _job(folder: Path, path: Path) -> str:
    """Return what Snakemake measured of a job."""
    took = pd.read_csv(path, sep="\t", na_values="-").iloc[-1]
    name = path.relative_to(folder).with_suffix("")
    return f"  {name}: {took['s']:.1f} s, {took['cpu_time']:.1f} CPU s, {took['max_rss'] * (1 << 20) / MB:.0f} MB"


def table_of(holes: Mapping[str, str]) -> pd.DataFrame:
    """Return rows of scenes.tsv of scans, from their holes by their names."""
    return pd.DataFrame([row_of(scene, hole) for scene, hole in holes.items()], columns=HEADER.split())


def correct_depth(scenes: Path, *, from_m: float) -> None:
    """Change the depths of the added scan in scenes.tsv."""
    table = pd.read_csv(scenes, sep="\t", dtype=str, keep_default_na=False)
    table.loc[table["scene"] == ADDED, ["depth_from_m", "depth_to_m"]] = [f"{from_m:g}", f"{from_m + 4:g}"]
    table.to_csv(scenes, sep="\t", index=False)


def main(asked: argparse.Namespace) -> None:
    """Add scans, add one more, correct its depth, and print what the last two took."""
    study = read_config(asked.configfile)
    folder, results = Path(study.get("data_root", ".")), Path(study.get("pathvars", {}).get("results", "results"))
    size = Size(*asked.shape, per_hole=1)
    small = Size(*SMALL, size.bands, per_hole=5)
    beside = {scene.replace("DH", "S"): hole.replace("DH", "S") for scene, hole in small.names(asked.beside).items()}
    for number, scene in enumerate(beside):
        hole, scan = divmod(number, small.per_hole)
        if not (folder / f"{scene}.h5").exists():
            in_its_own_process(write_real, folder / f"{scene}.h5", small, hole=hole, scan=scan, seed=SEED)
    if beside:
        table_of(beside).to_csv(folder / "beside.tsv", sep="\t", index=False)
        add(asked.configfile, folder / "beside.tsv", results, cores=asked.cores)
    if not (folder / f"{ADDED}.h5").exists():
        in_its_own_process(write_real, folder / f"{ADDED}.h5", size, hole=0, scan=0, seed=SEED + 1)
    added = table_of({ADDED: "ADDED"}).assign(depth_from_m="100", depth_to_m="104")
    added.to_csv(folder / "added.tsv", sep="\t", index=False)
    say(f"one scan more: {add(asked.configfile, folder / 'added.tsv', results, cores=asked.cores)}")
    correct_depth(Path(study["scenes"]), from_m=200)
    say(f"a corrected depth: {run(asked.configfile, results, cores=asked.cores)}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--configfile", type=Path, required=True, help="configuration of the finished study")
    parser.add_argument("--beside", type=int, default=0, help="small scans that are added first, only to be mapped")
    parser.add_argument("--shape", type=int, nargs=3, default=(2848, 384, 268), metavar=("LINES", "SAMPLES", "BANDS"))
    parser.add_argument("--cores", type=int, default=2)
    main(parser.parse_args())
