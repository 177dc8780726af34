"""Scene: one row of ``scenes.tsv``, with the facts that its files do not state themselves."""

import re
from dataclasses import dataclass, replace
from pathlib import Path

from semispectral.errors import ConfigError
from semispectral.study.classes import CodeSet
from semispectral.study.names import quoted

AXES = ("line", "sample", "band")
WAVELENGTH_TABLES = (".csv", ".tsv", ".txt")
LINES = re.compile(r"([0-9]{1,9})-([0-9]{1,9})|(first|last) ([0-9]{1,9})")

REFERENCE_ROLES = ("white", "dark", "white_dark")  # each with columns for its file, key and lines
NAMED, PAINTED = "name:", "colour"  # what labels_key says of labels that are names (before the attribute), or colours
LABEL_TABLES = (".tsv", ".csv")
SHARES = re.compile(r"shares(?::(\d*\.?\d+))?")  # likewise of shares of classes, with the least one that makes a label
LEAST_SHARE = 0.5
POLYGONS = (".gpkg", ".geojson", ".json", ".shp")
NAMED_BY_ITSELF = (*LABEL_TABLES, ".geojson", ".json")  # without a key: tables of labels, and labels from a page


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
        return by_itself or self.key == PAINTED or self.key.startswith(NAMED) or self.has_shares

    @property
    def has_shares(self) -> bool:
        """Whether it holds shares of classes in every pixel."""
        return SHARES.fullmatch(self.key) is not None

    @property
    def least_share(self) -> float:
        """Share from which the dominant class of a pixel is its label."""
        found = SHARES.fullmatch(self.key)
        return float(found[1]) if found and found[1] else LEAST_SHARE


@dataclass(frozen=True)
class Reference:
    """Place of a reference measurement of a scene.

    Attributes
    ----------
    role : str, one of `REFERENCE_ROLES`.
    file : Path, the file that holds it.
    key : str, name of the array in the file, or empty.
    lines : str, the lines of the array that are used, as in ``0-99`` or ``last 100``; empty: all.
    inside : bool, whether these are lines of the scan itself, which then hold no rock.
    """

    role: str
    file: Path
    key: str
    lines: str
    inside: bool


@dataclass(frozen=True)
class DepthMark:
    """Depth that is written beside the core, as on a wooden block.

    Attributes
    ----------
    run : int, run of core in the tray, from 1 on the left.
    line : float, line of the scan at which it lies.
    depth_m : float, depth, in m. Two marks on one line: core between them is lost.
    """

    run: int
    line: float
    depth_m: float


@dataclass(frozen=True)
class TiePoint:
    """One place on the rock, as two sensors see it; whole numbers are the middles of pixels.

    Attributes
    ----------
    line, sample : float, where the sensor sees it.
    grid_line, grid_sample : float, where it lies in the scene's own data.
    """

    line: float
    sample: float
    grid_line: float
    grid_sample: float


@dataclass(frozen=True)
class OtherSensor:
    """Data of a scene that come from another sensor than its own: one row of ``sensors.tsv``.

    Attributes
    ----------
    name : str, name of the sensor.
    row : Scene, where its data and references are; it has no labels and no depths.
    affine : tuple of float, six numbers a to f that give where the middle of a pixel of the scene's own data lies in
        these: line = a line' + b sample' + c, sample = d line' + e sample' + f; empty: by the tie points or, without
        any, on the same grid.
    tie_points : tuple of TiePoint, places that both sensors see; empty: none.
    most_residual : float, distance of a tie point from where the affine that is fitted to all of them puts it, in
        pixels of this sensor, above which it is refused.
    interpolation : str, ``bilinear`` or ``nearest``.
    absent : bool, whether the scene lacks this sensor; ``row`` is then that of the first scene which has it, and says
        which bands are missing.
    """

    name: str
    row: "Scene"
    affine: tuple[float, ...] = ()
    tie_points: tuple[TiePoint, ...] = ()
    most_residual: float = 1.0
    interpolation: str = "bilinear"
    absent: bool = False


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
    white, dark, white_dark : Path or None, files of the white and dark reference, and of the dark reference that was
        taken with the white one; None: the scan's own file, if a key or lines are given, else none.
    white_key, dark_key, white_dark_key : str, arrays in these files, or empty.
    white_lines, dark_lines, white_dark_lines : str, their lines, such as ``0-99`` or ``last 100``; empty: all.
    depth_marks : tuple of DepthMark, marks along the core, by run and line; empty: none.
    panel : Path or None, table of the white panel's reflectance by wavelength.
    mask : Path or None, PNG that a person painted: white for core, black for tray; None: the settings of the mask tell.
    map_only : bool, whether the scan is mapped with what others taught, and is in no part of the split.
    sensor : str, name of the sensor of ``data``, on whose grid the scene lies; empty in a study of one sensor.
    others : tuple of OtherSensor, the other sensors of the study, in its order; empty in a study of one sensor.
    own_place : int, number of those whose bands come before the scene's own.
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
    white: Path | None = None
    dark: Path | None = None
    white_lines: str = ""
    dark_lines: str = ""
    white_dark: Path | None = None
    white_dark_key: str = ""
    white_dark_lines: str = ""
    panel: Path | None = None
    depth_marks: tuple[DepthMark, ...] = ()
    mask: Path | None = None
    map_only: bool = False
    sensor: str = ""
    others: tuple[OtherSensor, ...] = ()
    own_place: int = 0

    @property
    def label_sources(self) -> tuple[LabelSource, ...]:
        """Its labels, in the order in which they are laid over each other."""
        return LabelSource(self.labels, self.labels_key, self.labels_axes), *self.labels_over

    @property
    def label_files(self) -> str:
        """Its files of labels, for messages."""
        return "; ".join(str(source.path) for source in self.label_sources)

    def reference(self, role: str) -> Reference | None:
        """Return the place of a reference, or None where the row names none.

        Parameters
        ----------
        role : str, one of `REFERENCE_ROLES`.
        """
        file: Path | None = getattr(self, role)
        key, lines = str(getattr(self, f"{role}_key")), str(getattr(self, f"{role}_lines"))
        if file is None and not key and not lines:
            return None
        inside = file is None and not key
        return Reference(role, file or self.data, self.data_key if inside else key, lines, inside)

    @property
    def references(self) -> tuple[Reference, ...]:
        """All references that the row names."""
        return tuple(found for role in REFERENCE_ROLES if (found := self.reference(role)))

    @property
    def has_references(self) -> bool:
        """Whether reflectance can be made of its counts: it names a white and a dark reference."""
        return self.reference("white") is not None and self.reference("dark") is not None

    def without_labels(self) -> "Scene":
        """Return the same row without labels."""
        return replace(self, labels=self.data, labels_key="", labels_over=())

    @property
    def has_labels(self) -> bool:
        """Whether the table names labels: files of their own, or an array in the data file."""
        return self.labels != self.data or bool(self.labels_key) or bool(self.labels_over)

    @property
    def named_labels(self) -> bool:
        """Whether any of its labels are names or colours, whose meaning depends on classes.tsv."""
        return any(source.named for source in self.label_sources)

    @property
    def share_sources(self) -> tuple[LabelSource, ...]:
        """Its labels that are shares of classes."""
        return tuple(source for source in self.label_sources if source.has_shares)

    @property
    def labels_by_place(self) -> bool:
        """Whether any of its labels may be polygons, which the size of a pixel can place."""
        return any(source.path.suffix.lower() in POLYGONS for source in self.label_sources)

    @property
    def factor(self) -> float:
        """Reflectance per value, as stages see them: of several sensors, each has been multiplied by its own scale."""
        return 1.0 if self.scale is None or self.others else self.scale

    @property
    def alone(self) -> "Scene":
        """The row of its own sensor alone."""
        return replace(self, sensor="", others=(), own_place=0)


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


def line_range(text: str, lines: int, where: str) -> tuple[int, int]:
    """Return the first line of a range, and the one after its last.

    Parameters
    ----------
    text : str, range as ``0-99``, ``first 100`` or ``last 100``; empty: all lines.
    lines : int, number of lines of the array.
    where : str, file and column, for the error.

    Raises
    ------
    ConfigError : the array has fewer lines.

    Examples
    --------
    >>> line_range("last 10", 100, "")
    (90, 100)
    """
    found = LINES.fullmatch(text)
    if not found:
        return 0, lines
    count = int(found[4] or 0)
    first, last = (int(found[1]), int(found[2]) + 1) if found[1] else (0, count)
    if last > lines:
        raise ConfigError(
            f"{where}: the array has {lines} lines, counted from 0, got {quoted(text)}; correct the lines"
        )
    return (lines - count, lines) if found[3] == "last" else (first, last)
