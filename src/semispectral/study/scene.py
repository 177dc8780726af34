"""Scene: one row of ``scenes.tsv``, with the facts that its files do not state themselves."""

from dataclasses import dataclass
from pathlib import Path

from semispectral.errors import ConfigError
from semispectral.study.classes import CodeSet

AXES = ("line", "sample", "band")
WAVELENGTH_TABLES = (".csv", ".tsv", ".txt")

NAMED, PAINTED = "name:", "colour"  # what labels_key says of labels that are names (before the attribute), or colours
LABEL_TABLE = ".tsv"
NAMED_BY_ITSELF = (LABEL_TABLE, ".geojson", ".json")  # without a key: tables of labels, and labels from a page


@dataclass(frozen=True)
class LabelSource:
    """File of labels of a scene.

    Attributes
    ----------
    path : Path, the file.
    key : str, name of the array in it (HDF5, MATLAB), or of the attribute of polygons, or empty.
    axes : str, order in which it stores its axes, ``line,sample`` or ``sample,line``.
    """

    path: Path
    key: str = ""
    axes: str = "line,sample"

    @property
    def named(self) -> bool:
        """Whether its labels are names or colours, whose meaning depends on classes.tsv."""
        by_itself = not self.key and self.path.suffix.lower() in NAMED_BY_ITSELF
        return by_itself or self.key == PAINTED or self.key.startswith(NAMED)


@dataclass(frozen=True)
class Scene:
    """One row of ``scenes.tsv``.

    Attributes
    ----------
    name, hole : str, name of the scene, and of its drill hole or other group.
    data, labels : Path, files; the same one where the column ``labels`` is empty.
    data_key, labels_key : str, name of the array in the file (HDF5, MATLAB), or of the attribute of polygons, or empty.
    axes, labels_axes : str, order in which the file stores its axes, like ``line,sample,band``.
    labels_over : tuple of LabelSource, further labels, where the column ``labels`` names several files. They are laid
        over ``labels``, each over those before it.
    wavelengths : str, empty (read from the file), a key in the data file, or the path of a table with a column
        wavelength_nm.
    scale : float or None, reflectance = stored value x scale; None: the factor that the file states, or 1.
    nodata : float or None, stored value that means no data, or None.
    use : CodeSet, codes that are classes.
    ignore : CodeSet, codes of pixels that are not of interest; pixels of all other codes are unlabelled.
    pixel_mm : float or None, size of a pixel, in mm, or None.
    depth_from_m, depth_to_m : float or None, depth of the first and the last line, in metres, or None.
    white_key, dark_key : str, names of the reference measurements in the data file, or empty.
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
    labels_over: tuple[LabelSource, ...] = ()

    @property
    def label_sources(self) -> tuple[LabelSource, ...]:
        """Its labels, in the order in which they are laid over each other."""
        return LabelSource(self.labels, self.labels_key, self.labels_axes), *self.labels_over

    @property
    def label_files(self) -> str:
        """Its files of labels, for messages."""
        return "; ".join(str(source.path) for source in self.label_sources)

    @property
    def named_labels(self) -> bool:
        """Whether any of its labels are names or colours, whose meaning depends on classes.tsv."""
        return any(source.named for source in self.label_sources)

    @property
    def factor(self) -> float:
        """Reflectance per value, for values as `semispectral.scans.readers.open_scene` returns them."""
        return 1.0 if self.scale is None else self.scale


@dataclass(frozen=True)
class Remark:
    """Sentence about the statements of a scene's file and their use.

    Attributes
    ----------
    text : str, the sentence.
    odd : bool, whether it is unusual, so that a person should look at it.
    """

    text: str
    odd: bool = False


def axis_order(text: str, *, names: tuple[str, ...] = AXES, where: str) -> tuple[str, ...]:
    """Read an order of axes such as ``band,line,sample``; each of ``names`` must occur exactly once.

    Parameters
    ----------
    text : str, names of the axes, separated by commas.
    names : tuple of str, axes that must occur.
    where : str, file, row and column, for the error.
    """
    order = tuple(part.strip() for part in text.split(","))
    if sorted(order) != sorted(names):
        raise ConfigError(f"{where}: axes are the words {', '.join(names)} in the file's order, got {text!r}")
    return order
