"""Captions of the figures, by chapter and name; also those of Snakemake's own report."""

CAPTIONS = {
    "data/labels": (
        "Labelled pixels of each class: over all scenes (bars, on a log scale) and in each scene (rows; the darker the "
        "more). A dot stands for none."
    ),
    "data/mask": (
        "What the mask took for tray or shadow (red) and what its code says to ignore (dark). Nothing red should lie "
        "on rock, and no tray should be left: else change the section mask."
    ),
    "split/parts": (
        "The part that each pixel of interest is in. Labelled pixels are in full colour, unlabelled ones pale; white "
        "is not used: the tray, other ignored pixels, and the guard between two parts. Long scenes lie on their side."
    ),
    "spectra/class_means": (
        "Mean (line) and 10th to 90th percentile (band) of the sampled labelled pixels of each class, of all parts; "
        "dashed grey is the mean over the classes. Lines are open where bands were taken out."
    ),
    "training/m1_curves": (
        "Left: M1's bound on log p(x) as training went, higher is better. The diamond marks the epoch whose weights "
        "were kept: the highest bound on the validation pixels. The first epochs lie below the axis. Right: the "
        "latents that are live."
    ),
    "training/latents": (
        "Left: how much each latent of M1 varies over the training pixels; those under the dashed line died and were "
        "dropped. Right, in units of the normalised spectrum (of its SNV, where M1 sees two views): sigma of p(x|z), "
        "what M1 takes for noise in each band, and the root mean square of what its reconstruction misses on "
        "validation pixels."
    ),
    "training/reconstructions": (
        "Spectra of the test part (black), one for each of some classes, and what M1 makes of them from its latents: "
        "the mean of p(x|z) at the mean of q(z|x). M1 never saw them."
    ),
    "training/prior": (
        "Left: spectra of the test part. Right: spectra that M1 draws by itself, the mean of p(x|z) for z from "
        "N(0, I). If M1 has learnt what spectra are, the two look alike."
    ),
    "training/classifier_curves": (
        "Bounds of M2 and M1+M2 on labelled and unlabelled pixels, and the accuracy of q(y|x) on the validation "
        "labels, the mean over classes, of these and of q(y|x) trained on the labels alone, while those labels were "
        "held out. Diamonds: the epoch whose weights were kept."
    ),
    "training/class_draws": (
        "Spectra that the model draws for each class (coloured): the mean of p(x|y, z) for the same z from N(0, I); "
        "black is the measured mean of the class. Where they part, the model does not know the class."
    ),
    "results/macro_f1": (
        "Macro-F1, the mean of F1 over classes, on the test part: the mean over seeds (dot), the 95 % interval where "
        "seeds or holes can be resampled (line), and each seed (tick). Red M2 and M1+M2, blue SVM, orange q(y|x) "
        "trained on the labels alone, grey other controls."
    ),
    "results/against_labels": (
        "Macro-F1 on the test part against the number of labels per class, with 95 % intervals where there are any. "
        "Solid lines see bands, dashed ones the latents of M1. The axis does not begin at 0."
    ),
    "results/confusion": (
        "Confusion on the test part, over all seeds: of the pixels of a class (row), the percentage predicted as each "
        "class (column). The SVM and the M2 shown are those that did best on the validation labels."
    ),
    "results/class_f1": "F1 of each class on the test part in percent, the mean over seeds; a dash: undefined.",
    "maps": (
        "The sampled labelled pixels of a test scene: the truth, the predictions, and where the last model is wrong "
        "(red). Grey has no label; white is not of interest. Long scenes lie on their side."
    ),
}


def caption_of(key: str) -> str:
    """Return the caption of a figure; all maps share one.

    Parameters
    ----------
    key : chapter and name of the figure: ``chapter/name``.
    """
    return CAPTIONS.get(key, CAPTIONS["maps"])
