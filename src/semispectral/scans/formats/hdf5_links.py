"""Find a dataset in an HDF5 file by its key, and refuse everything that leads out of the file."""

from typing import NoReturn

import h5py

from semispectral.errors import DataError, MissingFileError, UnreadableError
from semispectral.study.names import printable, some
from semispectral.study.suggestions import nearest

LINKS_AT_MOST = 32


def find_dataset(file: h5py.File, key: str, *, dimensions: int) -> h5py.Dataset:
    """Find the dataset of a key, or the only one with this number of axes where the key is empty.

    Parameters
    ----------
    file : h5py.File, open file.
    key : str, name of the dataset, or empty.
    dimensions : int, number of axes.

    Raises
    ------
    MissingFileError : the file has no such dataset.
    DataError : the dataset, or a part of it, lies outside the file.
    """
    found = find_object(file, key or _only_key(file, dimensions))
    if not isinstance(found, h5py.Dataset):
        _refuse_missing(file, key)
    _refuse_outside_storage(file, found)
    _require_filters(file, found)
    return found


def find_object(file: h5py.File, key: str) -> h5py.HLObject:
    """Find the dataset or group of a key, which lies in the file itself.

    Parameters
    ----------
    file : h5py.File, open file.
    key : str, name of the object.
    """
    _refuse_external_links(file, key)
    found = file.get(key)
    if found is None:
        _refuse_missing(file, key)
    return found


def _refuse_missing(file: h5py.File, key: str) -> NoReturn:
    keys = dataset_keys(file)
    near = nearest(key, keys)
    meant = f" (did you mean '{printable(near)}'?)" if near else ""
    raise MissingFileError(
        f"{file.filename}: the dataset {key!r} is needed, but the file holds {some(keys)}{meant}; name one of "
        "them in scenes.tsv"
    )


def _require_filters(file: h5py.File, dataset: h5py.Dataset) -> None:
    """Refuse a dataset that is compressed by a filter that is not installed."""
    settings = dataset.id.get_create_plist()
    for place in range(settings.get_nfilters()):
        number, _, _, name = settings.get_filter(place)
        if not h5py.h5z.filter_avail(number):
            raise UnreadableError(
                f"{file.filename}: {printable(dataset.name)} is packed by the HDF5 filter {number} "
                f"({printable(name.decode('utf-8', 'replace')) or 'no name'}), which is not installed; install it (pip "
                "install hdf5plugin) and set HDF5_PLUGIN_PATH to the folder that `python -c 'import hdf5plugin; "
                "print(hdf5plugin.PLUGIN_PATH)'` prints, or write the file again with gzip (h5repack -f GZIP=4)"
            )


def dataset_keys(file: h5py.File) -> list[str]:
    """Return the keys of all datasets that lie in the file itself.

    Parameters
    ----------
    file : h5py.File, open file.
    """
    keys: list[str] = []
    file.visititems(lambda name, item: keys.append("/" + name) if isinstance(item, h5py.Dataset) else None)
    return keys


def _only_key(file: h5py.File, dimensions: int) -> str:
    keys = [k for k in dataset_keys(file) if file[k].ndim == dimensions and file[k].dtype.kind in "uif"]
    if len(keys) != 1:
        raise MissingFileError(
            f"{file.filename}: no key is given and {len(keys)} datasets have {dimensions} axes ({some(keys)}); "
            "name one in scenes.tsv"
        )
    return keys[0]


def _refuse_external_links(file: h5py.File, key: str) -> None:
    """Follow a key link by link, through soft links, and refuse any that leaves the file."""
    remaining, place, followed = _parts(key), "", 0
    while remaining:
        part = remaining.pop(0)
        link = file.get(f"{place}/{part}", getlink=True) if isinstance(file.get(place or "/"), h5py.Group) else None
        if isinstance(link, h5py.ExternalLink):
            raise DataError(
                f"{file.filename}: {key!r} must lie in the file, but {place}/{part} is an external link to "
                f"{link.filename!r}; it is not followed: copy the data into the file (h5repack, h5copy)"
            )
        if isinstance(link, h5py.SoftLink):
            followed += 1
            if followed > LINKS_AT_MOST:
                raise DataError(
                    f"{file.filename}: {key!r} must lead to a dataset, but its soft links lead back to each "
                    "other; name the dataset itself"
                )
            remaining = _parts(link.path) + remaining
            place = "" if link.path.startswith("/") else place
        else:
            place = f"{place}/{part}"


def _parts(key: str) -> list[str]:
    return [part for part in key.split("/") if part not in ("", ".")]


def _refuse_outside_storage(file: h5py.File, dataset: h5py.Dataset, depth: int = 0) -> None:
    """Refuse raw data in other files, and virtual datasets made of other files."""
    remedy = "it is not followed: write a plain copy with h5repack"
    if dataset.external:
        raise DataError(
            f"{file.filename}: {printable(dataset.name)} must lie in the file, but its values are in "
            f"{dataset.external[0][0]!r}; {remedy}"
        )
    if not dataset.is_virtual:
        return
    for source in dataset.virtual_sources():
        if source.file_name != "." or depth > LINKS_AT_MOST:
            raise DataError(
                f"{file.filename}: {printable(dataset.name)} must lie in the file, but it is a virtual dataset made of "
                f"{source.file_name!r}; {remedy}"
            )
        _refuse_external_links(file, source.dset_name)
        inner = file.get(source.dset_name)
        if isinstance(inner, h5py.Dataset):
            _refuse_outside_storage(file, inner, depth + 1)
