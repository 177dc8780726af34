"""Captions of the figures, by chapter and name; also those of Snakemake's own report."""

CAPTIONS = {
    "data/labels": (
        "Labelled pixels of each class: in all scenes (bars, log scale) and in each scene, or of many scenes in each "
        "hole (rows; darker is more). A dot means none."
    ),
    "data/mask": (
        "The brightness of each scan, and over it what is left out: tray or shadow by the mask (red), and pixels with "
        "an ignored code (blue). If rock is red, or tray is left, change the section mask, or paint: copy "
        "masks/SCENE/mask.png out of the results, and name the copy in the column mask of scenes.tsv."
    ),
    "split/parts": (
        "The part of each pixel. Labelled pixels have full colours, unlabelled ones are pale. White pixels are not "
        "used: tray, other ignored pixels, and the buffer between two parts. Long scenes are turned on their side. "
        "Test scenes come first; of many scenes, 24 are shown."
    ),
    "spectra/class_means": (
        "Mean (line) and 10th to 90th percentile (band) of the sampled labelled pixels of each class, all parts "
        "together. Dashed grey: mean over the classes. Lines are interrupted where bands were removed."
    ),
    "training/m1_curves": (
        "Left: M1's bound on log p(x) during training; higher is better. The diamond marks the epoch whose weights "
        "were kept: the highest bound on the validation pixels. The first epochs are below the axis. Right: number of "
        "latents in use."
    ),
    "training/latents": (
        "Left: how much each latent of M1 varies over the training pixels. Latents under the dashed line carry nothing"
        " and were dropped. Right, in units of the normalised spectrum (of its SNV, if M1 sees two views): sigma of "
        "p(x|z), M1's estimate of the noise in each band, and the root mean square error of its reconstruction of "
        "validation pixels."
    ),
    "training/reconstructions": (
        "Spectra of the test part (black), one each of some classes, and M1's reconstruction from the latents: the "
        "mean of p(x|z) at the mean of q(z|x). M1 was not trained on them."
    ),
    "training/prior": (
        "Left: spectra of the test part. Right: spectra drawn from M1, the mean of p(x|z) for z from N(0, I). If M1 "
        "has learnt what spectra look like, both sides look alike."
    ),
    "training/classifier_curves": (
        "Bounds of M2 and M1+M2 on labelled and unlabelled pixels, and accuracy (mean over classes) of their q(y|x), "
        "and of q(y|x) trained on the labels alone, on the validation labels while these were held out. Diamonds: the "
        "epoch whose weights were kept."
    ),
    "training/class_draws": (
        "Spectra drawn from the model for each class (coloured): the mean of p(x|y, z) for the same z from N(0, I). "
        "Black: measured mean of the class. If they differ, the model has not learnt the class."
    ),
    "results/macro_f1": (
        "Macro-F1, the mean of F1 over classes, on the test part: mean over seeds (dot), 95 % interval if there are "
        "several seeds or holes (line), and each seed (tick). Red: M2 and M1+M2; blue: SVM; orange: q(y|x) trained on "
        "the labels alone; grey: other baselines."
    ),
    "results/against_labels": (
        "Macro-F1 on the test part against the number of labels per class, with 95 % intervals if there are any. Solid"
        " lines: methods on bands; dashed lines: methods on M1's latents. The axis does not begin at 0."
    ),
    "results/learning_curve": (
        "Macro-F1 of an SVM on the test part against the number of labels given: all of them, half, a quarter and so "
        "on, in several orders (grey) and on average (blue). Dashed: a power law through all points. Diamond: what 50 "
        "more labels are expected to bring by it, with the range of 90 % of the orders."
    ),
    "results/confusion": (
        "Confusion matrices on the test part, over all seeds: percentage of the pixels of a class (row) that are "
        "predicted as each class (column). The SVM and the M2 shown scored best on the validation labels."
    ),
    "results/class_f1": "F1 of each class on the test part in percent, mean over seeds. A dash means undefined.",
    "detector/faults": (
        "Faults of the detector across its samples, a line for each scene. Smile: by how many bands the spectra of a "
        "sample are shifted against those of the middle; a step that undoes it moves them back. Stripes: how much the "
        "detector elements of a sample differ from their neighbours on all lines, by which they are divided."
    ),
    "absorption/positions": (
        "Position of each absorption feature, by hole: share of the pixels that have the feature, over the window in "
        "which it is looked for. A peak at an end of its window may be the flank of a neighbour."
    ),
    "maps": (
        "The sampled labelled pixels of a test scene: labels, predictions, and errors of the last model (red). Grey "
        "pixels have no label, white ones are ignored. Long scenes are turned on their side."
    ),
}


def caption_of(key: str) -> str:
    """Return the caption of a figure; all maps share one.

    Parameters
    ----------
    key : chapter and name of the figure: ``chapter/name``.
    """
    return CAPTIONS.get(key, CAPTIONS["maps"])
