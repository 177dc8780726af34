"""The pool of scenes that are never opened: every pixel in use, in both draws, by the ranks of the real draw."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from semispectral.pool.pixel_ranks import priority
from semispectral.study.classes import EMPTY, MASKED
from semispectral.study.scene import Scene


def unlabelled_draw(pool: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The pool without its labelled draw."""
    return {name: table[table["code"] == 0].reset_index(drop=True) for name, table in pool.items()}


def tiny_pool(scenes: Sequence[Scene], codes: Mapping[str, np.ndarray], *, seed: int = 1) -> dict[str, pd.DataFrame]:
    """The tables of the shards of both draws by scene, as `semispectral.pool.pool_files.PoolTables` has them."""
    pool = {}
    for scene in sorted(scenes, key=lambda each: each.name):
        raster = codes[scene.name]
        used = ~np.isin(raster, [MASKED, EMPTY]) & ~np.isin(raster, [c for c in np.unique(raster) if c in scene.ignore])
        classes = np.isin(raster, [code for code in np.unique(raster) if code in scene.use])
        tables = []
        for wanted, labelled in ((used, False), (classes, True)):
            line, sample = np.nonzero(wanted)
            rank = priority(seed, f"{scene.name} {labelled}", line, sample)
            table = pd.DataFrame(
                {
                    "scene": scene.name,
                    "line": line.astype(np.int32),
                    "sample": sample.astype(np.int32),
                    "code": (raster[line, sample] if labelled else np.zeros(len(line))).astype(np.int32),
                    "turn": np.argsort(np.argsort(rank)).astype(np.int32),
                    "hash": priority(seed + 1, scene.name, line, sample),
                    "row": np.arange(len(line)),
                }
            )
            tables.append(table.astype({"scene": "str"}))
        pool[scene.name] = pd.concat(tables, ignore_index=True)
    return pool
