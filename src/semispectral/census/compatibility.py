"""Check that the scenes of a collection can be joined, and describe what is unusual about them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from semispectral.census.census_files import Census
from semispectral.census.copies import shared_scenes
from semispectral.errors import DataError, SplitError
from semispectral.scans.sensor_bands import columns_of
from semispectral.study.names import some
from semispectral.study.scene import Remark, Scene

DOMINANT_SHARE = 0.8
SATURATED_SHARE = 0.01
BRIGHTNESS_RATIO = 4.0  # between the largest values of two scenes, as reflectance


def check_scans(
    censuses: Sequence[Census], *, scale: Mapping[str, float], steps: Collection[str] = ()
) -> tuple[str, ...]:
    """Refuse scenes that cannot be joined, whatever their labels, and describe what is unusual about those that can.

    Parameters
    ----------
    censuses : sequence of Census, censuses of all scenes.
    scale : reflectance per stored value, by scene.
    steps : collection of str, steps of cleaning; resampling joins sensors, scaling joins scales.

    Returns
    -------
    tuple of str, warnings.

    Raises
    ------
    DataError : the scenes have different bands and are not resampled.
    SplitError : two scenes hold the same pixels.
    """
    _refuse_copies(censuses)
    if "resample" not in steps:
        _require_same_bands(censuses)
    scales = () if "scale" in steps else _scales(scale)
    return (
        *_unknown_sensors(censuses),
        *scales,
        *_brightness(censuses, scale),
        *_saturated(censuses),
        *_odd_remarks(censuses),
    )


def check_labels(censuses: Sequence[Census]) -> tuple[str, ...]:
    """Refuse a collection without a labelled pixel, and say where one class has nearly all labels.

    Parameters
    ----------
    censuses : sequence of Census, censuses of all scenes, with their labels.

    Returns
    -------
    tuple of str, warnings.

    Raises
    ------
    DataError : no scene has a labelled pixel.
    """
    if not any(found.pixels("class") for found in censuses):
        raise DataError(
            f"scenes.tsv: labelled pixels are needed, but none of the {len(censuses)} scenes has a code of its column "
            "'use'; check the columns labels, labels_key and use"
        )
    return tuple(_dominance(censuses))


def _refuse_copies(censuses: Sequence[Census]) -> None:
    """Refuse pixels that are in two scenes: they could train and test at once, whatever the split."""
    holes = {found.scene: found.hole for found in censuses}
    copies = shared_scenes({found.scene: found.fingerprint for found in censuses})
    if copies:
        said = [f"{a} (hole {holes[a]}) and {b} (hole {holes[b]})" for a, b in copies]
        raise SplitError(
            "scenes.tsv: duplicate pixels: the compared spectra are identical in "
            f"{some(said, most=3)}: one is a copy or a cut of the other, and could train while the other tests; name "
            "the scene's own file in the column data, or leave one out"
        )


def odd_of_collection(scenes: Sequence[Scene], censuses: Sequence[Census], steps: Collection[str]) -> tuple[str, ...]:
    """Check scans and labels of a collection, and return what is unusual about them.

    Parameters
    ----------
    scenes : sequence of Scene, rows of ``scenes.tsv``.
    censuses : sequence of Census, their censuses, with labels.
    steps : collection of str, steps of cleaning.
    """
    scale = {scene.name: scene.factor for scene in scenes}
    odd = check_scans(censuses, scale=scale, steps=steps)
    return (*odd, *check_labels(censuses))


def bad_bands_of_all(censuses: Sequence[Census], steps: Collection[str] = ()) -> tuple[int, ...]:
    """Return the numbers of the bands that are bad in any scene; none where spectra are resampled.

    Models need one set of bands. Where spectra are resampled, each scene leaves out its own.

    Parameters
    ----------
    censuses : sequence of Census, censuses of all scenes.
    steps : collection of str, steps of cleaning.
    """
    return () if "resample" in steps else tuple(sorted({band for found in censuses for band in found.bad_bands}))


def _require_same_bands(censuses: Sequence[Census]) -> None:
    """Refuse scenes of other bands: of several sensors, each is compared by itself."""
    sensors = censuses[0].sensors if censuses else ()
    if not sensors:
        return _require_one_sensor(censuses)
    for number, each in enumerate(sensors):
        found = [(census.sensors[number], columns_of(census.sensors)[number], census) for census in censuses]
        _require_one_sensor(
            [
                replace(
                    census,
                    bands=own.bands,
                    wavelengths_nm=None if census.wavelengths_nm is None else census.wavelengths_nm[place],
                )
                for own, place, census in found
            ],
            f", sensor {each.name}",
        )
    return None


def _require_one_sensor(censuses: Sequence[Census], name: str = "") -> None:
    bands = {found.bands: found.scene for found in censuses}
    if len(bands) > 1:
        several = ", ".join(f"{count} ({scene})" for count, scene in sorted(bands.items()))
        raise DataError(
            f"scenes.tsv{name}: all scenes need the same bands, got {several}; if one camera has several settings, "
            "put resample into cleaning.steps; if several sensors saw the same rock, write one of them into scenes.tsv "
            "and the others into a table of sensors (the key sensors); or check the column axes, or leave the odd ones "
            "out"
        )
    with_nm = [found for found in censuses if found.wavelengths_nm is not None]
    for found in with_nm[1:]:
        first = np.asarray(with_nm[0].wavelengths_nm)
        apart = np.nanmax(np.abs(np.asarray(found.wavelengths_nm) - first), initial=0.0)  # NaN: bands that have none
        width = np.nanmean(np.abs(np.diff(first))) if len(first) > 1 else 0.0
        if apart > width / 2:
            raise DataError(
                f"scenes.tsv{name}: all scenes need the same wavelengths, but {found.scene} and {with_nm[0].scene} "
                f"have bands up to {apart:.3g} nm apart: two sensors? Put resample into cleaning.steps, correct the "
                "column wavelengths, or leave the odd ones out"
            )


def _unknown_sensors(censuses: Sequence[Census]) -> Iterator[str]:
    without = [found.scene for found in censuses if found.wavelengths_nm is None]
    if 0 < len(without) < len(censuses):
        yield f"the wavelengths of {', '.join(without)} are not known, those of the others are: the bands may differ"


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


def _odd_remarks(censuses: Sequence[Census]) -> Iterator[str]:
    """Yield the unusual remarks on the scenes, each once."""
    yield from (text for text, odd in remarks_of(censuses) if odd)


def remarks_of(censuses: Sequence[Census]) -> list[tuple[str, bool]]:
    """Return all remarks, each once with its scenes, and whether it is unusual.

    Parameters
    ----------
    censuses : sequence of Census, censuses of all scenes.
    """
    scenes: dict[Remark, list[str]] = {}
    for found in censuses:
        for remark in found.remarks:
            scenes.setdefault(remark, []).append(found.scene)
    return [(f"{some(names, most=3)}: {remark.text}", remark.odd) for remark, names in scenes.items()]


def _saturated(censuses: Sequence[Census]) -> Iterator[str]:
    for found in censuses:
        if found.saturated_share > SATURATED_SHARE:
            yield f"{found.scene}: {found.saturated_share:.1%} of the values looked at are saturated"
