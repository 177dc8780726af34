"""What is on a page: the scan, its pixels, what lies over it, and the classes that a person may give."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from semispectral.figures.false_colour import stretched
from semispectral.page.layers import Measured, Overlay, jpeg, packed
from semispectral.page.pixels import PagePixels
from semispectral.scans.identity import Identity
from semispectral.study.classes import ClassMap
from semispectral.study.scene import Scene

LARGEST_PICTURE = 2_000_000  # pixels; a larger picture is thinned, and pixels are labelled on one that is not
LONGEST_SIDE = 16_000  # pixels; browsers take no longer picture
LARGEST_PAGE_BYTES, CODE_BYTES = 24_000_000, 1_500_000  # of the file; of Bokeh, the scripts and the markup in it
LEAST_SPECTRA_BYTES = 3_000_000
BASE64 = 3 / 4  # bytes in a letter
MOST_TAKEN = 1000  # codes of a range that are named; new classes get the first free code
NO_CLASSES = ClassMap((), (), ())


@dataclass(frozen=True, eq=False)
class Labelling:
    """Classes that a person may give on a page, and the labels that are known already.

    Attributes
    ----------
    classes : the classes, in the order of the list on the page.
    taken : codes that a new class cannot have.
    given : int32 [line, sample], codes of labels that are known; None: there are none.
    """

    classes: ClassMap = NO_CLASSES
    taken: tuple[int, ...] = ()
    given: np.ndarray | None = None

    @classmethod
    def of(cls, scene: Scene, classes: ClassMap, *, given: np.ndarray | None = None) -> "Labelling":
        """Return the classes that a scene uses, as those that a person may give.

        Parameters
        ----------
        scene : the scan's row of scenes.tsv.
        classes : all classes of classes.tsv.
        given : int32 [line, sample], codes of labels that are known; None: there are none.
        """
        ignored = {code for first, last in scene.ignore.ranges for code in range(max(first, 0), min(last, MOST_TAKEN))}
        ignored |= {last for _, last in scene.ignore.ranges}
        in_use = [code for code in classes.codes if code in scene.use]
        return cls(classes.select(in_use), tuple(sorted({*classes.codes, *ignored})), given)

    def place(self) -> np.ndarray | None:
        """Return the place of each known label in the list of classes, from 1; 0 where there is none."""
        if self.given is None:
            return None
        values, inverse = np.unique(self.given, return_inverse=True)
        place = {code: number for number, code in enumerate(self.classes.codes, start=1)}
        found = np.array([place.get(int(code), 0) for code in values], np.uint16)
        return np.asarray(found[inverse].reshape(self.given.shape))


@dataclass(frozen=True, eq=False)
class Modelled:
    """What a trained model says of the stored pixels.

    Attributes
    ----------
    classes : classes of the model.
    probability : uint8 [row, class], in 1/255.
    novelty : float32 [row], in nats.
    means : float32 [class, band], mean reflectance of the training pixels of each class, NaN without any.
    """

    classes: ClassMap
    probability: np.ndarray
    novelty: np.ndarray
    means: np.ndarray


@dataclass(frozen=True, eq=False)
class Page:
    """Content of a page.

    Attributes
    ----------
    scan : identity of the scan, which the labels of the page carry.
    pixels : its stored pixels and its picture.
    wavelengths_nm : float64 [band] in nm, or None.
    overlays : rasters over the picture; the first one is shown.
    modelled : what a trained model says of the stored pixels; None: there is no model.
    measured : absorption features of the stored pixels; None: there are none.
    labelling : classes and known labels.
    depth_m : float64 [line, sample], depth in m, NaN beside the core; None: unknown.
    back : address of the page that leads to this one, relative to it, and its words; empty: there is none.
    tiles : where the other pixels lie: folder, names, tops, side and grid; empty: the page holds all.
    """

    scan: Identity
    pixels: PagePixels
    wavelengths_nm: np.ndarray | None
    overlays: tuple[Overlay, ...] = ()
    modelled: Modelled | None = None
    measured: Measured | None = None
    labelling: Labelling = field(default_factory=Labelling)
    depth_m: np.ndarray | None = None
    back: tuple[str, str] = ("", "")
    tiles: Mapping[str, Any] = field(default_factory=dict)

    @property
    def axis(self) -> np.ndarray:
        """Positions of the bands on the x axis of the spectra, float64 [band]."""
        bands = self.pixels.curves["spectrum"].code.shape[1]
        return np.arange(bands) if self.wavelengths_nm is None else self.wavelengths_nm

    @property
    def axis_title(self) -> str:
        """Title of that axis."""
        return "band" if self.wavelengths_nm is None else "wavelength (nm)"


def payload(page: Page) -> dict[str, Any]:
    """Return the data of the page's script, as JSON has them; arrays are compressed.

    Parameters
    ----------
    page : the content.
    """
    pixels, labelling, modelled = page.pixels, page.labelling, page.modelled
    arrays = {"place": pixels.place}
    for name, values in pixels.curves.items():
        arrays |= {name: values.code, f"{name}_low": values.low, f"{name}_step": values.step}
    if modelled is not None:
        arrays |= {"probability": modelled.probability, "novelty": modelled.novelty, "means": modelled.means}
    if page.measured is not None:
        arrays["features"] = page.measured.values
    if page.depth_m is not None:
        arrays["depth_m"], arrays["run"] = _depths(page.depth_m)
    given = labelling.place()
    if given is not None:
        arrays["given"] = given
    picture, thin = _picture(pixels.picture)
    overlays = [_overlay(each) for each in page.overlays]
    return {
        "scan": asdict(page.scan),
        "stride": pixels.stride,
        "grid": list(pixels.place.shape),
        "axis": [round(float(value), 2) for value in page.axis],
        "curves": list(pixels.curves),
        "tiles": dict(page.tiles) or None,
        "picture": {"thin": thin, "shape": list(picture.shape[:2]), "jpeg": jpeg(picture)},
        "overlays": overlays,
        "model": None if modelled is None else _classes(modelled.classes),
        "features": None if page.measured is None else _features(page.measured),
        "classes": _classes(labelling.classes),
        "taken": sorted(labelling.taken),
        "arrays": {name: packed(array) for name, array in arrays.items()},
    }


def bytes_for_spectra(shape: tuple[int, int], overlays: Sequence[Overlay]) -> int:
    """Return how many bytes of spectra a page can have besides its picture and overlays, before they are compressed.

    Spectra are counted as if they could not be compressed, and so is the picture.

    Parameters
    ----------
    shape : (lines, samples) of the scan.
    overlays : rasters over the picture.
    """
    picture = 3 * min(shape[0] * shape[1], LARGEST_PICTURE)
    rasters = sum(len(overlay.packed["base64"]) for overlay in overlays)
    return max(LEAST_SPECTRA_BYTES, int(BASE64 * (LARGEST_PAGE_BYTES - CODE_BYTES - rasters)) - picture)


def _picture(picture: np.ndarray) -> tuple[np.ndarray, int]:
    """Return the picture as uint8 [line, sample, 3], and every how many lines and samples it has a pixel."""
    lines, samples, _ = picture.shape
    thin = int(np.ceil(max(np.sqrt(lines * samples / LARGEST_PICTURE), max(lines, samples) / LONGEST_SIDE)))
    return np.rint(stretched(picture[::thin, ::thin]) * 255).astype(np.uint8), thin


def _depths(depth_m: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return depths of the core runs, which lie along the lines.

    Parameters
    ----------
    depth_m : float64 [line, sample], NaN beside the core.

    Returns
    -------
    float32 [run, line] in m, and int32 [sample], the run of each sample, -1 beside the core.
    """
    inside = np.isfinite(depth_m).any(axis=0)
    runs, run = np.unique(depth_m[:, inside].astype(np.float32), axis=1, return_inverse=True)
    of_sample = np.full(depth_m.shape[1], -1, np.int32)
    of_sample[inside] = run.ravel()
    return runs.T, of_sample


def _overlay(overlay: Overlay) -> dict[str, Any]:
    """Return an overlay as the page's script reads it."""
    return {
        "name": overlay.name,
        "names": list(overlay.names),
        "colours": list(overlay.colours),
        "place": overlay.packed,
        "thin": overlay.thin,
    }


def _features(measured: Measured) -> dict[str, Any]:
    """Return windows, formulas and names of values as the page's script reads them."""
    windows = [{"name": name, "from": first, "to": last} for name, first, last in measured.windows]
    return {"windows": windows, "formulas": list(measured.formulas), "values": list(measured.names)}


def _classes(classes: ClassMap) -> list[dict[str, Any]]:
    """Return classes as the page's script reads them."""
    rows = zip(classes.codes, classes.names, classes.colours, strict=True)
    return [{"code": code, "name": name, "colour": colour} for code, name, colour in rows]
