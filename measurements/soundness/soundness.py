"""How sound a finished study is on a bad disk and under kills: damage is done to it on purpose, and counted.

    python measurements/soundness/soundness.py                    # runs tests/workflow/tiny.yaml first, some minutes
    python measurements/soundness/soundness.py --study FOLDER     # of a study that has run: FOLDER holds results/
    python measurements/soundness/soundness.py --what flips cuts swaps --flips 10 --seed 2
    python measurements/soundness/soundness.py --what kills --trainings 10 --studies 3

flips: one bit of a file of each kind, drawn at random, and the file is read as a stage reads it. Good is an error of
ours that names the file, or the same content as before; what is read as something else without a word is silent.
cuts: the same of files that end early.
swaps: files of two scenes exchanged, each sound in itself; good is an error of ours.
kills: a training, and a whole study, ended by SIGKILL at a random moment and started again once; good is the same bytes
as those of a run that was never stopped.

All of it is done to a copy. `COUNTS` is the table of what is counted, and `KINDS` that of the files: other counts join
there.
"""

import argparse
import dataclasses
import hashlib
import logging
import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from semispectral.census.census_files import read_census, read_codes
from semispectral.errors import SemispectralError
from semispectral.evaluation.alert_files import read_alerts
from semispectral.explore.group_files import read_groups
from semispectral.features.feature_files import read_facts as read_feature_facts
from semispectral.features.feature_files import read_features
from semispectral.library.judged import read_judged as read_library_names
from semispectral.maps.map_files import read_facts, require_file
from semispectral.maps.numbers import read_numbers
from semispectral.page.pixel_files import read_held, read_index, require_tiles
from semispectral.report.pictures import embedded
from semispectral.sampling.quota_files import read_quotas
from semispectral.sampling.split_files import read_notes
from semispectral.scans.labels.label_files import read_labels
from semispectral.scans.readers import open_cube
from semispectral.spectra.shards import read_latents, read_shard
from semispectral.storage.model_files import load_model
from semispectral.storage.parquet import read_table
from semispectral.storage.seal import read_array
from semispectral.study.classes import read_classes
from semispectral.training.checkpoint import Checkpoint
from soundness_kills import kill_studies, kill_trainings, run_study

Read = Callable[[Path], Any]
NAMED, UNNAMED, HARMLESS, SILENT = "named", "without a name", "harmless", "silent"
GOOD = (NAMED, HARMLESS)


def read_scan(path: Path) -> list[np.ndarray]:
    """The data, the wavelengths and the labels of a simulated scan."""
    with open_cube(path, key="hsimage/data", wavelengths="hsimage/wavelengths") as cube:
        values = cube.read_lines(0, cube.shape[0])
        return [values, cube.wavelengths_nm, read_labels(path, key="hsimage/labels", shape=cube.shape[:2])]


def read_checkpoint(path: Path) -> Any:
    """The last state of a training; where it is left aside with a warning that names it, that counts as an error."""
    said = Said()
    logger = logging.getLogger("semispectral.training.checkpoint")
    logger.addHandler(said)
    found = Checkpoint(path.parent).load()
    logger.removeHandler(said)
    if found is None:
        raise SemispectralError(said.last)
    return found


class Said(logging.Handler):
    """Keeps the last line of a log."""

    last = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line."""
        self.last = record.getMessage()


def of_model(path: Path) -> Any:
    """The model that a file is part of."""
    return load_model(path.parent)


# Kinds of files that stages read: where one lies below results, and how a stage reads it.
KINDS: dict[str, tuple[str, Read]] = {
    "simulated scan": ("scenes/*.h5", read_scan),
    "census, table": ("census/*.parquet", read_census),
    "census, codes": ("census/*.npy", lambda path: read_codes(path, scans=[])),
    "split, quotas": ("splits/main/quotas.parquet", read_quotas),
    "split, classes": ("splits/main/classes.json", read_classes),
    "split, warnings": ("splits/main/warnings.json", lambda path: read_notes(path.parent)),
    "split, parts": ("splits/main/parts/*.npy", read_array),
    "split, pixels": ("splits/main/pixels.parquet", read_table),
    "labels, codes": ("labels/*.npy", lambda path: read_codes(path, scans=[])),
    "shard": ("shards/*/*.parquet", read_shard),
    "scaler, weights": ("scaler/*/weights.safetensors", of_model),
    "scaler, description": ("scaler/*/model.json", of_model),
    "sample": ("sample/*.parquet", read_shard),
    "sample of M1": ("sample_m1/*.parquet", read_shard),
    "labels of a run": ("labels_per_class/*/*.parquet", read_table),
    "M1, weights": ("m1/*/weights.safetensors", of_model),
    "M1, description": ("m1/*/model.json", of_model),
    "M1, history": ("m1/*/history.parquet", read_table),
    "latents": ("latents/*/*.parquet", read_latents),
    "M2, weights": ("m2/*/*/*/weights.safetensors", of_model),
    "M2, description": ("m2/*/*/*/model.json", of_model),
    "checkpoint": ("checkpoints/*/*/state.safetensors", read_checkpoint),
    "predictions": ("predictions/main/inductive/*/*/*/*.parquet", read_table),
    "scores": ("evaluation/main/inductive/scores.parquet", read_table),
    "alerts": ("evaluation/main/inductive/alerts.json", read_alerts),
    "bundle, description": ("bundle/model.json", of_model),
    "map, numbers": ("maps/*/numbers.parquet", read_numbers),
    "page, index": ("maps/*/pixels/index.json", lambda path: read_index(path.parent)),
    "page, spectra": ("maps/*/pixels/held.parquet", lambda path: read_held(path.parent, read_index(path.parent))),
    "page, tiles": ("maps/*/pixels/*.js", lambda path: require_tiles(path.parent, read_index(path.parent))),
    "map, facts": ("maps/*/map.json", lambda path: read_facts(path.parent)),
    "map, picture": ("maps/*/map.png", lambda path: require_file(path.parent, path.name).read_bytes()),
    "downhole log, picture": ("downhole/*.png", embedded),
    "downhole, intervals": ("downhole/composites/*.parquet", read_table),
    "labels, table": ("labels/*.parquet", read_census),
    "learning curve": ("evaluation/learning_curve.parquet", read_table),
    "features, facts": ("features/*/features.json", lambda path: read_feature_facts(path.parent)),
    "features, raster": ("features/*/features.tif", lambda path: read_features(path.parent).values),
    "library, names": ("library/judged.json", read_library_names),
    "noise, weights": ("noise/weights.safetensors", of_model),
    "noise, description": ("noise/model.json", of_model),
    "packed model, weights": ("model/weights.safetensors", of_model),
    "packed model, description": ("model/model.json", of_model),
    "clusters, weights": ("explore/clusters/weights.safetensors", of_model),
    "clusters, description": ("explore/clusters/model.json", of_model),
    "groups": ("explore/groups.json", read_groups),
    "clusters of a scene": ("explore/maps/*/clusters.npy", read_array),
    "picture of a scene": ("explore/maps/*/picture.npy", read_array),
    "queue": ("explore/queue.parquet", read_table),
    "interval labels, pixels": ("interval_labels/pixels.parquet", read_table),
    "interval labels, intervals": ("interval_labels/intervals.parquet", read_table),
    "share labels": ("share_labels/pixels.parquet", read_table),
}
# Files of two scenes that are exchanged, and how a stage reads one of them.
SWAPPED: dict[str, Read] = {
    "splits/main/parts/{}.npy": read_array,
    "census/{}.npy": lambda path: read_codes(path, scans=[]),
    "census/{}.parquet": read_census,
    "shards/unlabelled/{}.parquet": read_shard,
    "sample/{}.parquet": read_shard,
    "latents/1/{}.parquet": read_latents,
    "maps/{}/numbers.parquet": read_numbers,
    "maps/{}/pixels/index.json": lambda path: read_index(path.parent),
    "maps/{}/map.json": lambda path: read_facts(path.parent),
    "features/{}/features.json": lambda path: read_features(path.parent),
    "labels/{}.npy": lambda path: read_codes(path, scans=[]),
    "labels/{}.parquet": read_census,
    "scenes/{}.h5": lambda path: read_codes(Path("results/census", f"{path.stem}.npy"), scans=[path]),
}


@dataclass(frozen=True)
class Count:
    """One line of the table: how often something was tried, and how often it ended well."""

    what: str
    tried: int
    good: int
    note: str = ""


def content_of(found: Any) -> str:
    """A digest of what a reader gave, to compare what is read before and after."""
    digest = hashlib.sha256()
    for piece in _pieces(found):
        digest.update(piece + b"\0")
    return digest.hexdigest()


def _pieces(found: Any) -> Iterator[bytes]:
    if isinstance(found, np.ndarray):
        yield f"{found.dtype}{found.shape}".encode() + np.ascontiguousarray(found).tobytes()
    elif isinstance(found, pd.DataFrame):
        yield found.to_csv().encode() + str(list(found.dtypes)).encode() + repr(found.attrs).encode()
    elif dataclasses.is_dataclass(found):
        yield from (piece for field in dataclasses.fields(found) for piece in _pieces(getattr(found, field.name)))
    elif isinstance(found, dict):
        yield from (piece for key in sorted(found) for piece in (str(key).encode(), *_pieces(found[key])))
    elif isinstance(found, list | tuple):
        yield from (piece for item in found for piece in _pieces(item))
    else:
        yield repr(found).encode()


def outcome(path: Path, read: Read, whole: str) -> str:
    """What reading a file that was changed comes to: named, without a name, harmless or silent."""
    try:
        same = content_of(read(path)) == whole
    except SemispectralError as error:
        return NAMED if path.name in str(error) or path.parent.name in str(error) else UNNAMED
    except Exception:  # whatever it is, a user would see a traceback
        return UNNAMED
    return HARMLESS if same else SILENT


def damage(results: Path, change: Callable[[bytes, np.random.Generator], bytes], times: int, seed: int) -> pd.DataFrame:
    """Change a file of each kind so many times; one row per kind with the number of each outcome."""
    rows = []
    for number, (kind, (pattern, read)) in enumerate(KINDS.items()):
        path = next(iter(sorted(results.glob(pattern))), None)
        if path is None:
            rows.append({"kind": kind, "file": "not there"})
            continue
        random, whole, content = np.random.default_rng([seed, number]), content_of(read(path)), path.read_bytes()
        found: Counter[str] = Counter()
        for _ in range(times):
            path.write_bytes(change(content, random))
            found[outcome(path, read, whole)] += 1
        path.write_bytes(content)
        rows.append({"kind": kind, "file": str(path.relative_to(results)), **found})
    columns = ["kind", "file", NAMED, HARMLESS, UNNAMED, SILENT]
    return (
        pd.DataFrame(rows)
        .reindex(columns=columns)
        .fillna(dict.fromkeys(columns[2:], 0))
        .astype(dict.fromkeys(columns[2:], int))
    )


def flipped(content: bytes, random: np.random.Generator) -> bytes:
    """The content with one bit changed."""
    place = int(random.integers(8 * len(content)))
    changed = bytearray(content)
    changed[place // 8] ^= 1 << place % 8
    return bytes(changed)


def cut(content: bytes, random: np.random.Generator) -> bytes:
    """The content up to a random place."""
    return content[: int(random.integers(len(content)))]


def summed(what: str, table: pd.DataFrame) -> Count:
    """A table of outcomes as one line; the table itself is printed."""
    sys.stdout.write(f"{what}\n{table.to_string(index=False)}\n\n")
    tried, good = int(table[[*GOOD, UNNAMED, SILENT]].to_numpy().sum()), int(table[list(GOOD)].to_numpy().sum())
    return Count(what, tried, good, ", ".join(f"{table[name].sum()} {name}" for name in (*GOOD, UNNAMED, SILENT)))


def flips(options: argparse.Namespace) -> Iterator[Count]:
    """Single bits."""
    yield summed("flips", damage(Path("results"), flipped, options.flips, options.seed))


def cuts(options: argparse.Namespace) -> Iterator[Count]:
    """Files that end early."""
    yield summed("cuts", damage(Path("results"), cut, options.cuts, options.seed))


def swaps(_: argparse.Namespace) -> Iterator[Count]:
    """Files of two scenes, exchanged."""
    one, two = sorted(path.stem for path in Path("results/scenes").glob("*.h5"))[:2]
    unseen = [pattern for pattern, read in SWAPPED.items() if not _swap_is_seen(pattern, read, one, two)]
    yield Count("swaps", len(SWAPPED), len(SWAPPED) - len(unseen), f"unseen: {', '.join(unseen)}" if unseen else "")


def _swap_is_seen(pattern: str, read: Read, one: str, two: str) -> bool:
    first, second, aside = Path("results", pattern.format(one)), Path("results", pattern.format(two)), Path("aside")
    read(first)
    for source, target in ((first, aside), (second, first), (aside, second)):
        source.replace(target)
    try:
        read(first)
    except SemispectralError:
        return True
    finally:
        for source, target in ((first, aside), (second, first), (aside, second)):
            source.replace(target)
    return False


def kills(options: argparse.Namespace) -> Iterator[Count]:
    """A training and a study, each killed and started again."""
    for what, kill, times in (
        ("kills of a training", kill_trainings, options.trainings),
        ("kills of a study", kill_studies, options.studies),
    ):
        if times:
            good, note = kill(times, seed=options.seed, folder=Path.cwd())
            yield Count(what, times, good, note)


COUNTS: dict[str, Callable[[argparse.Namespace], Iterator[Count]]] = {
    "flips": flips,
    "cuts": cuts,
    "swaps": swaps,
    "kills": kills,
}


def parser() -> argparse.ArgumentParser:
    """What can be asked for."""
    found = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    found.add_argument("--study", type=Path, help="a folder with results/ of a study that has run (default: make one)")
    found.add_argument("--what", nargs="+", choices=COUNTS, default=["flips", "cuts", "swaps"], help="what to count")
    found.add_argument("--flips", type=int, default=150, help="bits of each kind of file (default: %(default)s)")
    found.add_argument("--cuts", type=int, default=6, help="cuts of each kind of file (default: %(default)s)")
    found.add_argument("--trainings", type=int, default=10, help="kills of a training (default: %(default)s)")
    found.add_argument("--studies", type=int, default=3, help="kills of a study (default: %(default)s)")
    found.add_argument("--seed", type=int, default=1, help="of all draws (default: %(default)s)")
    return found


def main(arguments: list[str] | None = None) -> list[Count]:
    """Count, print the table, and return it."""
    options = parser().parse_args(arguments)
    logging.disable(logging.INFO)
    with tempfile.TemporaryDirectory(prefix="soundness-") as name:
        if options.study:
            shutil.copytree(options.study / "results", Path(name, "results"))
        elif set(options.what) != {"kills"}:
            run_study(Path(name))
        with chdir(name):
            found = [count for what in options.what for count in COUNTS[what](options)]
    table = pd.DataFrame([dataclasses.asdict(count) for count in found])
    sys.stdout.write(table.to_string(index=False) + "\n")
    return found


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.exit(any(count.good < count.tried for count in main()))
