"""Libraries of every format hold the same spectra, and bad ones are refused in a sentence that names the file."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from library_samples import DELETED, FORMATS, NAMES, NM, SPECTRA, as_ecostress, as_envi, as_table, as_usgs

from semispectral.errors import SemispectralError
from semispectral.library.built_in import built_in_library, built_in_names
from semispectral.library.entries import Library
from semispectral.library.library_files import library_files, read_libraries
from semispectral.library.table_library import write_table_library


@pytest.mark.parametrize("write", FORMATS.values(), ids=FORMATS)
def test_every_format_holds_the_same_spectra(write: Callable[[Path], Path], tmp_path: Path) -> None:
    """Names, groups, nm, fractions, and deleted channels left out, whatever the units of the file."""
    library = read_libraries([write(tmp_path)])
    assert [name.replace(" ASDFRb", "") for name in library.names] == list(NAMES)
    assert [entry.mineral for entry in library.entries] == ["kaolinite", "muscovite"]
    assert library.groups == ("kaolin", "white mica")
    first, second = library.entries
    assert first.wavelengths_nm == pytest.approx(NM[~DELETED])
    assert first.reflectance == pytest.approx(SPECTRA[0, ~DELETED], abs=1e-4)
    assert second.wavelengths_nm == pytest.approx(NM)
    assert second.reflectance == pytest.approx(SPECTRA[1], abs=1e-4)


@pytest.mark.parametrize("write", FORMATS.values(), ids=FORMATS)
def test_every_file_of_a_library_is_listed(write: Callable[[Path], Path], tmp_path: Path) -> None:
    """The list of files has every file that is read, so that a changed one is noticed."""
    path = write(tmp_path)
    listed = library_files(path)
    assert all(file.is_file() for file in listed)
    assert path in listed or all(path in file.parents for file in listed)
    kept = {file: file.read_bytes() for file in listed}
    for file in sorted(tmp_path.rglob("*")):
        if file.is_file() and file not in kept:
            file.unlink()
    assert len(read_libraries([path])) == 2


def test_a_library_is_written_and_read_again(tmp_path: Path) -> None:
    """A table keeps names, minerals, groups and channels of the built-in library."""
    library = built_in_library()
    write_table_library(tmp_path / "all.csv", library)
    again = read_libraries([tmp_path / "all.csv"])
    assert (again.names, again.groups) == (library.names, library.groups)
    for one, other in zip(again.entries, library.entries, strict=True):
        assert np.array_equal(one.wavelengths_nm, other.wavelengths_nm)
        assert one.reflectance == pytest.approx(other.reflectance, rel=1e-5)


def test_the_names_are_those_of_the_whole_library() -> None:
    """Without spectra, the library has the same names, minerals and groups."""
    names, library = built_in_names(), built_in_library()
    assert (names.names, names.groups, names.kinds) == (library.names, library.groups, library.kinds)


def test_words_name_entries_minerals_and_groups() -> None:
    """A word finds an entry by its name, all entries of a mineral, and all of a group."""
    library = built_in_library()
    assert len(library.named("white-mica")) > len(library.named("muscovite")) >= 1
    assert [library.entries[place].name for place in library.named("Talc")] == ["talc"]
    assert library.named("granite") == library.named("") == ()


def _of(text: str, name: str = "bad.csv") -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        (folder / name).write_text(text)
        return folder / name

    return write


def _without(file: str, write: Callable[[Path], Path]) -> Callable[[Path], Path]:
    def written(folder: Path) -> Path:
        path = write(folder)
        for found in folder.rglob(file):
            found.unlink()
        return path

    return written


def _changed(old: str, new: str, write: Callable[[Path], Path]) -> Callable[[Path], Path]:
    def written(folder: Path) -> Path:
        path = write(folder)
        for file in folder.rglob("*"):
            if file.suffix in (".txt", ".hdr", ".csv"):
                file.write_text(file.read_text().replace(old, new))
        return path

    return written


BAD = {
    "nothing there": (lambda folder: folder / "none.csv", "nothing is there; check library.files"),
    "empty file": (_of(""), "needs the column wavelength_nm or wavelength_um first"),
    "no spectrum": (_of("wavelength_nm\n2000\n2010\n"), "a column for each spectrum"),
    "no row": (_of("wavelength_nm,a\n"), "two rows of wavelengths or more"),
    "no name": (_of("wavelength_nm,a,\n2000,1,1\n2010,1,1\n"), "column 3 has none"),
    "words": (_of("wavelength_nm,a\n2000,0.5\n2010,high\n"), "row 3: numbers are needed, got 'high'"),
    "micrometres as nm": (_of("wavelength_nm,a\n2.0,0.5\n2.1,0.5\n"), "must be nanometres of 100 or more, got 2"),
    "counts": (_of("wavelength_nm,a\n2000,5000\n2010,6000\n"), "reflectance as a fraction .* largest value is 6000"),
    "all deleted": (_of("wavelength_nm,a\n2000,\n2010,-999\n"), "'a' needs two channels or more with values"),
    "one name twice": (_of("wavelength_nm,a,A\n2000,0.5,0.5\n2010,0.4,0.4\n"), "'a' is there 2 times"),
    "other suffix": (_of("hello", "notes.docx"), "is an ENVI spectral library .* got a file with the suffix '.docx'"),
    "other text": (_of("hello\n", "notes.txt"), "is an ENVI spectral library"),
    "empty folder": (lambda folder: folder, "needs a spectrum, and this one has none"),
    "ENVI scan": (lambda folder: as_envi(folder, bands=3), "a spectral library has 1 band"),
    "ENVI unit": (lambda folder: as_envi(folder, units="Furlongs"), "unit of wavelengths must be one of"),
    "ENVI without header": (_without("*.hdr", as_envi), "needs its header beside it"),
    "ENVI names": (_changed(", Muscovite GDS107}", "}", as_envi), "a name for each of the 2 spectra"),
    "USGS wavelengths": (_without("*ASD_0.35*", as_usgs), "one file of wavelengths with its 101 channels"),
    "USGS text": (_changed("e-01", "one", as_usgs), "a title and then a number per line"),
    "ECOSTRESS unit": (_changed("X Units: Wavelength (micrometers)\n", "", as_ecostress), "'X Units'"),
    "ECOSTRESS values": (_changed("(percentage)", "(emissivity)", as_ecostress), "reflectance in percentage"),
    "ECOSTRESS table": (_of("Name: Talc\nType: mineral\n", "talc.txt"), "a table of wavelength and reflectance"),
}


@pytest.mark.parametrize(("write", "words"), BAD.values(), ids=BAD)
def test_bad_libraries_are_refused_in_a_sentence(write: Callable[[Path], Path], words: str, tmp_path: Path) -> None:
    """One error that names the file, what was needed and what came."""
    with pytest.raises(SemispectralError, match=words) as error:
        read_libraries([write(tmp_path)])
    assert str(tmp_path) in str(error.value)


def test_names_from_files_are_made_safe(tmp_path: Path) -> None:
    """No formula for a spreadsheet, no control characters, and no endless name."""
    names = ("=cmd()|kaolinite", "mus\x1b[31mcovite" + 200 * "x")
    library = read_libraries([as_table(tmp_path, names=names)])
    assert library.names[0] == "cmd()|kaolinite"
    assert "\x1b" not in library.names[1]
    assert len(library.names[1]) <= 80


def test_two_libraries_are_one(tmp_path: Path) -> None:
    """Entries of several files stand together; the same file twice has two entries of one name."""
    both = read_libraries([as_table(tmp_path), as_usgs(tmp_path)])
    assert isinstance(both, Library)
    assert len(both) == 4
    with pytest.raises(SemispectralError, match=r"minerals\.csv: .* 'Kaolinite CM9' is there 2 times; rename one"):
        read_libraries([tmp_path / "minerals.csv"] * 2)
    copy = tmp_path / "copy.csv"
    copy.write_bytes((tmp_path / "minerals.csv").read_bytes())
    with pytest.raises(SemispectralError, match=r"copy\.csv: .* is there 2 times, also in .*; rename one"):
        read_libraries([tmp_path / "minerals.csv", copy])
