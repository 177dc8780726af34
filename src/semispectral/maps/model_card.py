"""Model card of a trained model, in Markdown: what to know before using its maps."""

import re
from typing import Any

import numpy as np

from semispectral.evaluation.score_names import shown_in_report

FEATURES = {"bands": "the normalised bands", "latents": "the latents of M1, a variational autoencoder of the spectra"}


def model_card(facts: dict[str, Any], wavelengths_nm: np.ndarray | None, threshold: float) -> str:
    """Return the model card of a trained model.

    Parameters
    ----------
    facts : content of model.json.
    wavelengths_nm : float64 [band]; None if the training scans have none.
    threshold : pixels with a lower log_p are unknown, in nats; -inf if this cannot be decided.
    """
    holes = facts["holes"]
    kind = facts["description"]
    sections = [
        f"# Model card: {facts['method']} on {facts['features']}",
        f"{kind[0].upper()}{kind[1:]}, on {FEATURES[facts['features']]}. "
        f"It gives each pixel of a hyperspectral scan one of {len(facts['classes']['names'])} classes, their "
        "probabilities, and a score for being none of them.",
        "## What it was trained on",
        "\n".join(
            [
                f"- Holes: {_list(holes, 'train')}; validated on pixels of {_list(holes, 'valid')}.",
                f"- Labels per class: {facts['budget']}; seed {facts['seed']}.",
                f"- {_range(wavelengths_nm)} {_scale(facts['scale'])}",
            ]
        ),
        "## How good it is",
        _scores(facts["scores"], _list(holes, "test")),
        "## What it does not know",
        _novelty(facts, threshold),
        "Its probabilities are those of scans like the training scans: another instrument, other light or another "
        "deposit can make it confidently wrong. A mineral without a class is given the nearest class, unless it is "
        "unlike every training spectrum. Scans whose wavelengths cannot be matched are refused.",
        "## Classes",
        _classes(facts["classes"]),
        "## Provenance",
        _provenance(facts),
    ]
    return "\n\n".join(sections) + "\n"


def _range(wavelengths_nm: np.ndarray | None) -> str:
    """Describe the bands and their wavelengths."""
    if wavelengths_nm is None:
        return "The training scans had no wavelengths: bands are matched by their number alone."
    return f"{len(wavelengths_nm)} bands, {wavelengths_nm.min():.1f} to {wavelengths_nm.max():.1f} nm."


def _scale(scale: float | None) -> str:
    """Describe the scale of the training scans."""
    if scale is None:
        return "The training scans have several scales, so that of a new scan is left as it is."
    return f"Reflectance is the stored value times {scale:g}."


def _list(holes: dict[str, list[str]], part: str) -> str:
    """List the holes of a part."""
    return ", ".join(holes.get(part, [])) or "none"


def _scores(scores: dict[str, float], holes: str) -> str:
    """Return the table of scores."""
    titles = {name: f"{row.words[0].upper()}{row.words[1:]} ({row.short})" for name, row in shown_in_report().items()}
    known = [(title, scores[name]) for name, title in titles.items() if name in scores]
    if not known:
        return "Not measured: there was no test part."
    rows = "\n".join(f"| {title} | {value:.3f} |" for title, value in known)
    head = f"On {int(scores['pixels'])} labelled pixels of the test part ({holes}):"
    return f"{head}\n\n| Score | Value |\n|---|---|\n{rows}"


def _novelty(facts: dict[str, Any], threshold: float) -> str:
    """Describe the threshold for unknown pixels."""
    if not np.isfinite(threshold):
        return "No model of the spectra is part of it, so it cannot say 'none of the known'."
    return (
        f"A pixel is 'none of the known' where log p(x) is below {threshold:.1f} nats, the level that "
        f"{facts['false_alarm']:.1%} of the validation pixels are below. On another hole the share of false "
        "alarms differs."
    )


def _classes(classes: dict[str, Any]) -> str:
    """Return the table of classes."""
    rows = zip(classes["codes"], map(_in_table, classes["names"]), classes["colours"], strict=True)
    return "| Code | Class | Colour |\n|---|---|---|\n" + "\n".join(f"| {a} | {b} | {c} |" for a, b, c in rows)


def _in_table(name: str) -> str:
    """Escape a name so that Markdown shows it as text, not as a column, a tag or a link."""
    return re.sub(r"([\\`*_{}\[\]<>|])", r"\\\1", name)


def _provenance(facts: dict[str, Any]) -> str:
    """List versions and checksums."""
    lines = [f"- {name}: {value or 'not known'}" for name, value in facts["provenance"].items()]
    lines += [f"- sha256 of {name}: {value}" for name, value in facts["parts"].items()]
    return "\n".join(lines)
