"""Table of methods: one row for every classifier that the project compares, with all its facts.

Rows are plain facts. What a method does stands where its model stands: a baseline in `semispectral.classifiers`, a
network in `semispectral.training`. So whoever reads this table, a rule, a figure or a page, imports none of them.
`docs/howto/method.md` shows how a row is added.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from semispectral.errors import ConfigError
from semispectral.study.suggestions import hint

BANDS = "bands"
LATENTS = "latents"


@dataclass(frozen=True, kw_only=True)
class Method:
    """One row: a classifier on one kind of features.

    Attributes
    ----------
    method, features : str, as they stand in a table of predictions.
    title : str, its name for people.
    colour, line, marker : str, how figures draw it, by the names of `semispectral.figures.style`.
    sections : tuple of str, of the configuration that its result depends on.
    keys : of the sections ``controls`` and ``svm`` that a baseline uses; empty for others.
    unlabelled : bool, it looks at unlabelled pixels, so that the transductive regime differs from the inductive one.
    ours : bool, one of the models that the project is about; others are compared with them.
    model : bool, it is trained, kept in a directory and can make maps; else it is a baseline, fitted and asked at once.
    tensorflow : bool, it is trained with TensorFlow.
    headline : bool, figures with few lines have one for it.
    constant : bool, it predicts one class on purpose.
    supervised : str, the same network trained on the labels alone, which it has to beat; empty for others.
    description : str, what it is, for the card of a trained model.
    """

    method: str
    features: str
    title: str
    colour: str = "grey"
    line: str = "solid"
    marker: str = "x"
    sections: tuple[str, ...] = ("controls", "svm")
    keys: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    unlabelled: bool = False
    ours: bool = False
    model: bool = False
    tensorflow: bool = False
    headline: bool = False
    constant: bool = False
    supervised: str = ""
    description: str = ""

    @property
    def on_latents(self) -> bool:
        """Whether it sees M1's latents, which come from unlabelled pixels."""
        return self.features == LATENTS


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
    """Name the methods that are fitted and asked at once."""
    return _names(row for row in METHODS.values() if not row.model)


def networks() -> tuple[str, ...]:
    """Name the models that TensorFlow trains, which keep how their training went."""
    return _names(row for row in METHODS.values() if row.model and row.tensorflow)


def constant() -> tuple[str, ...]:
    """Name the methods that predict one class on purpose."""
    return _names(row for row in METHODS.values() if row.constant)


def supervised_twins() -> dict[str, str]:
    """Give, by method, the one trained on the labels alone that it has to beat."""
    return {row.method: row.supervised for row in METHODS.values() if row.supervised}


def first_row(method: str) -> Method:
    """Give a row of a method, whatever its features: for facts that are the same in all of them.

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


def row_of(method: str, features: str) -> Method | None:
    """Give the row of a method on some features; None where the table has none.

    Parameters
    ----------
    method : str, name of the method.
    features : str, ``bands`` or ``latents``.
    """
    found = (row for row in METHODS.values() if (row.method, row.features) == (method, features))
    return next(found, None)


def twin_of(name: str) -> str | None:
    """Give the key of the row trained on the labels alone that a row has to beat; None where it has none.

    Parameters
    ----------
    name : str, name of the row.
    """
    wanted = (METHODS[name].supervised, METHODS[name].features)
    return next((key for key, row in METHODS.items() if (row.method, row.features) == wanted), None)


def _names(rows: Iterable[Method]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(row.method for row in rows))
