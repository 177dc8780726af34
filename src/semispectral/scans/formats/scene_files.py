"""List the files of a scene: the named ones, and those beside them that are needed to read them."""

from pathlib import Path

from semispectral.scans.formats import envi_files
from semispectral.scans.formats.envi_files import LARGEST_BYTES, fields_of, header_files, says_tiff
from semispectral.study.scene import WAVELENGTH_TABLES, Scene

SHAPEFILE_SUFFIXES = (".shx", ".dbf", ".prj", ".cpg")
TIFF_SUFFIXES = (".tif", ".tiff", ".gtiff", ".btf")
WITHOUT_HEADER = (
    *(".h5", ".hdf5", ".hdf", ".he5", ".nc", ".nc4", ".mat", ".npy", ".png"),
    *(".gpkg", ".geojson", ".json", ".tsv"),
)
TSG_HEADER, TSG_DATA = ".tsg", ".bip"


def scene_files(scene: Scene) -> tuple[Path, ...]:
    """Return every file that a scene is read from, sorted; headers and the like only where they exist.

    Parameters
    ----------
    scene : Scene, row of ``scenes.tsv``.
    """
    wavelengths = [Path(scene.wavelengths)] if scene.wavelengths.lower().endswith(WAVELENGTH_TABLES) else []
    tables = {*wavelengths, *([scene.panel] if scene.panel else [])}
    references = (reference.file for reference in scene.references)
    named = {scene.data, *(source.path for source in scene.label_sources), *references}
    others = {file for other in scene.others for file in scene_files(other.row)}
    return tuple(sorted(named | tables | others | {file for path in named for file in companions(path)}))


def data_files(scene: Scene) -> tuple[Path, ...]:
    """Return every file that the data of a scene are read from, sorted; its labels are not among them.

    Parameters
    ----------
    scene : Scene, row of ``scenes.tsv``.
    """
    return scene_files(scene.without_labels())


def companions(path: Path) -> tuple[Path, ...]:
    """Return the files beside a file that its reader opens too: header or data, parts of a Shapefile.

    Parameters
    ----------
    path : Path, file that scenes.tsv names.
    """
    suffix = path.suffix.lower()
    if suffix == ".hdr":
        return _data_of(path)
    if suffix == ".shp":
        parts = (path.with_suffix(other) for other in SHAPEFILE_SUFFIXES)
        return tuple(file for file in parts if file.is_file())
    if suffix in TIFF_SUFFIXES:
        return tuple(file for file in header_files(path) if describes_tiff(file, path))[:1]
    if suffix == TSG_HEADER:
        return tuple(file for file in tsg_pair(path)[1:] if file)
    headers = () if suffix in WITHOUT_HEADER else tuple(header_files(path)[:1])
    return headers or tuple(file for file in tsg_pair(path)[:1] if file and file != path)


def tsg_pair(path: Path) -> tuple[Path | None, Path | None]:
    """Return the header and the data of a TSG dataset, whichever of them is named; None for one that is not there.

    Parameters
    ----------
    path : Path, ``.tsg`` or ``.bip``.
    """
    if path.suffix.lower() not in (TSG_HEADER, TSG_DATA):
        return None, None
    return _of_suffix(path, TSG_HEADER), _of_suffix(path, TSG_DATA)


def _of_suffix(path: Path, suffix: str) -> Path | None:
    """Return the file of the same name with a suffix in small or in large letters."""
    named = [path] if path.suffix.lower() == suffix else [path.with_suffix(suffix), path.with_suffix(suffix.upper())]
    return next((file for file in named if file.is_file()), None)


def describes_tiff(header: Path, tiff: Path) -> bool:
    """Return whether a header beside a TIFF belongs to it: by name, by ``file type``, or for lack of other data.

    Parameters
    ----------
    header : path of the header.
    tiff : path of the TIFF.
    """
    fields = _fields(header)
    return header.stem == tiff.name or says_tiff(fields) or envi_files.data_files(header, fields) == [tiff]


def _data_of(header: Path) -> tuple[Path, ...]:
    return tuple(envi_files.data_files(header, _fields(header))[:1])


def _fields(header: Path) -> dict[str, str]:
    """Return the fields of a header; none where it cannot be read, which the reader of the scene reports."""
    try:
        return fields_of(header.read_bytes()) if 0 < header.stat().st_size <= LARGEST_BYTES else {}
    except OSError:
        return {}
