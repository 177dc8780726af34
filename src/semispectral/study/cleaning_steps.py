"""The table of cleaning steps: what rules and settings need to know of each, without the functions that do it.

The function of a step stands in `semispectral.spectra.cleaning`, under ``@step`` and the same name.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class CleaningStep:
    """One row.

    Attributes
    ----------
    keys : of the section ``cleaning`` that the step alone reads.
    first : it says which values are values, so it is applied before all other steps, wherever it is named.
    judges : it decides which values are missing, and so which pixels hold data: the census depends on it.
    mends : it mends a fault of the detector: the report shows what it does.
    joins : it makes scans comparable that differ in scale or in wavelengths: the split depends on it.
    """

    keys: tuple[str, ...] = ()
    first: bool = False
    judges: bool = False
    joins: bool = False
    mends: bool = False


CLEANING_STEPS: dict[str, CleaningStep] = {
    "references": CleaningStep(keys=("white_reflectance",), first=True, judges=True),
    "scale": CleaningStep(joins=True),
    "drop_bands": CleaningStep(judges=True),
    "dropped_lines": CleaningStep(first=True, judges=True, mends=True),
    "repeated_lines": CleaningStep(first=True, judges=True, mends=True),
    "dead_columns": CleaningStep(first=True, judges=True, mends=True),
    "spikes": CleaningStep(keys=("spike_threshold",), mends=True),
    "stripes": CleaningStep(keys=("stripe_threshold",), mends=True),
    "smile": CleaningStep(keys=("smile_ranges_nm",), mends=True),
    "resample": CleaningStep(keys=("resample_nm",), judges=True, joins=True),
    "savitzky_golay": CleaningStep(keys=("window", "order", "derivative")),
    "continuum": CleaningStep(),
}
