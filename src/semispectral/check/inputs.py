"""Check what methods see against the wavelengths of the scans: windows of hull quotients, and the mineral library."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from semispectral.check.problems import Problems
from semispectral.check.scenes import Looked, classes_of
from semispectral.check.study import Study
from semispectral.inference.feature_names import HULL
from semispectral.library.class_entries import LibraryClassifier, classifier_for
from semispectral.spectra.hull_windows import sees, window_bands
from semispectral.spectra.normalisations.known_normalisations import NORMALISATIONS
from semispectral.study import keys_in_use
from semispectral.study.methods import METHODS, first_row
from semispectral.study.names import some
from semispectral.study.paths import inside, outside_allowed

LIBRARY = "library"


def check_windows(study: Study, looked: Sequence[Looked]) -> None:
    """Raise the error of the first scene on disk whose bands do not fit the windows of a normalisation in use.

    Parameters
    ----------
    study : configuration and tables.
    looked : facts of the scenes.

    Raises
    ------
    DataError : the scene has no wavelengths, or a window lies outside its range.
    """
    normalise = study.config["normalise"]
    asked = [keys_in_use.normalise(normalise, key) for key in ("m1_method", "method")]
    asked += [{"method": HULL}] if study.config["map"]["features"] == HULL else []
    methods = {method for each in asked for method in each.get("candidates", (each["method"],))}
    windows = [tuple(window) for window in normalise["windows"]]
    if any(NORMALISATIONS[method].hull for method in methods):
        for each in _on_disk(looked):
            window_bands(each.wavelengths_nm, windows, where=f"{each.scene.name}, normalise.windows")


def hull_words(study: Study, looked: Sequence[Looked]) -> Iterator[str]:
    """Yield a line on the windows of the SVM on hull quotients, if there is one: those that the scans see.

    Parameters
    ----------
    study : configuration and tables.
    looked : facts of the scenes.
    """
    found, maps = _on_disk(looked), study.config["map"]
    members = [METHODS[name].features for name in first_row(maps["method"]).members]
    if not found or HULL not in (maps["features"], *members, *study.config["compare"]["features"]):
        return
    windows = [tuple(window) for window in study.config["normalise"]["windows"]]
    seen = [window for window in windows if sees(found[0].wavelengths_nm, window)]
    if seen:
        yield f"SVM on hull quotients: of {_ranges(seen)}"
    else:
        yield (
            f"SVM on hull quotients: it has no say, for no bands of {_ranges(windows)} are known (normalise.windows); "
            "a mean that it is a member of does without it"
        )


def _ranges(windows: Sequence[tuple[float, ...]]) -> str:
    """Say from where to where windows go."""
    return " and ".join(f"{first:g} to {last:g} nm" for first, last in windows)


def library_words(study: Study, looked: Sequence[Looked], problems: Problems) -> Iterator[str]:
    """Yield a line on what the mineral library can predict; what is wrong with it is added to the problems.

    Parameters
    ----------
    study : configuration and tables.
    looked : facts of the scenes.
    problems : takes errors.
    """
    asked = LIBRARY in (*study.config["compare"]["baselines"], *study.config["benchmark"]["methods"])
    found = _on_disk(looked)
    if not (asked and found and study.classes and LIBRARY in study.settings):
        return
    used = [code for code in study.classes.codes if code in classes_of(looked)]
    names = [study.classes.names[study.classes.codes.index(code)] for code in used]
    with problems.noted():
        minerals = [study.minerals.get(code, "") for code in used]
        yield f"Mineral library: {_say(*_classifier(study, found[0], names, minerals), names)}"


def _classifier(
    study: Study, scene: Looked, names: Sequence[str], minerals: Sequence[str]
) -> tuple[LibraryClassifier | None, str]:
    """Return the classifier of the study on the bands of a scene, or why there is none."""
    root, outside = Path(study.config["data_root"]), outside_allowed(study.config)
    given = study.settings[LIBRARY]
    paths = [str(inside(path, "config, library.files", root=root, allow_outside=outside)) for path in given.files]
    settings = replace(given, files=tuple(paths))
    where = scene.scene.name
    return classifier_for(scene.wavelengths_nm, settings, names=names, minerals=minerals, where=where)


def _say(classifier: LibraryClassifier | None, why: str, names: Sequence[str]) -> str:
    """Say which classes it can predict."""
    if classifier is None:
        return f"it has nothing to say: {why}"
    without = [name for name, known in zip(names, classifier.known, strict=True) if not known]
    known = f"{len(names) - len(without)} of {len(names)} classes have an entry"
    return f"{known}; never predicted: {some(without)}" if without else known


def _on_disk(looked: Sequence[Looked]) -> list[Looked]:
    """Return the scenes whose files exist."""
    return [each for each in looked if each.census is not None]
