"""Measure the features of a whole scan, streamed by blocks of lines. Memory holds two blocks and the result."""

from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np

from semispectral.errors import ShapeError
from semispectral.features.absorption import PIXELS_AT_ONCE, Plan, measure
from semispectral.scans.cube import Cube
from semispectral.workflow.progress import Progress

BLOCK_BYTES = 32_000_000
Waiting = list[tuple[np.ndarray, Future[np.ndarray]]]  # places in a block, and what becomes of them


def measure_scan(
    cube: Cube, plan: Plan, *, wanted: np.ndarray, threads: int, block_bytes: int = BLOCK_BYTES
) -> np.ndarray:
    """Measure the features of every pixel of interest.

    Parameters
    ----------
    cube : the scan.
    plan : what is measured.
    wanted : bool [line, sample], pixels of interest.
    threads : number of threads.
    block_bytes : size of a block of lines, in bytes.

    Returns
    -------
    float32 [value, line, sample], in the order of ``plan.names``; NaN elsewhere.
    """
    lines, samples, bands = cube.shape
    if wanted.shape != (lines, samples):
        raise ShapeError(f"{cube.path}: pixels of interest must be {(lines, samples)}, got {wanted.shape}")
    result = np.full((len(plan.names), lines, samples), np.nan, np.float32)
    if not plan.names:
        return result
    progress = Progress(cube.path.name, lines, line_mb=cube.line_bytes / 1e6)
    with ThreadPoolExecutor(threads) as pool:
        before: Waiting = []
        for first, block in cube.blocks(max_bytes=block_bytes):
            places = np.flatnonzero(wanted[first : first + len(block)])
            waiting = _submit(pool, block.reshape(-1, bands), places, plan)
            _collect(result, before)  # this block was read while the one before was worked on
            before = [(first * samples + chunk, future) for chunk, future in waiting]
            progress.say(first + len(block))
        _collect(result, before)
    progress.end(pixels=int(wanted.sum()))
    return result


def _submit(pool: ThreadPoolExecutor, spectra: np.ndarray, places: np.ndarray, plan: Plan) -> Waiting:
    """Submit the pixels at ``places``, chunk by chunk."""
    chunks = [places[first : first + PIXELS_AT_ONCE] for first in range(0, len(places), PIXELS_AT_ONCE)]
    return [(chunk, pool.submit(_measured, spectra, chunk, plan)) for chunk in chunks]


def _measured(spectra: np.ndarray, places: np.ndarray, plan: Plan) -> np.ndarray:
    return measure(spectra[places], plan)


def _collect(result: np.ndarray, waiting: Waiting) -> None:
    """Wait for the values of a block and store them in the result."""
    flat = result.reshape(len(result), -1)
    for places, future in waiting:
        flat[:, places] = future.result().T
