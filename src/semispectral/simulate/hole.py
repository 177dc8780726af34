"""Draw the properties that the scenes of one drill hole share: its geology and its spectra."""

from dataclasses import dataclass

import numpy as np

from semispectral.simulate.fields import generator
from semispectral.simulate.hole_settings import SimulateConfig
from semispectral.simulate.lithologies import LITHOLOGIES
from semispectral.simulate.minerals import Mineral, get_mineral

PREVAILING_AREA = 0.4  # of the first hole's core, so that patches can hold nearly all of its labels
AREA_EXPONENT, LABEL_EXPONENT = 0.4, 1.0  # Zipf: the k-th most frequent class is k^-exponent as frequent as the first


def mixed_minerals(settings: SimulateConfig) -> tuple[Mineral, ...]:
    """Return every mineral of the collection: those of the settings, then others that the lithologies need.

    Parameters
    ----------
    settings : SimulateConfig, settings of the collection.
    """
    names = list(settings.minerals)
    for lithology in settings.lithologies:
        names += [name for name in LITHOLOGIES[lithology].minerals if name not in names]
    return tuple(get_mineral(name) for name in names)


@dataclass(frozen=True, eq=False)
class Hole:
    """Properties that the scenes of a hole share.

    Attributes
    ----------
    classes : tuple of str, names of the minerals and lithologies of the hole's units.
    area : float64 [class], share of the core.
    label : float64 [class], share of the labels.
    centre_shift_nm : float64 [mineral], shift of the absorptions in nm, in the order of `mixed_minerals`.
    composition : float64 [mineral], composition from 0 to 1, in the order of `mixed_minerals`.
    path, albedo : float, factors on the path length and albedo of the pixels.
    slope : float, slope of reflectance over the wavelength range.
    dip : float, dip of the layering, in lines per sample.
    moisture : float, mean depth of the 1.9 um water band, in nepers.
    top_m : float, depth of the first scene, in metres.
    """

    classes: tuple[str, ...]
    area: np.ndarray
    label: np.ndarray
    centre_shift_nm: np.ndarray
    composition: np.ndarray
    path: float
    albedo: float
    slope: float
    dip: float
    moisture: float
    top_m: float


def draw_hole(settings: SimulateConfig, number: int) -> Hole:
    """Draw a hole as a function of the seed and its number.

    Parameters
    ----------
    settings : SimulateConfig, settings of the collection.
    number : int, number of the hole, from 0.
    """
    random = generator(settings.seed, "hole", number)
    minerals = len(mixed_minerals(settings))
    classes = _present_classes(settings, number)
    area, label = _class_shares(settings, number, classes)
    return Hole(
        classes=classes,
        area=area,
        label=label,
        centre_shift_nm=random.normal(0.0, settings.hole_shift_nm, minerals),
        composition=random.uniform(0.2, 0.8, minerals),
        path=float(np.exp(random.normal(0.0, settings.hole_sigma))),
        albedo=float(np.exp(random.normal(0.0, settings.hole_sigma))),
        slope=float(random.normal(0.0, settings.hole_sigma)),
        dip=float(random.uniform(-0.6, 0.6)),
        moisture=float(settings.moisture * random.lognormal(0.0, 0.3)),
        top_m=round(float(random.uniform(40.0, 400.0)), 1),
    )


def _present_classes(settings: SimulateConfig, number: int) -> tuple[str, ...]:
    """Return all classes, labelled ones first; the second hole lacks the prevailing one."""
    labelled = settings.labelled_minerals + settings.labelled_lithologies
    others = tuple(name for name in settings.minerals + settings.lithologies if name not in labelled)
    absent = settings.prevailing if number == 1 else None
    return tuple(name for name in labelled + others if name != absent)


def _class_shares(settings: SimulateConfig, number: int, classes: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Return Zipf shares of the classes in the core and in the labels, both float64 [class].

    The order of the classes differs from hole to hole, so that a class that is rare in one is less rare in the next.
    """
    labelled = settings.labelled_minerals + settings.labelled_lithologies
    order = generator(settings.seed, "ranks").permutation(len(labelled))
    turned = np.roll(order, number * len(labelled) // 3)
    rank = {labelled[place]: k for k, place in enumerate(turned, start=1)}
    frequency = np.array([1 / rank[name] ** LABEL_EXPONENT if name in rank else 0.0 for name in classes])
    middle = (len(labelled) + 1) / 2
    area = np.array([1 / rank.get(name, middle) ** AREA_EXPONENT for name in classes])
    if number == 0:
        prevails = np.array([name == settings.prevailing for name in classes])
        return _raise_share(area, prevails, PREVAILING_AREA), _raise_share(
            frequency, prevails, settings.prevailing_share
        )
    return area / area.sum(), frequency / frequency.sum()


def _raise_share(frequency: np.ndarray, chosen: np.ndarray, share: float) -> np.ndarray:
    """Return the frequencies, scaled so that the chosen class has this share and the others keep their proportions."""
    rest = np.where(chosen, 0.0, frequency)
    return np.where(chosen, share, rest / rest.sum() * (1 - share))
