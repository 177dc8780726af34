"""Labels that are shares, of pixels and of intervals, from their tables to a trained M2, by Snakemake."""

import re
from pathlib import Path

import numpy as np
import pytest
from checkout import copy_sources

from forks import Forks
from scene_rows import GOOD, write_scenes
from semispectral.sampling.interval_set import SHARE
from semispectral.storage.parquet import read_table

pytestmark = pytest.mark.slow

LINES, SAMPLES = 16, 12
WAVELENGTHS = np.linspace(2000, 2450, 16)
MINERALS = ("kaolin", "mica")
SHARES, INTERVALS, M2 = "results/share_labels/pixels.parquet", "results/interval_labels", "results/m2/bands/all/1"
CONFIG = """\
scenes: scenes.tsv
classes: classes.tsv
split: {method: groups, test_groups: [C], block_lines: 4, buffer: 1}
share_labels: {sources: [{files: "*.tsv", weight: 0.5}]}
interval_labels: {sources: [{table: xrd.csv, weight: 0.5}]}
runs: {labels_per_class: [all], seeds: [1]}
compare: {models: [m2], features: [bands], baselines: [majority]}
map: {method: m2, features: bands}
sample: {unlabelled: 100}
m2: {latents: 2, net: {hidden: [4]}, classifier: {hidden: [4]}, fit: {epochs: 2, least_steps: 1, most_steps: 1}}
"""


def write_study(folder: Path) -> dict[tuple[str, int, int], tuple[float, ...]]:
    """Three holes of one scan each, whose spectra are mixtures; the shares in the table, by scene, line and sample."""
    random = np.random.default_rng(3)
    pure = np.stack([1 - 0.4 * np.exp(-(((WAVELENGTHS - at) / 40) ** 2)) for at in (2160, 2330)])
    given, rows = {}, []
    for hole in "ABC":
        shares = random.dirichlet([0.4, 0.4], (LINES, SAMPLES)).round(3)
        noise = 0.01 * random.standard_normal((LINES, SAMPLES, len(WAVELENGTHS)))
        np.save(folder / f"{hole}.npy", (0.5 * shares @ pure + noise).astype(np.float32))
        given |= {
            (hole, line, sample): tuple(shares[line, sample])
            for line in range(LINES)
            for sample in range(0, SAMPLES, 2)
        }
        facts = {
            "scene": hole,
            "hole": hole,
            "data": f"{hole}.npy",
            "axes": "line,sample,band",
            "wavelengths": "nm.csv",
        }
        labels = {"labels": "sem.tsv", "labels_key": "shares:0.5", "scale": "1", "use": "1-2"}
        rows.append({**dict.fromkeys(GOOD, ""), **facts, **labels, "depth_from_m": "10", "depth_to_m": "10.4"})
    write_scenes(folder / "scenes.tsv", *rows)
    written = {
        "nm.csv": ["wavelength_nm", *(f"{nm:.1f}" for nm in WAVELENGTHS)],
        "classes.tsv": ["code\tname\tcolour", "1\tkaolin\t#ff0000", "2\tmica\t#00aa00"],
        "sem.tsv": [
            "\t".join(["scene", "line", "sample", *MINERALS]),
            *("\t".join(map(str, [*k, *v])) for k, v in given.items()),
        ],
        "xrd.csv": ["HoleID,From,To,kaolin,mica", "A,10,10.2,0.6,0.4", "B,10.2,10.4,0.3,0.7"],
        "study.yaml": [CONFIG],
    }
    for name, lines in written.items():
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return given


def test_shares_of_pixels_and_intervals_reach_m2(tmp_path: Path, forks: Forks) -> None:
    """M2 trains on the shares of training holes alone; another weight trains it anew, and reads no scan."""
    copy_sources(tmp_path)
    given = write_study(tmp_path)
    status, said = forks.call(tmp_path, SHARES, M2, "--cores", "2", "--configfile", "study.yaml")
    assert status == 0, said[-4000:]
    shares = read_table(tmp_path / SHARES)
    assert set(shares["scene"].astype(str)) == {"A", "B"}
    table = [given[str(row.scene), row.line, row.sample] for row in shares.itertuples()]
    np.testing.assert_allclose(shares[[f"{SHARE}0", f"{SHARE}1"]], table, atol=1e-6)
    assert set(shares["weight"]) == {0.5}
    intervals = read_table(tmp_path / INTERVALS / "intervals.parquet")
    np.testing.assert_allclose(intervals[[f"{SHARE}0", f"{SHARE}1"]], [[0.6, 0.4], [0.3, 0.7]], atol=1e-6)
    assert set(read_table(tmp_path / INTERVALS / "pixels.parquet")["scene"].astype(str)) == {"A", "B"}

    (tmp_path / "study.yaml").write_text(CONFIG.replace('"*.tsv", weight: 0.5', '"*.tsv", weight: 0.25'))
    status, said = forks.call(tmp_path, SHARES, M2, "--cores", "2", "-n", "--configfile", "study.yaml")
    jobs = dict(re.findall(r"^(\w+)\s+(\d+)\s*$", said.partition("Job stats:")[2], flags=re.MULTILINE))
    assert status == 0
    assert set(jobs) == {"share_labels", "train_m2", "total"}, said[-4000:]
