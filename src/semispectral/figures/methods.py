"""How methods are called and coloured wherever people read of them."""

from semispectral.figures.style import METHOD_COLOURS, OTHER_METHOD

ON_BANDS, ON_LATENTS = "bands", "latents"
NAMES = {
    ("m2", ON_BANDS): "M2",
    ("m2", ON_LATENTS): "M1+M2",
    ("svm", ON_BANDS): "SVM on bands",
    ("svm", ON_LATENTS): "SVM on M1 latents",
    ("svm", "standardised"): "SVM on standardised bands",
    ("qy", ON_BANDS): "q(y|x) alone, bands",
    ("qy", ON_LATENTS): "q(y|x) alone, M1 latents",
    ("majority", ON_BANDS): "largest class",
    ("sam", ON_BANDS): "nearest mean spectrum",
    ("rf", ON_BANDS): "random forest",
    ("pca_svm", ON_BANDS): "PCA + SVM",
    ("self_training", ON_BANDS): "self-training SVM",
    ("label_spreading", ON_BANDS): "label spreading",
}


def method_name(method: str, features: str) -> str:
    """The name of a method for people; its own where it is not known."""
    return NAMES.get((method, features), method if features == ON_BANDS else f"{method} on {features}")


def method_colour(method: str) -> str:
    """Its colour: one for M1+M2 and M2, one for the SVM, one for q(y|x) alone, grey for the other controls."""
    return METHOD_COLOURS.get(method, OTHER_METHOD)


def budget_order(budget: str) -> float:
    """Where a label budget stands among others; ``all`` is last."""
    return float("inf") if budget == "all" else float(budget)


def budget_words(budget: str) -> str:
    """A label budget in words."""
    if budget == "all":
        return "all labels"
    return "1 label per class" if budget == "1" else f"{budget} labels per class"
