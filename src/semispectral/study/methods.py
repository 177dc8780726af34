"""Table of methods: one row for every classifier that the project compares, with all its facts.

Rows are plain facts. What a method does stands where its model stands: a baseline in `semispectral.classifiers`, a
network in `semispectral.training`. So whoever reads this table, a rule, a figure or a page, imports none of them.
`docs/howto/method.md` shows how a row is added.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from semispectral.errors import ConfigError
from semispectral.inference.feature_names import (
    BANDS,
    HULL,
    LATENTS,
    LATENTS_MNF,
    MNF,
    PREDICTIONS,
    SPECTRA,
    WITH_M1,
)
from semispectral.study.suggestions import hint


@dataclass(frozen=True, kw_only=True)
class Method:
    """Classifier on one kind of features: one row of the table of methods.

    Attributes
    ----------
    method, features : str, names, as in a table of predictions.
    title : str, name for people.
    colour, line, marker : str, style in figures, by the names of `semispectral.figures.style`.
    sections : tuple of str, sections of the configuration that its result depends on.
    keys : keys of the sections ``baselines`` and ``svm`` that a baseline uses; empty for others.
    unlabelled : bool, whether it uses unlabelled pixels, so that the transductive regime differs from the inductive
        one.
    ours : bool, whether it is one of the models that the project is about; others are compared with them.
    model : bool, whether it can make maps: it is trained and kept in a directory, or the average of such; else it is a
        baseline, fitted and applied at once.
    tensorflow : bool, whether it is trained with TensorFlow.
    headline : bool, whether figures with few lines show it.
    constant : bool, whether it predicts one class on purpose.
    learns : bool, whether it learns from labels; what does not is the same for every number of labels and every seed.
    supervised : str, the same network trained on the labels alone, with which it is compared; empty for others.
    members : tuple of str, names of the rows whose predictions it averages; empty for a method of its own.
    weights : tuple of int, how much each of the members counts, unless it says so itself; empty: all count the same.
    description : str, text for the card of a trained model.
    """

    method: str
    features: str
    title: str
    colour: str = "grey"
    line: str = "solid"
    marker: str = "x"
    sections: tuple[str, ...] = ("baselines", "svm")
    keys: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    unlabelled: bool = False
    ours: bool = False
    model: bool = False
    tensorflow: bool = False
    headline: bool = False
    constant: bool = False
    learns: bool = True
    supervised: str = ""
    members: tuple[str, ...] = ()
    weights: tuple[int, ...] = ()
    description: str = ""

    @property
    def on_latents(self) -> bool:
        """Whether it sees M1's latents, which come from unlabelled pixels."""
        return self.features in WITH_M1


TUNED = ("folds", "tuning_pixels")  # of the section `svm`: how every baseline is tuned
OF_M2 = Method(
    method="m2",
    features=BANDS,
    title="M2",
    colour="vermillion",
    line="dashed",
    marker="s",
    sections=("m2",),
    unlabelled=True,
    ours=True,
    model=True,
    tensorflow=True,
    headline=True,
    supervised="qy",
    description="M2, the generative semi-supervised classifier of Kingma et al. (2014)",
)
OF_QY = Method(
    method="qy",
    features=BANDS,
    title="q(y|x) alone, bands",
    colour="orange",
    line="dashed",
    marker="v",
    sections=("m2",),
    model=True,
    tensorflow=True,
    description="q(y|x), a network trained on the labels alone",
)
OF_SVM = Method(
    method="svm",
    features=BANDS,
    title="SVM on bands",
    colour="blue",
    line="dashed",
    marker="d",
    sections=("svm",),
    model=True,
    headline=True,
    description="a support vector machine with an RBF kernel",
)
OF_LDA = Method(
    method="lda",
    features=BANDS,
    title="LDA",
    colour="purple",
    line="dotted",
    marker="1",
    keys=((), TUNED),
)
OF_MEAN = Method(  # of those that make maps
    method="m2_svm",
    features=LATENTS_MNF,
    title="mean of M1+M2 with noise scores and MNF + SVM",
    colour="green",
    line="solid",
    marker="p",
    sections=("m2", "svm"),
    unlabelled=True,
    ours=True,
    model=True,
    headline=True,
    members=("m1+m2-mnf", "svm-mnf"),
    description="the mean of the probabilities of M2, the generative semi-supervised classifier of Kingma et al. "
    "(2014), and of a support vector machine on the noise-whitened components alone",
)

METHODS: dict[str, Method] = {
    "m1+m2": replace(OF_M2, features=LATENTS, title="M1+M2", line="solid", marker="o"),
    "m2": OF_M2,
    "qy-latents": replace(
        OF_QY,
        features=LATENTS,
        title="q(y|x) alone, M1 latents",
        line="solid",
        marker="^",
        unlabelled=True,
        headline=True,
    ),
    "qy-bands": OF_QY,
    "m1+m2-mnf": replace(
        OF_M2,
        features=LATENTS_MNF,
        title="M1+M2 with noise scores",
        line="dotted",
        marker="P",
    ),
    "qy-latents-mnf": replace(
        OF_QY,
        features=LATENTS_MNF,
        title="q(y|x) alone, M1 latents and noise scores",
        line="dotted",
        marker="X",
        unlabelled=True,
        headline=True,
    ),
    "m1+m2+svm": OF_MEAN,
    "m1+m2+svm+lda": replace(
        OF_MEAN,
        method="m2_svm_lda",
        title="mean of M1+M2 with noise scores (half), MNF + SVM and LDA on MNF",
        colour="purple",
        members=("m1+m2-mnf", "svm-mnf", "lda-mnf"),
        weights=(2, 1, 1),
        description="the mean of the probabilities of M2, the generative semi-supervised classifier of Kingma et al. "
        "(2014), which counts half, and of a support vector machine and linear discriminants on the noise-whitened "
        "components alone, which count a quarter each",
    ),
    "m1+m2+svms+lda": replace(
        OF_MEAN,
        method="m2_svms_lda",
        title="mean of M1+M2 with noise scores, SVMs and LDA on MNF",
        colour="black",
        members=("m1+m2-mnf", "svm-mnf", "lda-mnf", "svm-hull"),
        weights=(2, 1, 1, 2),
        description="the mean of the probabilities of M2, the generative semi-supervised classifier of Kingma et al. "
        "(2014), which counts twice, of a support vector machine and linear discriminants on the noise-whitened "
        "components alone, which count once each, and of a support vector machine on hull quotients, where the sensor "
        "sees their windows, which counts as much as held-out labels say",
    ),
    "svm-latents": replace(
        OF_SVM,
        features=LATENTS,
        title="SVM on M1 latents",
        line="solid",
        marker="D",
        unlabelled=True,
    ),
    "svm-bands": replace(
        OF_SVM,
        features="standardised",
        title="SVM on standardised bands",
        line="dotted",
        marker="P",
        headline=False,
    ),
    "svm-snv": OF_SVM,
    "svm-hull": replace(
        OF_SVM,
        features=HULL,
        title="SVM on hull quotients",
        line="dotted",
        marker="*",
        headline=False,
    ),
    "svm-mnf": replace(
        OF_SVM,
        features=MNF,
        title="MNF + SVM",
        colour="sky",
        line="solid",
        marker="D",
        unlabelled=True,
    ),
    "lda": OF_LDA,
    "lda-mnf": replace(
        OF_LDA,
        method="lda_mnf",
        features=MNF,
        title="LDA on MNF",
        colour="sky",
        unlabelled=True,
        model=True,
        description="linear discriminants with one shrunk covariance for all classes",
    ),
    "qda": Method(
        method="qda",
        features=MNF,
        title="QDA on MNF",
        colour="sky",
        line="dotted",
        marker="2",
        unlabelled=True,
        keys=(("pooled",), TUNED),
    ),
    "mean-of-four": Method(
        method="mean_of_four",
        features=PREDICTIONS,
        title="mean of SVM, MNF + SVM, LDA and QDA",
        colour="green",
        line="dotted",
        marker="h",
        sections=(),
        unlabelled=True,
        headline=True,
        members=("svm-snv", "svm-mnf", "lda", "qda"),
    ),
    "mean-of-two": Method(
        method="mean_of_two",
        features=PREDICTIONS,
        title="mean of M1+M2 and MNF + SVM",
        colour="vermillion",
        line="dotted",
        marker="p",
        sections=(),
        unlabelled=True,
        ours=True,
        headline=True,
        members=("m1+m2", "svm-mnf"),
    ),
    "pca-svm": Method(
        method="pca_svm",
        features=BANDS,
        title="PCA + SVM",
        colour="sky",
        marker="<",
        keys=(("components", "cost"), (*TUNED, "balanced")),
    ),
    "rf": Method(
        method="rf",
        features=BANDS,
        title="random forest",
        colour="green",
        marker=">",
        keys=(("forest_features", "forest_leaf", "trees", "tuning_trees"), (*TUNED, "balanced")),
    ),
    "self-training": Method(
        method="self_training",
        features=BANDS,
        title="self-training SVM",
        colour="purple",
        marker="h",
        unlabelled=True,
        keys=(("unlabelled_pixels", "confidence", "rounds"), ("cost", "gamma", *TUNED, "balanced")),
    ),
    "label-spreading": Method(
        method="label_spreading",
        features=BANDS,
        title="label spreading",
        colour="purple",
        line="dashed",
        marker="X",
        unlabelled=True,
        keys=(("neighbours", "spreading", "unlabelled_pixels"), TUNED),
    ),
    "sam": Method(method="sam", features=BANDS, title="nearest mean spectrum", marker="*", keys=((), TUNED)),
    "library": Method(
        method="library",
        features=SPECTRA,
        title="mineral library (no label)",
        colour="green",
        line="dashed",
        marker="H",
        sections=("library",),
        learns=False,
    ),
    "majority": Method(
        method="majority",
        features=BANDS,
        title="largest class",
        line="dotted",
        marker=".",
        constant=True,
    ),
}


def models() -> tuple[str, ...]:
    """Name the methods that are trained, kept and can make maps, each once."""
    return _names(row for row in METHODS.values() if row.model)


def baselines() -> tuple[str, ...]:
    """Name the methods that are no models: they are fitted and applied at once, or need no fit."""
    return _names(row for row in METHODS.values() if not row.model)


def fitted_baselines() -> tuple[str, ...]:
    """Name the baselines that learn from labels, and not from the predictions of others."""
    return _names(row for row in METHODS.values() if not row.model and row.learns and not row.members)


def fitted_for(compared: Iterable[str]) -> tuple[Method, ...]:
    """Return the rows of the baselines that are fitted where some methods are compared, each once.

    The members of an average are fitted for it, whether or not they are compared by themselves.

    Parameters
    ----------
    compared : names of baselines.
    """
    named = [first_row(name) for name in compared]
    members = [METHODS[member] for row in named for member in row.members]
    fitted = fitted_baselines()
    return tuple(dict.fromkeys(row for row in [*named, *members] if row.method in fitted))


def averages() -> tuple[str, ...]:
    """Name the methods that average the predictions of others."""
    return _names(row for row in METHODS.values() if row.members)


def networks() -> tuple[str, ...]:
    """Name the models that TensorFlow trains, which keep the history of their training."""
    return _names(row for row in METHODS.values() if row.model and row.tensorflow)


def constant() -> tuple[str, ...]:
    """Name the methods that predict one class on purpose."""
    return _names(row for row in METHODS.values() if row.constant)


def supervised_twins() -> dict[str, str]:
    """Return, by method, the same network trained on the labels alone, with which it is compared."""
    return {row.method: row.supervised for row in METHODS.values() if row.supervised}


def first_row(method: str) -> Method:
    """Return a row of a method, whatever its features, for facts that all of them share.

    Parameters
    ----------
    method : str, name of the method.

    Raises
    ------
    ConfigError : no row has this method.
    """
    for row in METHODS.values():
        if row.method == method:
            return row
    raise ConfigError(f"no method is called {method!r}; {hint(method, sorted({*models(), *baselines()}))}")


def keys_of_baseline(method: str, *, baselines: Mapping[str, Any], svm: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the keys of the sections ``baselines`` and ``svm`` that a baseline uses, as these two sections.

    Parameters
    ----------
    method : str, name of the baseline.
    baselines : mapping, section ``baselines``.
    svm : mapping, section ``svm``.
    """
    own, shared = first_row(method).keys
    used = {"baselines": (baselines, own), "svm": (svm, shared)}
    return {name: {key: section[key] for key in section if key in keys} for name, (section, keys) in used.items()}


def row_of(method: str, features: str) -> Method | None:
    """Return the row of a method on some features; None where the table has none.

    Parameters
    ----------
    method : str, name of the method.
    features : str, what it sees, such as ``bands`` or ``latents``.
    """
    found = (row for row in METHODS.values() if (row.method, row.features) == (method, features))
    return next(found, None)


def trained_rows(method: str, features: str) -> tuple[tuple[str, str], ...]:
    """Return the names and features of the trained models that a model consists of: itself, or those of an average.

    Parameters
    ----------
    method : str, name of a model.
    features : str, what it sees.

    Raises
    ------
    ConfigError : an average was asked for on other features than its own.
    """
    row = first_row(method)
    if not row.members:
        return ((method, features),)
    if features != row.features:
        raise ConfigError(
            f"{method} is an average, which sees {row.features}; got the features {features}: set features to "
            f"{row.features}"
        )
    return tuple((METHODS[name].method, METHODS[name].features) for name in row.members)


def twin_of(name: str) -> str | None:
    """Return the key of the row trained on the labels alone with which a row is compared; None where it has none.

    Parameters
    ----------
    name : str, name of the row.
    """
    wanted = (METHODS[name].supervised, METHODS[name].features)
    return next((key for key, row in METHODS.items() if (row.method, row.features) == wanted), None)


def _names(rows: Iterable[Method]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(row.method for row in rows))
