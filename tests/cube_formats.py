"""The formats of the contract test: each writes the same cube its own way and says how to open it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import h5py
import numpy as np
import pyogrio.raw
import rasterio
import scipy.io
import shapely
import spectral.io.envi as spy
from PIL import Image
from rasterio.transform import Affine

from semispectral.scans.facts.georeference import quiet


@dataclass(frozen=True)
class Written:
    """What a format wrote: the file and the arguments that `open_cube` and `read_labels` need for it."""

    path: Path
    options: dict[str, str] = field(default_factory=dict)
    labels: Path = Path()
    label_options: dict[str, str] = field(default_factory=dict)
    has_wavelengths: bool = True
    samples: int | None = None  # that the format can hold, of those given
    dtype: str = ""  # the only one of the format

    def held(self, values: np.ndarray) -> np.ndarray:
        """The part of [line, sample, ...] that this format holds, in its dtype."""
        part = values[:, : self.samples]
        return np.ascontiguousarray(part.astype(self.dtype) if self.dtype and values.ndim == 3 else part)


Writer = Callable[[Path, np.ndarray, np.ndarray, np.ndarray], Written]
FORMATS: dict[str, Writer] = {}


def _format(name: str) -> Callable[[Writer], Writer]:
    def register(writer: Writer) -> Writer:
        FORMATS[name] = writer
        return writer

    return register


def hdf5_with(order: str, **storage: object) -> Writer:
    """A writer of HDF5 with this order of axes and these keywords of `create_dataset`."""
    names = order.split(",")

    def write(directory: Path, cube: np.ndarray, codes: np.ndarray, wavelengths_nm: np.ndarray) -> Written:
        path = directory / "scene.h5"
        axes = [("line", "sample", "band").index(name) for name in names]
        turned = names.index("sample") < names.index("line")
        with h5py.File(path, "w") as file:
            file.create_dataset("hsimage/data", data=cube.transpose(axes), **storage)
            file["hsimage/labels"] = codes.T if turned else codes
            file["hsimage/wavelengths"] = wavelengths_nm / 1000
            file["hsimage/wavelengths"].attrs["units"] = "um"
        return Written(
            path,
            {"key": "/hsimage/data", "axes": order, "wavelengths": "/hsimage/wavelengths"},
            path,
            {"key": "hsimage/labels", "axes": ",".join(name for name in names if name != "band")},
        )

    return write


LSB = "line,sample,band"
FORMATS["hdf5 contiguous"] = hdf5_with(LSB)
FORMATS["hdf5 gzip, chunks of 4 lines"] = hdf5_with(LSB, chunks=(4, 7, 6), compression="gzip", shuffle=True)
FORMATS["hdf5 chunks over all lines"] = hdf5_with(LSB, chunks=(23, 2, 2))
FORMATS["hdf5 lzf band,line,sample"] = hdf5_with("band,line,sample", compression="lzf")
FORMATS["hdf5 sample,band,line"] = hdf5_with("sample,band,line")


@_format("hdf5 big endian")
def _(directory: Path, cube: np.ndarray, codes: np.ndarray, wavelengths_nm: np.ndarray) -> Written:
    return hdf5_with(LSB)(directory, cube.astype(cube.dtype.newbyteorder(">")), codes.astype(">i4"), wavelengths_nm)


@_format("matlab 5")
def _(directory: Path, cube: np.ndarray, codes: np.ndarray, wavelengths_nm: np.ndarray) -> Written:
    path = directory / "scene.mat"
    content = {"cube": cube, "labels": codes.astype(float), "nm": wavelengths_nm, "note": "text", "cell": {"a": 1}}
    scipy.io.savemat(path, content, do_compression=True)
    return Written(path, {"key": "cube", "wavelengths": "nm"}, path, {"key": "labels"})


@_format("matlab 7.3")
def _(directory: Path, cube: np.ndarray, codes: np.ndarray, wavelengths_nm: np.ndarray) -> Written:
    path = directory / "scene.mat"
    with h5py.File(path, "w", userblock_size=512) as file:  # as MATLAB writes it: axes reversed, rows as [n, 1]
        file.create_dataset("cube", data=cube.transpose(2, 1, 0), chunks=(3, 4, 23), compression="gzip")
        file["labels"] = codes.T.astype(float)
        file["nm"] = wavelengths_nm[:, None]
    return Written(path, {"key": "cube", "wavelengths": "nm"}, path, {"key": "labels"})


def write_envi_header(path: Path, **fields: object) -> None:
    """Write a header; an underscore in a name stands for a space."""
    lines = [f"{name.replace('_', ' ')} = {value}" for name, value in fields.items()]
    path.write_text("ENVI\n" + "\n".join(lines) + "\n", encoding="utf-8")


ENVI_TYPES = {"uint8": 1, "int16": 2, "int32": 3, "float32": 4, "float64": 5, "uint16": 12}
INTERLEAVES = {"bsq": (2, 0, 1), "bil": (0, 2, 1), "bip": (0, 1, 2)}


def envi_with(interleave: str, order: str, *, offset: int = 0) -> Writer:
    """A writer of ENVI with this interleave, byte order and header offset; the labels are an ENVI classification."""

    def write(directory: Path, cube: np.ndarray, codes: np.ndarray, wavelengths_nm: np.ndarray) -> Written:
        path = directory / "scene.img"
        values = cube.transpose(INTERLEAVES[interleave])
        path.write_bytes(bytes(offset) + values.astype(values.dtype.newbyteorder(order)).tobytes())
        size = {"lines": cube.shape[0], "samples": cube.shape[1]}
        numbers = ", ".join(f"{nm / 1000:.6f}" for nm in wavelengths_nm)
        write_envi_header(
            directory / "scene.hdr",
            **size,
            bands=cube.shape[2],
            data_type=ENVI_TYPES[cube.dtype.name],
            interleave=interleave,
            byte_order="<>".index(order),
            header_offset=offset,
            wavelength_units="Micrometers",
            wavelength="{" + numbers + "}",
        )
        (directory / "classes.dat").write_bytes(codes.astype(np.uint8).tobytes())
        write_envi_header(directory / "classes.dat.hdr", **size, bands=1, data_type=1, file_type="ENVI Classification")
        return Written(directory / "scene.hdr" if offset else path, {}, directory / "classes.dat")

    return write


for interleave in INTERLEAVES:
    FORMATS[f"envi {interleave} little endian"] = envi_with(interleave, "<")
    FORMATS[f"envi {interleave} big endian, offset"] = envi_with(interleave, ">", offset=13)


@_format("envi by spectral")
def _(directory: Path, cube: np.ndarray, codes: np.ndarray, wavelengths_nm: np.ndarray) -> Written:
    metadata = {"wavelength": [f"{nm:.6f}" for nm in wavelengths_nm], "wavelength units": "Nanometers"}
    spy.save_image(str(directory / "scene.hdr"), cube, dtype=cube.dtype, interleave="bil", ext="", metadata=metadata)
    spy.save_classification(str(directory / "classes.hdr"), codes.astype(np.int16))
    return Written(directory / "scene.hdr", {}, directory / "classes.img")


def write_geotiff(path: Path, values: np.ndarray, **options: object) -> None:
    """Write [band, line, sample]."""
    bands, lines, samples = values.shape
    with (
        quiet(),
        rasterio.open(
            path, "w", driver="GTiff", count=bands, height=lines, width=samples, dtype=values.dtype, **options
        ) as raster,
    ):
        raster.write(values)


def geotiff_with(**options: object) -> Writer:
    """A writer of GeoTIFF with these creation options; the labels are a GeoTIFF too."""

    def write(directory: Path, cube: np.ndarray, codes: np.ndarray, wavelengths_nm: np.ndarray) -> Written:
        path = directory / "scene.tif"
        write_geotiff(path, cube.transpose(2, 0, 1), **options)
        with quiet(), rasterio.open(path, "r+") as raster:
            for band, nm in enumerate(wavelengths_nm, start=1):
                raster.update_tags(band, wavelength=f"{nm:.6f}", wavelength_units="nanometers")
        write_geotiff(directory / "labels.tiff", codes[None])
        return Written(path, {}, directory / "labels.tiff")

    return write


FORMATS["geotiff strips"] = geotiff_with()
FORMATS["geotiff pixel interleaved, deflate"] = geotiff_with(interleave="pixel", compress="deflate")
FORMATS["geotiff tiles"] = geotiff_with(tiled=True, blockxsize=16, blockysize=16)


@_format("numpy, labels in png")
def _(directory: Path, cube: np.ndarray, codes: np.ndarray, wavelengths_nm: np.ndarray) -> Written:
    np.save(directory / "scene.npy", cube)
    Image.fromarray(codes.astype(np.uint8)).save(directory / "labels.png")
    return Written(directory / "scene.npy", {}, directory / "labels.png", has_wavelengths=False)


@_format("numpy band,line,sample first axis fastest, big endian")
def _(directory: Path, cube: np.ndarray, codes: np.ndarray, wavelengths_nm: np.ndarray) -> Written:
    values = cube.transpose(2, 0, 1).astype(cube.dtype.newbyteorder(">"))
    np.save(directory / "scene.npy", np.asfortranarray(values))
    np.save(directory / "labels.npy", np.asfortranarray(codes.astype(np.int16)))
    return Written(
        directory / "scene.npy", {"axes": "band,line,sample"}, directory / "labels.npy", has_wavelengths=False
    )


def write_polygons(path: Path, codes: np.ndarray, *, crs: str, transform: Affine, **options: object) -> None:
    """Write one square per labelled pixel, with the attribute ``code``."""
    lines, samples = np.nonzero(codes)
    squares = [
        shapely.Polygon([transform @ (s + x, n + y) for x, y in ((0, 0), (1, 0), (1, 1), (0, 1))])
        for n, s in zip(lines.tolist(), samples.tolist(), strict=True)
    ]
    pyogrio.raw.write(
        path,
        geometry=shapely.to_wkb(np.array(squares)),
        field_data=[codes[lines, samples].astype(np.int32)],
        fields=["code"],
        geometry_type="Polygon",
        crs=crs,
        **options,
    )


@_format("numpy, labels in a shapefile")
def _(directory: Path, cube: np.ndarray, codes: np.ndarray, wavelengths_nm: np.ndarray) -> Written:
    np.save(directory / "scene.npy", cube)
    write_polygons(directory / "labels.shp", codes, crs="EPSG:4326", transform=Affine.identity())
    return Written(directory / "scene.npy", {}, directory / "labels.shp", {"key": "code"}, has_wavelengths=False)


def write_tsg(
    path: Path,
    spectra: np.ndarray,
    *,
    codes: np.ndarray,
    names: tuple[str, ...],
    depth_m: np.ndarray,
    hole: str = "DH7",
) -> Path:
    """Write a dataset [spectrum, band] with the scalars Depth (m) and Grp1 sTSAS, whose values are classes."""
    count, bands = spectra.shape
    colours = (255, 65535, 0x204080, 0x888888)
    scalars = np.full((count, bands), -3.4028235e38, np.float32)
    scalars[:, 1], scalars[:, 3] = depth_m, codes
    lines = [
        *("[description]", "SPECTRAL LIBRARY", "[structure]", "datatype = float", "dataheader = 0"),
        *("[dimensions]", f"samples = {count}", "lines = 9", f"bands = {bands}", "[platform]", "byteorder = 3"),
        *("fpcheck = -971227136", "[dbextra]", f"drillhole name = {hole}"),
        *("[band headers]", "0:Index", "1:Depth (m);0.0;1.0;2;-1;0;0", "3:Grp1 sTSAS;0.0;3.0;2;4;1;1"),
        "[sample headers]",
        *(f"{number}:{hole}_{number} T=0001 L=1 P=1 D={depth:.6f} X=4.0" for number, depth in enumerate(depth_m)),
        *("[class 4]", "name = S_SWIR Groups", f"max = {len(names)}", "colours = " + " ".join(map(str, colours))),
        *(f"{number}:{name}" for number, name in enumerate(names)),
        *("[wavelength specs]", "380.000000 2500.000000 nm", ""),
    ]
    path.write_bytes("\r\n".join(lines).encode())
    path.with_suffix(".bip").write_bytes(np.stack([spectra, scalars]).astype("<f4").tobytes())
    return path


@_format("tsg")
def _(directory: Path, cube: np.ndarray, codes: np.ndarray, wavelengths_nm: np.ndarray) -> Written:
    names = tuple(map(str, range(codes.max())))
    path = write_tsg(
        directory / "hole.tsg",
        cube[:, 0],
        codes=np.where(codes[:, 0] > 0, codes[:, 0] - 1.0, -3.4028235e38),
        names=names,
        depth_m=np.linspace(1, 2, len(cube)),
    )
    text = path.read_text().replace("380.000000 2500.000000", f"{wavelengths_nm[0]:f} {wavelengths_nm[-1]:f}")
    path.write_text(text)
    return Written(path, {}, path, {"key": "Grp1 sTSAS"}, samples=1, dtype="float32")
