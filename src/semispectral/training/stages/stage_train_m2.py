"""The stage `train_m2`: M2, the semi-supervised classifier."""

from collections.abc import Sequence
from pathlib import Path

from semispectral.figures.live_files import pictures_of
from semispectral.models.settings_m2 import M2Config
from semispectral.sampling.interval_set import read_interval_set
from semispectral.sampling.share_labels import with_shares
from semispectral.sampling.training_files import read_training_set, write_trained
from semispectral.study.classes import read_classes
from semispectral.study.stage_settings import stage_settings
from semispectral.training.devices import devices
from semispectral.training.run import Run
from semispectral.training.train_m2 import train_m2


def run_train_m2(
    directory: str | Path,
    *,
    feature_files: Sequence[str | Path],
    pixels_file: str | Path,
    labels_file: str | Path,
    classes_file: str | Path,
    scaler_directory: str | Path,
    m1_directories: Sequence[str | Path],
    intervals_files: Sequence[str | Path],
    shares_files: Sequence[str | Path],
    results: str | Path,
    features: str,
    per_class: str,
    seed: int,
    threads: int,
    gpus: int,
    cfg: str,
    code: str,
) -> None:
    """Train M2 on the labels of one run, on bands or on the latents of M1.

    Parameters
    ----------
    directory : str or Path
        Folder to write the model to.
    feature_files : sequence of str or Path
        Cleaned sample of every scene, or the latents of its pool.
    pixels_file : str or Path
        Pixels of the split, by which latents are chosen; not used on bands.
    labels_file : str or Path
        Labels that the run may see.
    classes_file : str or Path
        Classes of the split, classes.json.
    scaler_directory : str or Path
        Scale of the spectra that M2 sees, itself or through M1; the pictures are drawn with it.
    m1_directories : sequence of str or Path
        The M1 of the latents, for the pictures; empty on bands.
    intervals_files : sequence of str or Path
        Pixels and shares of labelled intervals, from the stage `interval_labels`; empty: none.
    shares_files : sequence of str or Path
        Shares of classes in labelled pixels, from the stage `share_labels`; empty: none.
    results : str or Path
        Folder of all results; checkpoints and pictures of the training go there.
    features : str
        "bands" or "latents".
    per_class : str
        Labels per class, or "all".
    seed : int
        Seed of weights, batches and draws.
    threads, gpus : int
        Number of processors and of GPUs to train with.
    cfg : str
        JSON of the section ``m2``.
    code : str
        Hash of the code: a checkpoint that other code wrote is not used.
    """
    directory = Path(directory)
    scratch = Path(results) / "checkpoints"
    names = read_classes(Path(classes_file)).names
    data = read_training_set(
        feature_files,
        labels_file,
        features=features,
        per_class=per_class,
        seed=seed,
        scaler_directory=scaler_directory,
        pixels_file=pixels_file,
        scratch=scratch,
    )
    data = with_shares(data, shares_files)
    picture = pictures_of(
        directory, results=Path(results), seed=seed, scaler=scaler_directory, names=names, m1=m1_directories
    )
    settings = stage_settings(M2Config, cfg, "m2")
    run = Run(seed, scratch, code, picture, wait=True)
    with devices(threads=threads, gpus=gpus):
        intervals = read_interval_set(intervals_files, data.unlabelled, classes=len(names))
        trained = train_m2(data, settings=settings, run=run, classes=len(names), intervals=intervals)
        write_trained(directory, trained)
