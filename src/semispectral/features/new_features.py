"""Absorption features of a scan that a trained model maps: on its spectra as the model's cleaning leaves them."""

import logging

import numpy as np

from semispectral.features.absorption import Plan, differentiates, plan_for
from semispectral.features.feature_settings import FeaturesConfig
from semispectral.features.scan import measure_scan
from semispectral.maps.as_trained import as_in_training, open_for
from semispectral.maps.bundle import Bundle
from semispectral.study.scene import Scene

log = logging.getLogger(__name__)


def measure_new(
    scene: Scene, bundle: Bundle, *, wanted: np.ndarray, settings: FeaturesConfig, threads: int
) -> tuple[np.ndarray, Plan]:
    """Measure the features of the mapped pixels of a new scan.

    Parameters
    ----------
    scene : the scan's row of scenes.tsv.
    bundle : the trained model that maps it.
    wanted : bool [line, sample], pixels that were mapped.
    settings : the windows and formulas.
    threads : number of threads.

    Returns
    -------
    float32 [value, line, sample], NaN where nothing was measured, and what was measured.
    """
    with open_for(as_in_training(scene, bundle), bundle) as cube:
        derivative = differentiates(bundle.cleaning)
        nm, where = cube.wavelengths_nm, str(cube.path)
        plan = plan_for(settings, nm, derivative=derivative, where=where, sensors=cube.sensors)
        if plan.left_out:
            unseen = ", ".join(plan.left_out)
            log.info("%s: not measured, for the model's bands do not see them: %s", scene.name, unseen)
        return measure_scan(cube, plan, wanted=wanted, threads=threads), plan
