"""Matches of spectra with a library: scores, mixtures, margins, and what is refused."""

import numpy as np
import pytest
from scipy.optimize import nnls

from semispectral.errors import ConfigError, DataError
from semispectral.library.built_in import built_in_library
from semispectral.library.entries import Entry, Library
from semispectral.library.library_settings import LibraryConfig
from semispectral.library.matching import Matcher, mixtures, shapes_of
from semispectral.library.suggest import suggest
from semispectral.spectra.hull_windows import window_bands

SENSOR_NM = np.linspace(1000, 2480, 268)


def seen_by_sensor(name: str) -> np.ndarray:
    """Return an entry of the built-in library on the bands of a sensor, [1, band]."""
    entry = built_in_library().entries[built_in_library().names.index(name)]
    return entry.on_bands(SENSOR_NM, np.full(len(SENSOR_NM), 5.5))[None]


def test_a_mixture_scores_as_the_nearest_sum_with_positive_weights() -> None:
    """The best pair of all entries has the angle of a non-negative least squares fit."""
    generator = np.random.default_rng(5)
    shapes = generator.random((6, 30)) ** 3
    shapes /= np.linalg.norm(shapes, axis=1, keepdims=True)
    x = generator.random((20, 30)) ** 2
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    score, partner = mixtures(x @ shapes.T, shapes)
    for row, found, beside in zip(x, score, partner, strict=True):
        pairs = {(i, j): nnls(shapes[[i, j]].T, row) for i in range(6) for j in range(i)}
        (first, second), (weights, residual) = min(pairs.items(), key=lambda pair: pair[1][1])
        assert found.max() == pytest.approx(np.sqrt(1 - residual**2), abs=1e-6)
        larger, smaller = (first, second) if weights[0] > weights[1] else (second, first)
        assert found.argmax() == larger
        assert beside[larger] == (smaller if weights.min() > 0 else larger)


def test_the_smaller_part_scores_as_one_half() -> None:
    """An entry that makes up less than half of a spectrum scores as the equal mixture of both does."""
    shapes = np.eye(2)
    x = np.array([[0.8, 0.6]])
    score, _ = mixtures(x @ shapes.T, shapes)
    assert score[0] == pytest.approx([1, 1.4 / np.sqrt(2)])


@pytest.mark.parametrize("name", ["kaolinite", "muscovite", "chlorite", "calcite", "talc"])
def test_an_entry_is_found_again_at_any_level(name: str) -> None:
    """A spectrum of the library is its own best match, dark or in percent."""
    bright = seen_by_sensor(name)
    for spectra in (bright, 0.1 * bright, 100 * bright):
        found = suggest(spectra, SENSOR_NM)[0]
        assert found.best.name == name
        assert found.best.score > 0.999
        assert found.margin > 0


def test_a_mixture_names_both_parts() -> None:
    """Three parts of kaolinite and two of muscovite are kaolin, with white mica beside it."""
    mixed = 0.6 * seen_by_sensor("kaolinite") + 0.4 * seen_by_sensor("muscovite")
    best = suggest(mixed, SENSOR_NM)[0].best
    assert (best.group, best.name) == ("kaolin", "kaolinite")
    assert best.beside.startswith("muscovite")


def test_a_flat_spectrum_is_like_no_entry() -> None:
    """A spectrum without absorptions has the score 0 and is not known."""
    found = suggest(np.full((1, len(SENSOR_NM)), 0.4), SENSOR_NM)[0]
    assert (found.best.score, found.known) == (0, False)


def test_bands_in_another_order_match_alike() -> None:
    """Falling wavelengths, and bands without one, change no match."""
    x = seen_by_sensor("kaolinite")
    around = np.r_[np.nan, SENSOR_NM[::-1]]
    forwards = suggest(x, SENSOR_NM)[0]
    backwards = suggest(np.c_[[[9.0]], x[:, ::-1]], around)[0]
    assert backwards.best.name == forwards.best.name
    assert backwards.best.score == pytest.approx(forwards.best.score, abs=1e-6)


@pytest.mark.parametrize(
    ("wavelengths_nm", "words"),
    [
        (None, "need the wavelengths"),
        (np.linspace(400, 1000, 100), "inside the range of the sensor"),
        (np.linspace(2000, 2500, 8), "5 bands or more"),
    ],
)
def test_a_sensor_that_does_not_see_the_windows_is_refused(wavelengths_nm: np.ndarray | None, words: str) -> None:
    """The error names the scan and the key of the windows."""
    bands = 100 if wavelengths_nm is None else len(wavelengths_nm)
    with pytest.raises(DataError, match=f"box_7, library.windows.*{words}"):
        suggest(np.ones((1, bands)), wavelengths_nm, where="box_7")


def test_a_library_that_does_not_cover_the_windows_is_refused() -> None:
    """A library of the visible range has nothing to say in the short-wave infrared."""
    nm = np.linspace(400, 1000, 100)
    library = Library((Entry("hematite", "hematite", "iron oxide", nm, np.linspace(0.2, 0.8, 100), "mine.csv"),))
    with pytest.raises(DataError, match=r"no entry of the mineral library .*hematite.*2080 to 2400 nm"):
        suggest(seen_by_sensor("talc"), SENSOR_NM, library=library)


def test_an_entry_with_deleted_channels_in_a_window_is_left_out() -> None:
    """Others are matched without it."""
    whole = built_in_library().entries[0]
    kept = (whole.wavelengths_nm < 2150) | (whole.wavelengths_nm > 2220)
    cut = Entry("cut", "cut", "", whole.wavelengths_nm[kept], whole.reflectance[kept], "mine.csv")
    matcher = Matcher.of(Library((whole, cut)), SENSOR_NM, LibraryConfig(), where="box_7")
    assert (matcher.library.names, matcher.left_out) == (("kaolinite",), ("cut",))


def test_two_entries_of_one_name_are_refused() -> None:
    """The error names the file and the name."""
    entry = built_in_library().entries[0]
    with pytest.raises(ConfigError, match=r"built-in: .*'kaolinite' is there 2 times"):
        Library((entry, entry))


def test_shapes_do_not_see_other_windows() -> None:
    """A change outside the windows changes no shape."""
    x = seen_by_sensor("muscovite")
    changed = np.where(SENSOR_NM < 2000, 0.1, x)
    bands = window_bands(SENSOR_NM, [(2080, 2400)], where="")
    assert np.array_equal(shapes_of(x, SENSOR_NM, bands), shapes_of(changed, SENSOR_NM, bands))
