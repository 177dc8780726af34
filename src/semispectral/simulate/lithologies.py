"""Rock types: the codes from 100 on, each a mixture of minerals."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Lithology:
    """Rock type.

    Attributes
    ----------
    code : int, code in the label files.
    minerals : mean share of each of its minerals, at most four.
    """

    code: int
    minerals: Mapping[str, float]


LITHOLOGIES: Mapping[str, Lithology] = MappingProxyType(
    {
        "granite": Lithology(100, {"quartz": 0.3, "orthoclase": 0.3, "albite": 0.2, "biotite": 0.2}),
        "greenstone": Lithology(101, {"actinolite": 0.35, "albite": 0.3, "chlorite": 0.25, "epidote": 0.1}),
        "mudstone": Lithology(102, {"illite": 0.45, "quartz": 0.3, "calcite": 0.15, "kaolinite": 0.1}),
        "sulphide": Lithology(103, {"pyrite": 0.6, "chalcopyrite": 0.2, "quartz": 0.2}),
    }
)

TRAY_CODE = 255
UNLABELLED_CODE = 0
