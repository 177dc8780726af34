"""The table of normalisations: how each is fitted, applied, undone and shown."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from semispectral.spectra.normalisations.columns import (
    Arrays,
    as_it_is,
    fit_max,
    fit_minmax,
    fit_nothing,
    moments,
    scale_max,
    standardise,
    undo_max,
    undo_standardise,
)
from semispectral.spectra.normalisations.hull_columns import (
    fit_windows,
    hull_snv,
    three_views,
    undo_three_views,
    with_hull,
)
from semispectral.spectra.normalisations.snv import fit_floored, snv, snv_and_level, two_views, with_level_and_spread
from semispectral.spectra.normalisations.whitened import fit_mnf, fit_with_whitened, mnf_scores, undo_mnf, with_whitened

STORED = "stored value"
SNV = "SNV reflectance (no unit)"
QUOTIENT = "SNV of the hull quotient (no unit)"


def _bands_alone(bands: int, arrays: Arrays) -> tuple[int, ...]:
    """Return one view that is as wide as the bands."""
    return (bands,)


class Normalisation(NamedTuple):
    """Normalisation: one row of the table, with all its facts.

    Attributes
    ----------
    fit : function of training spectra [pixel, band], and of the columns of the windows, that returns the fitted arrays.
    transform : function of spectra [pixel, band] and arrays that returns float32 [pixel, column].
    undo : function of normalised values [..., column] and arrays that inverts what was done with the fitted arrays. The
        first columns are then the bands on the shown scale.
    restore : function of bands on the shown scale [pixel, band], of the raw spectra [pixel, band] they belong to and of
        the arrays that returns stored values: what was taken from each spectrum by itself, no fitted array can give
        back.
    value_label : str, name of the shown scale, for the axis of a figure.
    views : function of the number of bands, and of the arrays, that returns the number of columns of each view.
    hull : bool, whether it takes the hull quotient of windows, which needs the wavelengths of the bands.
    shown : function of the number of bands, and of the arrays, that returns the bands that are shown.
    noise : bool, whether it needs the noise covariance of the bands, which is estimated from neighbouring pixels.
    """

    fit: Callable[[np.ndarray, Arrays], dict[str, np.ndarray]]
    transform: Callable[[np.ndarray, Arrays], np.ndarray]
    undo: Callable[[np.ndarray, Arrays], np.ndarray] = as_it_is
    restore: Callable[[np.ndarray, np.ndarray, Arrays], np.ndarray] = as_it_is
    value_label: str = STORED
    views: Callable[[int, Arrays], tuple[int, ...]] = _bands_alone
    hull: bool = False
    shown: Callable[[int, Arrays], np.ndarray] = lambda bands, arrays: np.arange(bands)
    noise: bool = False


NORMALISATIONS: dict[str, Normalisation] = {
    "none": Normalisation(fit_nothing, as_it_is),
    "max": Normalisation(fit_max, scale_max, undo_max),
    "minmax": Normalisation(fit_minmax, standardise, undo_standardise),
    "standardise": Normalisation(lambda x, windows: moments(x, as_it_is), standardise, undo_standardise),
    "snv": Normalisation(
        fit_nothing,
        lambda x, arrays: snv(x),
        restore=with_level_and_spread,
        value_label=SNV,
    ),
    "snv_standardise": Normalisation(
        lambda x, windows: moments(x, snv),
        lambda x, arrays: standardise(snv(x), arrays),
        undo_standardise,
        restore=with_level_and_spread,
        value_label=SNV,
    ),
    "snv_level": Normalisation(
        lambda x, windows: fit_floored(x, snv_and_level),
        lambda x, arrays: standardise(snv_and_level(x, arrays["floor"]), arrays),
        undo_standardise,
        restore=with_level_and_spread,
        value_label=SNV,
        views=lambda bands, arrays: (bands + 2,),
    ),
    "views": Normalisation(
        lambda x, windows: fit_floored(x, two_views),
        lambda x, arrays: standardise(two_views(x, arrays["floor"]), arrays),
        undo_standardise,
        restore=with_level_and_spread,
        value_label=SNV,
        views=lambda bands, arrays: (bands + 2, bands),
    ),
    "hull": Normalisation(
        fit_windows,
        hull_snv,
        restore=with_hull,
        value_label=QUOTIENT,
        views=lambda bands, arrays: (len(arrays["hull_band"]),),
        hull=True,
        shown=lambda bands, arrays: arrays["hull_band"],
    ),
    "views_hull": Normalisation(
        lambda x, windows: {**windows, **fit_floored(x, two_views)},
        three_views,
        undo_three_views,
        restore=with_level_and_spread,
        value_label=SNV,
        views=lambda bands, arrays: (bands + 2, bands, len(arrays["hull_band"])),
        hull=True,
    ),
    "views_noise": Normalisation(
        fit_with_whitened,
        lambda x, arrays: standardise(with_whitened(x, arrays), arrays),
        undo_standardise,
        restore=with_level_and_spread,
        value_label=SNV,
        views=lambda bands, arrays: (bands + 2, bands, bands),
        noise=True,
    ),
    "mnf": Normalisation(
        fit_mnf,
        mnf_scores,
        undo_mnf,
        views=lambda bands, arrays: (arrays["axes"].shape[1],),
        noise=True,
    ),
}
