"""Read labels that were drawn on the page of a scan: GeoJSON in pixels, which says of which scan it is."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from rasterio.features import rasterize

from semispectral.errors import DataError, UnreadableError
from semispectral.scans.formats.first_bytes import PAGE_MEMBER
from semispectral.scans.formats.open_file import reading, refuse_keys
from semispectral.scans.identify import identify
from semispectral.scans.identity import Identity
from semispectral.scans.labels.class_words import ClassWords
from semispectral.scans.labels.label_rasters import UNLABELLED_CODE
from semispectral.scans.labels.png import text_in
from semispectral.study.names import printable, quoted
from semispectral.study.scene import Scene

WHAT = "a file of labels from a page"
LARGEST_BYTES = 256_000_000
AREAS = ("Polygon", "MultiPolygon")


@dataclass(frozen=True, eq=False)
class Patch:
    """Labelled area.

    Attributes
    ----------
    number : int, its place in the file, from 1.
    shape : polygon in samples (x) and lines (y, downwards).
    of_class, colour : str, name and colour of its class.
    """

    number: int
    shape: shapely.Geometry
    of_class: str
    colour: str


def read_labels(path: Path, scene: Scene, words: ClassWords, *, key: str = "", shape: tuple[int, int]) -> np.ndarray:
    """Read the labels of a scene from the file that its page saved.

    Parameters
    ----------
    path : Path, the file.
    scene : Scene, row of ``scenes.tsv``.
    words : ClassWords, classes that may be written.
    key : str, must be empty: the file itself says where the classes are.
    shape : (lines, samples) of the scene.

    Returns
    -------
    int32 [line, sample], codes; 0 where the file has no label.

    Raises
    ------
    DataError : the file is of another scan, a class is unknown, an area lies outside the scan, or two areas of
        different classes overlap.
    """
    refuse_keys(path, what=WHAT, labels_key=key)
    content = _content(path)
    require_same_scan(path, identity_in(path, content[PAGE_MEMBER]), scene)
    patches = [_patch(path, number, feature, shape) for number, feature in enumerate(content["features"], start=1)]
    code_of = [words.code(p.of_class, f"{path}, feature {p.number}", colour=p.colour) for p in patches]
    codes = np.full(shape, UNLABELLED_CODE, np.int32)
    owner = np.zeros(shape, np.int32)
    for code in sorted(set(code_of)):
        own = [(p.shape, p.number) for p, its in zip(patches, code_of, strict=True) if its == code]
        burnt = rasterize(own, out_shape=shape, fill=0, dtype="int32")
        _refuse_lost(path, own, burnt)
        _refuse_two_classes(path, burnt, owner)
        codes[burnt > 0], owner = code, np.where(burnt > 0, burnt, owner)
    return codes


def require_own_picture(path: Path, scene: Scene) -> None:
    """Refuse a PNG of codes that the page of another scan saved; a PNG from elsewhere says nothing of its scan.

    Parameters
    ----------
    path : Path, the picture.
    scene : Scene, row of ``scenes.tsv`` that names it.
    """
    said = text_in(path, PAGE_MEMBER)
    if not said:
        return
    with reading(path, what=WHAT):
        member = json.loads(said)
    require_same_scan(path, identity_in(path, member), scene)


def require_same_scan(path: Path, found: Identity, scene: Scene) -> None:
    """Refuse labels that were drawn on another scan.

    Parameters
    ----------
    path : Path, the file, for errors.
    found : Identity, what the file says.
    scene : Scene, row of ``scenes.tsv`` that names the file.
    """
    own = identify(scene)
    if not found.is_of(own):
        raise DataError(
            f"{path}: these labels were drawn on another scan, {quoted(found.scene)} ({found.lines} lines, "
            f"{found.samples} samples, content {found.content}), and not on {scene.name} ({own.lines} lines, "
            f"{own.samples} samples, content {own.content}, {scene.data}); name the file in the row of its scan"
        )


def identity_in(path: Path, found: Any) -> Identity:
    """Return the identity of a scan that a file of labels carries.

    Parameters
    ----------
    path : Path, the file, for errors.
    found : the member of the file, as JSON gives it.
    """
    try:
        scene, lines, samples, content = (found[name] for name in ("scene", "lines", "samples", "content"))
        return Identity(printable(scene), int(lines), int(samples), printable(content))
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(
            f"{path}: {PAGE_MEMBER} must say the scan, its lines, samples and content, as the page writes them "
            f"({printable(repr(error))}); download the labels again"
        ) from error


def named_classes(path: Path) -> list[tuple[str, str]]:
    """Return name and colour of the class of each area of a file, in its order.

    Parameters
    ----------
    path : Path, the file.
    """
    features = enumerate(_content(path)["features"], start=1)
    return [_class_of(f"{path}, feature {number}", feature) for number, feature in features]


def _class_of(where: str, feature: Any) -> tuple[str, str]:
    """Return name and colour of the class of an area."""
    try:
        properties = feature["properties"]
        of_class, colour = properties["class"], properties.get("colour", "")
    except (KeyError, TypeError, AttributeError) as error:
        raise DataError(f"{where}: a polygon with the property class is needed; correct it, or leave it out") from error
    if not isinstance(of_class, str) or not of_class.strip():
        raise DataError(
            f"{where}: the name of a class as property class is needed, got {quoted(of_class)}; correct it, or "
            "leave it out"
        )
    return of_class.strip(), printable(colour, limit=7)


def _content(path: Path) -> dict[str, Any]:
    """Return the file as JSON gives it."""
    with reading(path, what=WHAT):
        size = path.stat().st_size
        if size > LARGEST_BYTES:
            raise DataError(f"{path}: {WHAT} has at most {LARGEST_BYTES} bytes, got {size}; name another file")
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    if not isinstance(content, dict) or not isinstance(content.get("features"), list) or PAGE_MEMBER not in content:
        raise UnreadableError(f"{path}: {WHAT} is a GeoJSON FeatureCollection with {PAGE_MEMBER}; download it again")
    return content


def _patch(path: Path, number: int, feature: Any, shape: tuple[int, int]) -> Patch:
    """Return a labelled area of the file, checked."""
    where = f"{path}, feature {number}"
    of_class, colour = _class_of(where, feature)
    geometry = feature.get("geometry")
    kind = geometry.get("type") if isinstance(geometry, dict) else geometry
    if kind not in AREAS:
        raise DataError(f"{where}: a polygon is needed, got {quoted(kind)}; correct it, or leave it out")
    with reading(path, what=f"{WHAT} (feature {number})"), np.errstate(invalid="ignore"):
        drawn = shapely.geometry.shape(geometry)
        left, top, right, bottom = drawn.bounds
        finite = np.isfinite(shapely.get_coordinates(drawn)).all()
    if finite and not drawn.area:
        raise DataError(
            f"{where}: a polygon with an area is needed, got one whose corners lie on one line or whose edges cross; "
            "draw it again, or leave it out"
        )
    if not (finite and min(left, top) >= 0 and right <= shape[1] and bottom <= shape[0]):
        raise DataError(
            f"{where}: an area inside the scan is needed, samples 0 to {shape[1]} and lines 0 to {shape[0]}, got "
            f"samples {left:g} to {right:g} and lines {top:g} to {bottom:g}; correct it, or leave it out"
        )
    return Patch(number, drawn, of_class, colour)


def _refuse_lost(path: Path, own: list[tuple[shapely.Geometry, int]], burnt: np.ndarray) -> None:
    """Refuse areas that label nothing, for they cover the centre of no pixel."""
    seen = set(np.unique(burnt).tolist())
    for area, number in own:
        if number not in seen and not rasterize([area], out_shape=burnt.shape).any():
            raise DataError(
                f"{path}, feature {number}: an area over the centre of a pixel or of more is needed, got one between "
                "them; draw it again, or leave it out"
            )


def _refuse_two_classes(path: Path, burnt: np.ndarray, owner: np.ndarray) -> None:
    """Refuse areas of a class that cover pixels of areas of another one."""
    both = np.argwhere((burnt > 0) & (owner > 0))
    if len(both):
        line, sample = both[0].tolist()
        raise DataError(
            f"{path}, features {owner[line, sample]} and {burnt[line, sample]}: they give {len(both)} pixels two "
            f"classes, the first at line {line}, sample {sample}; draw them apart, or leave one out"
        )
