"""Write, for a scan, what a person needs to draw labels in another program: a picture, and files to draw in."""

import logging
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyogrio.raw
import rasterio

from semispectral.errors import ConfigError
from semispectral.figures.false_colour import stretched
from semispectral.labelling.qgis_style import add_style
from semispectral.maps.rasters import DEFLATE, Legend, profile_of, write_classes
from semispectral.maps.scene_map import Ground, raster_type
from semispectral.maps.stream import BLOCK_BYTES, colour_bands
from semispectral.scans.cube import Cube
from semispectral.scans.facts.georeference import quiet
from semispectral.scans.readers import open_scene
from semispectral.storage.atomic import replacing_files
from semispectral.study.classes import ClassMap
from semispectral.study.scene import NAMED, Scene

log = logging.getLogger(__name__)

LAYER, ATTRIBUTE, GEOMETRY = "labels", "class", "geom"
UNLABELLED, UNLABELLED_COLOUR = "unlabelled", "#000000"
KEY = f"{NAMED}{ATTRIBUTE}"  # what labels_key says of the polygons


@dataclass(frozen=True)
class Templates:
    """Files of one scan to label it with.

    Attributes
    ----------
    scene : row of scenes.tsv.
    picture : GeoTIFF, false colours to draw on.
    raster : GeoTIFF of codes, all 0, to paint in.
    polygons : GeoPackage without polygons, to draw in.
    """

    scene: Scene
    picture: Path
    raster: Path
    polygons: Path

    @classmethod
    def of(cls, scene: Scene, folder: Path) -> "Templates":
        """Return the files of a scan in a folder.

        Parameters
        ----------
        scene : row of scenes.tsv.
        folder : folder of the files.
        """
        names = (f"{scene.name}_picture.tif", f"{scene.name}_labels.tif", f"{scene.name}_polygons.gpkg")
        return cls(scene, *(folder / name for name in names))

    @property
    def files(self) -> tuple[Path, ...]:
        """All files."""
        return self.picture, self.raster, self.polygons


def require_free(templates: Iterable[Templates]) -> None:
    """Refuse to write where a file is: somebody may have drawn in it.

    Parameters
    ----------
    templates : files of all scans.

    Raises
    ------
    ConfigError : a file exists.
    """
    for files in templates:
        for path in files.files:
            if path.exists():
                raise ConfigError(
                    f"{path}: is there already, and may hold labels; nothing is overwritten. Name another folder with "
                    "--out, name the scenes that are missing, or move the file away"
                )


def write_templates(templates: Templates, classes: ClassMap) -> None:
    """Write the files of one scan, with its georeference if it has one; else they are in samples and lines.

    Parameters
    ----------
    templates : files to write; none of them exists.
    classes : classes to draw, those that the scene uses.

    Raises
    ------
    ConfigError : the scene uses no class of classes.tsv.
    """
    scene = templates.scene
    if not len(classes):
        raise ConfigError(
            f"scenes.tsv, scene {scene.name}: classes to draw are needed, but no code of its column use has a row in "
            "classes.tsv; add the codes there, or the rows (code, name, colour)"
        )
    with open_scene(scene) as cube:
        ground, picture = Ground.of(cube), _picture(cube)
    legend = Legend((0, *classes.codes), (UNLABELLED, *classes.names), (UNLABELLED_COLOUR, *classes.colours))
    empty = np.zeros(picture.shape[:2], raster_type(legend.values))
    with replacing_files(templates.picture.parent, last=templates.polygons.name) as unfinished:
        _write_picture(unfinished / templates.picture.name, picture, ground)
        write_classes(unfinished / templates.raster.name, empty, legend=legend, ground=ground, tags={})
        _write_polygons(unfinished / templates.polygons.name, classes, ground)


def _picture(cube: Cube) -> np.ndarray:
    """Return the false colours of a scan, uint8 [line, sample, 3]; memory holds one block of lines and the picture."""
    bands = colour_bands(cube)
    values = [block[:, :, bands].astype(np.float32) for _, block in cube.blocks(max_bytes=BLOCK_BYTES)]
    return np.asarray(np.rint(stretched(np.concatenate(values)) * 255).astype(np.uint8))


def _write_picture(path: Path, picture: np.ndarray, ground: Ground) -> None:
    """Write a picture as GeoTIFF."""
    lines, samples, _ = picture.shape
    options = DEFLATE | profile_of(ground) | {"photometric": "RGB"}
    size = {"height": lines, "width": samples, "count": 3, "dtype": "uint8"}
    with quiet(), rasterio.open(path, "w", **options, **size) as raster:
        raster.write(np.moveaxis(picture, -1, 0))


def _write_polygons(path: Path, classes: ClassMap, ground: Ground) -> None:
    """Write a GeoPackage with a layer of polygons that has no polygon yet, and the classes as its style."""
    nothing = np.empty(0, object)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that there is no coordinate system is known
        pyogrio.raw.write(
            path,
            nothing,
            [nothing],
            fields=[ATTRIBUTE],
            layer=LAYER,
            driver="GPKG",
            geometry_type="Polygon",
            crs=ground.crs or None,
            layer_options={"GEOMETRY_NAME": GEOMETRY},
        )
    add_style(path, classes, layer=LAYER, geometry=GEOMETRY, attribute=ATTRIBUTE)
