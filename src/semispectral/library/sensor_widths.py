"""The widths of a sensor's bands, as the file of a scan states them."""

import numpy as np

from semispectral.scans.readers import open_scene
from semispectral.study.scene import Scene

SAME_NM = 0.01  # wavelengths that are so near are of one band


def stated_widths(scene: Scene, wavelengths_nm: np.ndarray | None) -> np.ndarray | None:
    """Return the full widths at half maximum of cleaned bands, float64 [band] in nm; NaN for a band of cleaning's own.

    Parameters
    ----------
    scene : Scene, row of scenes.tsv.
    wavelengths_nm : float64 [band] after cleaning, in nm, or None.

    Returns
    -------
    None where the file states no widths, or there are no wavelengths.
    """
    if wavelengths_nm is None:
        return None
    with open_scene(scene) as cube:
        stated, nm = cube.extra.get("fwhm_nm"), cube.wavelengths_nm
    if stated is None or nm is None:
        return None
    distance = np.abs(wavelengths_nm[:, None] - nm[None, :])
    distance = np.where(np.isfinite(distance), distance, np.inf)
    nearest = distance.argmin(axis=1)
    same = np.take_along_axis(distance, nearest[:, None], axis=1)[:, 0] <= SAME_NM
    return np.where(same, stated[nearest], np.nan)
