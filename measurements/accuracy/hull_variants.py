"""How the hull quotient of a window is best given to a classifier with few labels, on real drill core.

    python measurements/accuracy/hull_variants.py --tsg PE257D_0001_tsg.tsg --seeds 30
    python measurements/accuracy/hull_variants.py --tsg PE257D_0001_tsg.tsg --seeds 4 --m1m2

ranks ways to make the input (which bands the hull is made over, what is done after the quotient) and classifiers (the
project's SVM, which chooses cost and width by cross-validation, and an SVM at fixed values), kaolin against white mica.
``inner`` is the nested validation by which one may choose: labels are drawn from one half of the blocks of the training
part and scored on its other half. ``test`` is what each of them reaches on the test part, by labels of the whole
training part; nothing is chosen by it. ``--m1m2`` scores M1+M2 instead, with each of these normalisations of M1: the
default one, that with hull quotients beside it, hull quotients alone, and the one that an SVM speaks for on the labels
of the draw, held out in turn (`normalise.m1_method: auto`). Beside them stand the SVM on hull quotients, the mineral
library (single entries), and means of probabilities. M1 sees all spectra of the training part, without their labels,
and is trained once; the labels of each draw are M2's. ``--hard`` takes the harder simulated core in place of the usual
one.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from sklearn.svm import SVC

from inputs import LABELS, WINDOW, Core, draw, f1, library_probabilities, real_core, simulated_core, standard_error
from semispectral.classifiers.input_choice import best_input, input_scores
from semispectral.classifiers.svm import SvmConfig, fit_svm
from semispectral.estimators.rows import held_labels, held_rows, training_set
from semispectral.estimators.training import fit_m1, fit_m2
from semispectral.library.library_files import read_libraries
from semispectral.models.settings_m1 import M1Config
from semispectral.models.settings_m2 import M2Config
from semispectral.spectra.hull_windows import hull_quotients, window_bands
from semispectral.spectra.normalisations.snv import snv
from semispectral.spectra.scaling import Scaler, fit_scaler

FIRST, LAST = 1000.0, 2500.0  # nm, of the whole spectrum, as far as the sensor goes
M1_METHODS = ("views", "views_hull", "hull")
VALID_SHARE = 0.2
Make = Callable[[np.ndarray, np.ndarray], np.ndarray]  # quotients of all pixels, training pixels -> columns
Predict = Callable[[np.ndarray, np.ndarray, np.ndarray, int], np.ndarray]  # x, label, query, seed -> predicted


def as_it_is(quotient: np.ndarray, train: np.ndarray) -> np.ndarray:
    """The quotient itself; the SVM's unit of width follows its variance."""
    return quotient


def standardised(quotient: np.ndarray, train: np.ndarray) -> np.ndarray:
    """Every band by its mean and standard deviation on the training part."""
    return (quotient - quotient[train].mean(axis=0)) / np.maximum(quotient[train].std(axis=0), 1e-6)


def of_shape(quotient: np.ndarray, train: np.ndarray) -> np.ndarray:
    """The SNV of the quotient, as the input ``hull`` has it."""
    return snv(quotient)


MADE: dict[str, Make] = {"quotient": as_it_is, "standardised": standardised, "SNV": of_shape}


def quotients(core: Core) -> dict[str, np.ndarray]:
    """The quotient over the bands of the window by its own hull, and by the hull of the whole spectrum."""
    own = window_bands(core.wavelengths_nm, [WINDOW], where=core.name)
    last = min(LAST, float(core.wavelengths_nm.max()))
    whole = window_bands(core.wavelengths_nm, [(FIRST, last)], where=core.name)
    inside = np.isin(whole[0], own[0])
    of_whole = hull_quotients(core.x, core.wavelengths_nm, whole)[:, inside]
    return {"hull of the window": hull_quotients(core.x, core.wavelengths_nm, own), "hull of the spectrum": of_whole}


def project_svm(x: np.ndarray, label: np.ndarray, query: np.ndarray, seed: int) -> np.ndarray:
    """The project's SVM, with its grid."""
    model = fit_svm(x, label, classes=2, settings=SvmConfig(), seed=seed)
    return np.asarray(model.predict(query))


def fixed_svm(x: np.ndarray, label: np.ndarray, query: np.ndarray, seed: int) -> np.ndarray:
    """An SVM of one cost and one width."""
    return np.asarray(SVC(C=100.0, gamma="scale", class_weight="balanced").fit(x, label).predict(query))


CLASSIFIERS: dict[str, Predict] = {"grid": project_svm, "C = 100": fixed_svm}


def halves(core: Core, train: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Two halves of the training part, every other one of its blocks in each."""
    order = np.searchsorted(np.unique(core.block[train]), core.block)
    return train & (order % 2 == 0), train & (order % 2 == 1)


def rows(core: Core, seeds: range) -> Iterator[tuple[str, ...]]:
    """Test part, hull, input, classifier, and the mean macro-F1 of 10 / 20 / all labels, inner and on the test part."""
    for split, test in core.tests.items():
        one, other = halves(core, ~test)
        for hull, quotient in quotients(core).items():
            for made, make in MADE.items():
                for name, predict in CLASSIFIERS.items():
                    inner = means(make(quotient, one), core.label, (one, other), predict, seeds)
                    outer = means(make(quotient, ~test), core.label, (~test, test), predict, seeds)
                    yield split, hull, made, name, inner, outer


def means(
    x: np.ndarray, label: np.ndarray, parts: tuple[np.ndarray, np.ndarray], predict: Predict, seeds: range
) -> str:
    """Mean macro-F1 and its standard error for each number of labels, as text; parts are those of training and test."""
    train, test = parts
    found = []
    for labels in LABELS:
        scores = []
        for seed in seeds if labels else seeds[:1]:  # all labels are the same with every seed
            known = draw(label, train, labels, seed)
            scores.append(f1(label[test], predict(x[known], label[known], x[test], seed)))
        found.append(f"{np.mean(scores):.3f}{standard_error(scores)}")
    return " / ".join(found)


def scale_of(core: Core, method: str, test: np.ndarray) -> Scaler:
    """The scale of a normalisation, fitted to the training part."""
    return fit_scaler(core.x[~test], method=method, wavelengths_nm=core.wavelengths_nm, windows=[WINDOW])


def stacked(core: Core, scaler: Scaler, test: np.ndarray) -> Callable[[np.ndarray, int], np.ndarray]:
    """M1+M2 as the workflow trains it: M1 on the training part by a normalisation; M2 on its latents for each draw.

    What is returned takes the labelled pixels of a draw and its seed, and gives probabilities of the test pixels.
    """
    train, x = ~test, scaler.transform(core.x)
    apart = held_rows(int(train.sum()), VALID_SHARE, seed=1)
    m1 = fit_m1(x[train][~apart], x[train][apart], M1Config(), views=scaler.views, seed=1, checkpoints=None).model
    mean, log_variance = m1.encode(x)

    def fitted(known: np.ndarray, seed: int) -> np.ndarray:
        label = np.where(np.isin(np.arange(len(x)), known), core.label, -1)[train]
        held = held_labels(label, VALID_SHARE, seed=seed)
        data = training_set(mean[train], label, held, np.exp(0.5 * log_variance[train]))
        m2 = fit_m2(data, M2Config(), classes=2, seed=seed, checkpoints=None).model
        return np.asarray(m2.predict_proba(np.asarray(mean[test], np.float64)))

    return fitted


def of_shape_svm(core: Core, test: np.ndarray) -> Callable[[np.ndarray, int], np.ndarray]:
    """The project's SVM on the hull quotient of the window: probabilities of the test pixels for each draw."""
    x = scale_of(core, "hull", test).transform(core.x)

    def fitted(known: np.ndarray, seed: int) -> np.ndarray:
        model = fit_svm(x[known], core.label[known], classes=2, settings=SvmConfig(), seed=seed)
        return np.asarray(model.predict_proba(x[test]))

    return fitted


def stacked_rows(core: Core, seeds: range, many: Sequence[int], methods: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Test part, method, and its mean macro-F1 with so many labels in all: M1+M2 alone; the last one with others."""
    library = read_libraries([])
    for split, test in core.tests.items():
        of_library = library_probabilities(core, test, library, mixture=1)
        scales = {method: scale_of(core, method, test) for method in methods}
        m1m2 = {f"M1+M2, {method}": stacked(core, scale, test) for method, scale in scales.items()}
        seen = {method: scale.transform(core.x) for method, scale in scales.items()}
        svm, best = of_shape_svm(core, test), f"M1+M2, {methods[-1]}"
        scores: dict[str, list[list[float]]] = {}
        for place, labels in enumerate(many):
            for seed in seeds:
                known = draw(core.label, ~test, labels, seed)
                found = {name: fit(known, seed) for name, fit in m1m2.items()} | {"SVM, hull": svm(known, seed)}
                known_inputs = {method: x[known] for method, x in seen.items()}
                spoken = input_scores(known_inputs, core.label[known], settings=SvmConfig(), seed=seed)
                found["M1+M2, chosen on the labels"] = found[f"M1+M2, {best_input(spoken)}"]
                found |= {"library, no label": of_library}
                found["mean of M1+M2 and SVM on hull"] = (found[best] + found["SVM, hull"]) / 2
                found["mean of both and the library"] = (found[best] + found["SVM, hull"] + of_library) / 3
                for name, p in found.items():
                    each = scores.setdefault(name, [[] for _ in many])
                    each[place].append(f1(core.label[test], p.argmax(axis=1)))
        for name, each in scores.items():
            yield split, name, " / ".join(f"{np.mean(one):.3f}{standard_error(one)}" for one in each)


def main() -> None:
    """Parse the command line and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tsg", type=Path, help="TSG dataset with the groups of TSA; without it, simulated core")
    parser.add_argument("--seeds", type=int, default=30, help="draws of labels (default: %(default)s)")
    parser.add_argument("--hard", action="store_true", help="the harder simulated core, without a TSG dataset")
    parser.add_argument("--m1m2", action="store_true", help="M1+M2 in place of the SVM")
    parser.add_argument("--labels", type=int, nargs="+", default=[10, 20, 40], help="in all, for M1+M2")
    parser.add_argument("--m1-methods", nargs="+", choices=M1_METHODS, default=M1_METHODS, help="what M1 sees")
    parser.add_argument("--pixels", type=int, default=600, help="pixels of the simulated core (default: %(default)s)")
    wanted = parser.parse_args()
    core, seeds = (
        real_core(wanted.tsg) if wanted.tsg else simulated_core(7, pixels=wanted.pixels, hard=wanted.hard),
        range(1, wanted.seeds + 1),
    )
    scored = "inner, 10 / 20 / all labels | test, 10 / 20 / all labels"
    head = (
        f"| test part | method | macro-F1 with {' / '.join(map(str, wanted.labels))} labels in all |"
        if wanted.m1m2
        else f"| test part | hull | input | SVM | {scored} |"
    )
    print(head + "\n" + "|---" * (head.count("|") - 1) + "|")
    for row in stacked_rows(core, seeds, wanted.labels, wanted.m1_methods) if wanted.m1m2 else rows(core, seeds):
        print("| " + " | ".join(row) + " |", flush=True)


if __name__ == "__main__":
    main()
