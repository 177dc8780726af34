"""A scene: one row of ``scenes.tsv``, the facts about each file that no file says about itself."""

from dataclasses import dataclass
from pathlib import Path

from semispectral.errors import ConfigError
from semispectral.study.classes import CodeSet

AXES = ("line", "sample", "band")
WAVELENGTH_TABLES = (".csv", ".tsv", ".txt")

NAMED, PAINTED = "name:", "colour"  # what labels_key says of labels that are names (before the attribute), or colours


@dataclass(frozen=True)
class Scene:
    """One row of ``scenes.tsv``.

    Parameters
    ----------
    name, hole : of the scene, and of the drill hole (or other group) that it belongs to.
    data, labels : the files; the same one where the column ``labels`` is empty.
    data_key, labels_key : the array inside the file (HDF5, MATLAB), the attribute of polygons, or empty.
    axes, labels_axes : order in which the file stores its axes, like ``line,sample,band``.
    wavelengths : empty (from the file), a key in the data file, or the path of a table with a column wavelength_nm.
    scale : reflectance = stored value x scale; None: what the file states is applied, and 1 where it states nothing.
    nodata : the stored value that means no data, or None.
    use, ignore : codes that are classes; codes whose pixels are not of interest. All others are unlabelled.
    pixel_mm, depth_from_m, depth_to_m : size of a pixel, and the depths of the first and last line, or None.
    white_key, dark_key : reference measurements in the data file, or empty.
    """

    name: str
    hole: str
    data: Path
    data_key: str
    labels: Path
    labels_key: str
    axes: str
    wavelengths: str
    scale: float | None
    nodata: float | None
    use: CodeSet
    ignore: CodeSet
    pixel_mm: float | None = None
    depth_from_m: float | None = None
    depth_to_m: float | None = None
    white_key: str = ""
    dark_key: str = ""
    labels_axes: str = "line,sample"

    @property
    def named_labels(self) -> bool:
        """Whether its labels are names or colours, so that what they mean hangs on names and colours of classes.tsv."""
        return self.labels_key == PAINTED or self.labels_key.startswith(NAMED)

    @property
    def factor(self) -> float:
        """Reflectance per value, as `semispectral.scans.readers.open_scene` gives values."""
        return 1.0 if self.scale is None else self.scale


@dataclass(frozen=True)
class Remark:
    """A sentence about what a scene's file states and what is made of it; ``odd`` where a person should look at it."""

    text: str
    odd: bool = False


def axis_order(text: str, *, names: tuple[str, ...] = AXES, where: str) -> tuple[str, ...]:
    """Read an order of axes such as ``band,line,sample``; each of ``names`` must stand exactly once."""
    order = tuple(part.strip() for part in text.split(","))
    if sorted(order) != sorted(names):
        raise ConfigError(f"{where}: axes are the words {', '.join(names)} in the file's order, got {text!r}")
    return order
