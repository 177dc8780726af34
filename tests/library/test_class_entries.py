"""Classes by the mineral library: which entries they have, what is predicted without a label, and labels in doubt."""

import numpy as np
import pytest

from semispectral.errors import ConfigError
from semispectral.library.built_in import built_in_library
from semispectral.library.class_entries import LibraryClassifier, doubt_sentences, doubts, entries_of_classes
from semispectral.library.library_settings import LibraryConfig

LIBRARY = built_in_library()
NM = np.linspace(1000, 2480, 268)
NAMES = ("kaolinite", "pale rock", "granite", "chlorite")
MINERALS = ("", "white mica", "", "")


def seen(mineral: str) -> np.ndarray:
    """Return the entries that a word names on the bands of a sensor, [entry, band]."""
    entries = LIBRARY.chosen(LIBRARY.named(mineral)).entries
    return np.stack([entry.on_bands(NM, np.full(len(NM), 6.0)) for entry in entries])


@pytest.fixture(scope="module")
def classifier() -> LibraryClassifier:
    """Classifier of three minerals and of a rock without an entry."""
    return LibraryClassifier.of(LIBRARY, NM, LibraryConfig(), names=NAMES, minerals=MINERALS, where="box_7")


def test_a_class_has_the_entries_of_its_mineral_or_its_name() -> None:
    """The column counts before the name; a class that neither names has none."""
    found = entries_of_classes(LIBRARY, NAMES, MINERALS)
    assert {LIBRARY.entries[place].mineral for place in found[0]} == {"kaolinite"}
    assert {LIBRARY.entries[place].group for place in found[1]} == {"white mica"}
    assert found[2] == ()


def test_a_mineral_that_the_library_lacks_is_refused() -> None:
    """The message names the class, the word, and the nearest one."""
    with pytest.raises(ConfigError, match=r"'mineral' of 'clay': .* got 'kaolin1te'; did you mean 'kaolinite'"):
        entries_of_classes(LIBRARY, ["clay"], ["kaolin1te"])


def test_entries_are_of_their_classes(classifier: LibraryClassifier) -> None:
    """Every entry is predicted as its class, and a class without entries has no probability at all."""
    for label, mineral in ((0, "kaolinite"), (1, "white mica"), (3, "chlorite")):
        probability = classifier.predict_proba(seen(mineral))
        assert (probability.argmax(axis=1) == label).all()
        assert probability.sum(axis=1) == pytest.approx(1)
        assert not probability[:, 2].any()


def test_classes_without_any_entry_are_refused() -> None:
    """Nothing could be predicted."""
    with pytest.raises(ConfigError, match=r"no class has a mineral of the library.*compare\.baselines"):
        LibraryClassifier.of(LIBRARY, NM, LibraryConfig(), names=["corn"], minerals=[""], where="")


def test_labels_in_doubt_are_counted(classifier: LibraryClassifier) -> None:
    """Six kaolinite pixels among ten are mica; labels without an entry and unlabelled pixels are not judged."""
    x = np.concatenate([np.tile(seen("kaolinite")[:1], (4, 1)), np.tile(seen("muscovite")[:1], (9, 1))])
    label = np.array([0] * 10 + [2, -1, 1])
    counts = doubts(classifier.scores(x), label, known=classifier.known, least_score=0.9)
    assert counts.tolist() == [[10, 6, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
    assert list(doubt_sentences(counts, NAMES)) == ["6 of the 10 pixels labelled kaolinite look more like pale rock"]


def test_a_poor_match_puts_no_label_in_doubt(classifier: LibraryClassifier) -> None:
    """A spectrum that is like no entry says nothing of its label."""
    noise = np.random.default_rng(4).uniform(0.3, 0.5, (20, len(NM)))
    counts = doubts(classifier.scores(noise), np.zeros(20, int), known=classifier.known, least_score=0.9)
    assert counts[0].tolist() == [20, 0, 0, 0]
    assert list(doubt_sentences(counts, NAMES)) == []
