"""Classes by the mineral library: the entries of each class, what they predict, and which labels they put in doubt."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from semispectral.errors import ConfigError, SemispectralError
from semispectral.library.entries import Library
from semispectral.library.library_files import read_libraries
from semispectral.library.library_settings import LibraryConfig
from semispectral.library.matching import Matcher
from semispectral.study.suggestions import hint

SHARPNESS = 0.01  # a class that scores so much less than another is e times less probable
LEAST_MARGIN = 0.01  # by which another class is ahead of a pixel's label where the label is in doubt
FEWEST_DOUBTS, DOUBTED_SHARE = 5, 0.1  # pixels, and their share of a class, from which they are worth a sentence


def entries_of_classes(library: Library, names: Sequence[str], minerals: Sequence[str]) -> list[tuple[int, ...]]:
    """Return the entries of each class: those that its mineral names, else those that have the name of the class.

    Parameters
    ----------
    library : Library.
    names : names of the classes.
    minerals : mineral of each class, from the column ``mineral`` of classes.tsv; empty where it says none.

    Returns
    -------
    list of tuple of int, places of the entries, one tuple per class; empty for a class without an entry.

    Raises
    ------
    ConfigError : a mineral names nothing in the library.
    """
    found = []
    for name, mineral in zip(names, minerals, strict=True):
        places = library.named(mineral or name)
        if mineral and not places:
            raise ConfigError(
                f"classes.tsv, column 'mineral' of {name!r}: a mineral, a group or an entry of the library is needed, "
                f"got {mineral!r}; {hint(mineral, library.kinds)}"
            )
        found.append(places)
    return found


@dataclass(frozen=True, eq=False)
class LibraryClassifier:
    """Classifier that learns from no label: a spectrum is of the class whose entries are most like it.

    Attributes
    ----------
    matcher : Matcher, entries of the classes on the bands of the sensor.
    places : places of each class's entries among those of the matcher; empty for a class that is never predicted.
    least_score : float, score from which a match counts.
    """

    matcher: Matcher
    places: tuple[tuple[int, ...], ...]
    least_score: float

    @classmethod
    def of(
        cls,
        library: Library,
        wavelengths_nm: np.ndarray | None,
        settings: LibraryConfig,
        *,
        names: Sequence[str],
        minerals: Sequence[str],
        where: str,
        fwhm_nm: np.ndarray | None = None,
    ) -> "LibraryClassifier":
        """Return the classifier of some classes.

        Parameters
        ----------
        library : Library.
        wavelengths_nm : float64 [band] in nm, or None, which is an error in words.
        settings : LibraryConfig.
        names, minerals : of the classes, as in `entries_of_classes`.
        where : str, the scan, for errors.
        fwhm_nm : float64 [band], full widths at half maximum of the bands, or None.

        Raises
        ------
        ConfigError : no class has an entry.
        DataError : the library does not fit the sensor.
        """
        of_class = entries_of_classes(library, names, minerals)
        used = sorted({place for places in of_class for place in places})
        if not used:
            raise ConfigError(
                "classes.tsv: no class has a mineral of the library, by its name or in the column 'mineral'; fill the "
                "column, or leave 'library' out of compare.baselines"
            )
        matcher = Matcher.of(library.chosen(used), wavelengths_nm, settings, where=where, fwhm_nm=fwhm_nm)
        row = {name: place for place, name in enumerate(matcher.library.names)}
        kept = tuple(
            tuple(row[library.names[place]] for place in places if library.names[place] in row) for places in of_class
        )
        return cls(matcher, kept, settings.least_score)

    @property
    def known(self) -> np.ndarray:
        """Classes that can be predicted, bool [class]."""
        return np.array([bool(places) for places in self.places])

    def scores(self, x: np.ndarray) -> np.ndarray:
        """Return the score of the best entry of each class, float32 [pixel, class]; 0 for a class without an entry.

        Parameters
        ----------
        x : [pixel, band], cleaned spectra, not normalised.
        """
        by_entry, _ = self.matcher.scores(x)
        scores = np.zeros((len(x), len(self.places)), np.float32)
        for label, places in enumerate(self.places):
            if places:
                scores[:, label] = by_entry[:, list(places)].max(axis=1)
        return scores

    def predict_proba(self, x: np.ndarray) -> np.ndarray:
        """Return probabilities float32 [pixel, class], 0 for a class without an entry; no label has calibrated them.

        Parameters
        ----------
        x : [pixel, band], cleaned spectra, not normalised.
        """
        return probabilities(self.scores(x), self.known)


def classifier_for(
    wavelengths_nm: np.ndarray | None,
    settings: LibraryConfig,
    *,
    names: Sequence[str],
    minerals: Sequence[str],
    where: str,
    fwhm_nm: np.ndarray | None = None,
) -> tuple[LibraryClassifier | None, str]:
    """Return the classifier of a study, or the reason why the library has nothing to say of its scans or classes.

    Parameters
    ----------
    wavelengths_nm, settings, names, minerals, where, fwhm_nm
        As in `LibraryClassifier.of`; the library is that of the settings, whose files are found from here.

    Raises
    ------
    SemispectralError : the study names files of its own, or minerals of its classes, and they do not fit; the built-in
        library, which nobody asked for, has nothing to say then.
    """
    library = read_libraries([Path(path) for path in settings.files])
    given = {"names": names, "minerals": minerals, "where": where, "fwhm_nm": fwhm_nm}
    try:
        return LibraryClassifier.of(library, wavelengths_nm, settings, **given), ""  # type: ignore[arg-type]
    except SemispectralError as error:
        if settings.files or any(minerals):
            raise
        return None, str(error)


def probabilities(scores: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Return the softmax of scores over the classes that can be predicted, float32 [pixel, class].

    Parameters
    ----------
    scores : float32 [pixel, class].
    known : bool [class].
    """
    logits = np.where(known, scores.astype(np.float64) / SHARPNESS, -np.inf)
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), np.float32)


def doubts(scores: np.ndarray, label: np.ndarray, *, known: np.ndarray, least_score: float) -> np.ndarray:
    """Count the labelled pixels that look more like another class, int64 [label, class that they look like].

    The diagonal has the pixels of each class whose labels the library can judge.

    Parameters
    ----------
    scores : float32 [pixel, class], from `LibraryClassifier.scores`.
    label : int [pixel], 0 to K - 1; pixels with -1 are passed over.
    known : bool [class], classes with an entry.
    least_score : float, score from which a match counts.
    """
    classes = len(known)
    judged = (label >= 0) & known[np.maximum(label, 0)]
    own = np.take_along_axis(scores, np.maximum(label, 0).astype(np.int64)[:, None], axis=1)[:, 0]
    best = np.where(known, scores, -1).argmax(axis=1)
    top = scores.max(axis=1)
    doubted = judged & (best != label) & (top >= least_score) & (top - own >= LEAST_MARGIN)
    counts = np.zeros((classes, classes), np.int64)
    np.add.at(counts, (label[doubted], best[doubted]), 1)
    np.fill_diagonal(counts, np.bincount(label[judged], minlength=classes))
    return counts


def doubt_sentences(counts: np.ndarray, names: Sequence[str]) -> Iterator[str]:
    """Yield a sentence for every two classes of which many pixels look like the other, the largest number first.

    Parameters
    ----------
    counts : int64 [label, class], from `doubts`.
    names : names of the classes.
    """
    total = counts.diagonal()
    others = counts - np.diag(total)
    for place in np.argsort(-others, axis=None, kind="stable"):
        label, looks = divmod(int(place), len(names))
        pixels = int(others[label, looks])
        if pixels < max(FEWEST_DOUBTS, DOUBTED_SHARE * total[label]):
            continue
        yield f"{pixels} of the {total[label]} pixels labelled {names[label]} look more like {names[looks]}"
