"""Settings of the absorption features, without heavy imports, so that a Snakefile can read them."""

from collections import Counter
from typing import Annotated

from pydantic import Field

from semispectral.errors import ConfigError
from semispectral.features.formulas import parse
from semispectral.study.setting_types import Positive, ShareBelowOne, Unique, settings_class

KINDS = ("position_nm", "depth", "width_nm", "asymmetry", "area_nm")  # what is measured in a window
FACTS, RASTER, TABLE = "features.json", "features.tif", "features.parquet"  # files of a scene
FILES = (RASTER, "features.img", "features.hdr", TABLE, FACTS)
COLUMNS = ("scene", "hole", "line", "sample", "depth_m")  # of tables, which no value may be called
MOST = 50  # windows, and formulas: a scan is held once for each value
Name = Annotated[str, Field(pattern="^[A-Za-z][A-Za-z0-9_]{0,39}$")]


@settings_class("features.windows")
class Window:
    """A range of the spectrum with one absorption feature; the hull is made over the window alone."""

    name: Name
    """Name: letters, digits and _, a letter first. The feature's values are called by it: NAME_depth, ..."""
    from_nm: Positive
    """First wavelength, in nm."""
    to_nm: Positive
    """Last wavelength, in nm."""

    def __post_init__(self) -> None:
        if self.from_nm >= self.to_nm:
            raise ConfigError(
                f"features.windows: {self.name} must begin before it ends, got {self.from_nm:g} to {self.to_nm:g} nm"
            )

    @property
    def values(self) -> tuple[str, ...]:
        """Names of the feature's values."""
        return tuple(f"{self.name}_{kind}" for kind in KINDS)


@settings_class("features.formulas")
class Formula:
    """An index: a ratio, or any other arithmetic of values of features."""

    name: Name
    """Name: letters, digits and _, a letter first."""
    formula: str
    """Numbers, names of values such as aloh_2200_depth, and + - * / ( )."""


USUAL_WINDOWS = (
    Window("iron_900", 750, 1050),
    Window("oh_1400", 1350, 1450),
    Window("water_1900", 1850, 2080),
    Window("aloh_2160", 2138, 2180),
    Window("aloh_2200", 2120, 2245),
    Window("feoh_2250", 2230, 2285),
    Window("mgoh_2330", 2270, 2370),
    Window("mgoh_2380", 2365, 2430),
)
USUAL_FORMULAS = (
    Formula("kaolin_doublet", "aloh_2160_depth / aloh_2200_depth"),
    Formula("mica_water", "aloh_2200_depth / water_1900_depth"),
)


@settings_class("features")
class FeaturesConfig:
    """Absorption features of every pixel, and indices made of them."""

    enabled: bool = True
    """Whether to measure them. Scans without wavelengths have none."""
    windows: Annotated[tuple[Window, ...], Field(max_length=MOST), Unique("name")] = USUAL_WINDOWS
    """Where features are looked for. Of these usual windows, those that the sensor does not see are left out; a window
    of your own that it does not see is an error. Windows may overlap, as usual ones do: each is measured by itself."""
    formulas: Annotated[tuple[Formula, ...], Field(max_length=MOST), Unique("name")] = USUAL_FORMULAS
    """Indices by name."""
    least_depth: ShareBelowOne = 0.01
    """Depth below which a feature has no position, width and asymmetry; of the hull, 0 to 1."""

    def __post_init__(self) -> None:
        """Check the formulas against the names of values, and the names against each other."""
        if not self.windows:
            raise ConfigError(
                "features.windows: at least one window is needed; features.enabled: false switches off all"
            )
        named = (*COLUMNS, *self.values, *(each.name for each in self.formulas))
        twice = [name for name, times in Counter(named).items() if times > 1]
        if twice:
            raise ConfigError(f"features: each value needs a name of its own, got {twice[0]} twice; rename one of them")
        for each in self.formulas:
            if each not in USUAL_FORMULAS:
                parse(each.formula, self.values, where=f"features.formulas, {each.name}")

    @property
    def values(self) -> tuple[str, ...]:
        """Names of the values of all windows."""
        return tuple(value for window in self.windows for value in window.values)
