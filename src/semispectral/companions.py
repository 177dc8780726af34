"""Files that belong to a scene: the named ones, and those beside them without which they cannot be read."""

from pathlib import Path

from semispectral.scenes import WAVELENGTH_TABLES, Scene

ENVI_DATA_SUFFIXES = ("", ".img", ".dat", ".raw", ".bil", ".bip", ".bsq", ".cube", ".envi")
SHAPEFILE_SUFFIXES = (".shx", ".dbf", ".prj", ".cpg")


def scene_files(scene: Scene) -> tuple[Path, ...]:
    """Every file that a scene is read from, sorted; headers and such only where they are there."""
    table = [Path(scene.wavelengths)] if scene.wavelengths.lower().endswith(WAVELENGTH_TABLES) else []
    named = {scene.data, scene.labels, *table}
    return tuple(sorted(named | {file for path in named for file in companions(path)}))


def companions(path: Path) -> tuple[Path, ...]:
    """The files beside ``path`` that its reader opens too: ENVI header or data, parts of a Shapefile."""
    return tuple(file for file in _possible(path) if file != path and file.is_file())


def _possible(path: Path) -> list[Path]:
    suffix = path.suffix.lower()
    if suffix == ".hdr":
        return [path.with_suffix("").with_name(path.stem + data) for data in ENVI_DATA_SUFFIXES]
    if suffix == ".shp":
        return [path.with_suffix(other) for other in SHAPEFILE_SUFFIXES]
    headers = [path.with_name(path.name + ".hdr")]
    return [*headers, path.with_suffix(".hdr")] if suffix in ENVI_DATA_SUFFIXES else headers
