"""The scenes of a collection together: what makes them impossible to join, and what a person should know, in words."""

from collections.abc import Collection, Iterator, Mapping, Sequence

import numpy as np

from semispectral.census_files import Census
from semispectral.copies import shared_scenes
from semispectral.errors import DataError, SplitError
from semispectral.names import some

DOMINANT_SHARE = 0.8
BAD_SHARE = 0.2
SATURATED_SHARE = 0.01
BRIGHTNESS_RATIO = 4.0  # between the largest values of two scenes, as reflectance


def check_collection(
    censuses: Sequence[Census], *, scale: Mapping[str, float], steps: Collection[str] = ()
) -> tuple[str, ...]:
    """Refuse scenes that cannot be joined; name what is odd about those that can.

    Parameters
    ----------
    censuses : of all scenes.
    scale : by scene, reflectance per stored value, as in scenes.tsv.
    steps : of the cleaning; resampling joins two sensors, scaling joins two scales.

    Returns
    -------
    Warnings in words.

    Raises
    ------
    DataError : the scenes are of different bands and nothing resamples them, or none of them has a labelled pixel.
    SplitError : two scenes hold the same pixels.
    """
    _refuse_copies(censuses)
    if "resample" not in steps:
        _require_one_sensor(censuses)
    if not any(found.pixels("class") for found in censuses):
        raise DataError(
            f"scenes.tsv: labelled pixels are needed, but none of the {len(censuses)} scenes has a code of its column "
            "'use'; check the columns labels, labels_key and use"
        )
    scales = () if "scale" in steps else _scales(scale)
    return (
        *_unknown_sensors(censuses),
        *scales,
        *_brightness(censuses, scale),
        *_dominance(censuses),
        *_bad_values(censuses),
    )


def _refuse_copies(censuses: Sequence[Census]) -> None:
    """A pixel that is in two scenes can train and test at once, whatever the split."""
    holes = {found.scene: found.hole for found in censuses}
    copies = shared_scenes({found.scene: found.fingerprint for found in censuses})
    if copies:
        said = [f"{a} (hole {holes[a]}) and {b} (hole {holes[b]})" for a, b in copies]
        raise SplitError(
            "scenes.tsv: every pixel must stand once, but spectra that were compared are the same to the last digit in "
            f"{some(said, most=3)}: one is a copy or a cut of the other, and could train while the other tests; name "
            "the scene's own file in the column data, or leave one out"
        )


def _require_one_sensor(censuses: Sequence[Census]) -> None:
    bands = {found.bands: found.scene for found in censuses}
    if len(bands) > 1:
        several = ", ".join(f"{count} ({scene})" for count, scene in sorted(bands.items()))
        raise DataError(
            f"scenes.tsv: all scenes need the same bands, got {several}; put resample into cleaning.steps, check the "
            "column axes, or leave the odd ones out"
        )
    with_nm = [found for found in censuses if found.wavelengths_nm is not None]
    for found in with_nm[1:]:
        first = np.asarray(with_nm[0].wavelengths_nm)
        apart = np.nanmax(np.abs(np.asarray(found.wavelengths_nm) - first), initial=0.0)  # NaN: bands that have none
        width = np.nanmean(np.abs(np.diff(first))) if len(first) > 1 else 0.0
        if apart > width / 2:
            raise DataError(
                f"scenes.tsv: all scenes need the same wavelengths, but {found.scene} and {with_nm[0].scene} have "
                f"bands up to {apart:.3g} nm apart: two sensors? Put resample into cleaning.steps, correct the column "
                "wavelengths, or leave the odd ones out"
            )


def _unknown_sensors(censuses: Sequence[Census]) -> Iterator[str]:
    without = [found.scene for found in censuses if found.wavelengths_nm is None]
    if 0 < len(without) < len(censuses):
        yield (f"{', '.join(without)} have no wavelengths and the others do: it is not known that their bands agree")


def _scales(scale: Mapping[str, float]) -> Iterator[str]:
    values = sorted(set(scale.values()))
    if len(values) > 1:
        yield (
            f"the column scale of scenes.tsv goes from {values[0]:g} to {values[-1]:g}, and models see stored values: "
            "put scale into cleaning.steps, so that they see reflectance"
        )


def _brightness(censuses: Sequence[Census], scale: Mapping[str, float]) -> Iterator[str]:
    brightest = {found.scene: found.maximum * scale[found.scene] for found in censuses}
    low, high = min(brightest, key=brightest.__getitem__), max(brightest, key=brightest.__getitem__)
    if brightest[high] > BRIGHTNESS_RATIO * max(brightest[low], 0):
        yield (
            f"the largest reflectance of {high} is {brightest[high]:.3g} and that of {low} {brightest[low]:.3g}: "
            "check the column scale of scenes.tsv"
        )


def _dominance(censuses: Sequence[Census]) -> Iterator[str]:
    counts: dict[str, int] = {}
    for found in censuses:
        classes = found.counts[found.counts["role"] == "class"]
        for name, pixels in zip(classes["name"], classes["pixels"], strict=True):
            counts[name] = counts.get(name, 0) + int(pixels)
    name, total = max(counts, key=counts.__getitem__), sum(counts.values())
    if len(counts) > 1 and counts[name] > DOMINANT_SHARE * total:
        yield f"{name} has {counts[name] / total:.0%} of all labels: accuracy alone says little, look at each class"


def _bad_values(censuses: Sequence[Census]) -> Iterator[str]:
    for found in censuses:
        if found.bad_share > BAD_SHARE:
            yield f"{found.scene}: {found.bad_share:.0%} of the values looked at are NaN, infinite or nodata"
        if found.saturated_share > SATURATED_SHARE:
            yield f"{found.scene}: {found.saturated_share:.1%} of the values looked at are saturated"
