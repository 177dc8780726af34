"""The stage `train_qy`: q(y|x) alone, which shows what M2 gains from unlabelled pixels."""

from collections.abc import Sequence
from pathlib import Path

from semispectral.models.settings_m2 import M2Config
from semispectral.sampling.training_files import read_training_set, write_trained
from semispectral.study.classes import read_classes
from semispectral.study.stage_settings import stage_settings
from semispectral.training.run import Run, use_threads
from semispectral.training.train_m2 import train_qy


def run_train_qy(
    directory: str | Path,
    *,
    feature_files: Sequence[str | Path],
    pixels_file: str | Path,
    labels_file: str | Path,
    classes_file: str | Path,
    scaler_directory: str | Path,
    results: str | Path,
    features: str,
    per_class: str,
    seed: int,
    threads: int,
    cfg: str,
    code: str,
) -> None:
    """Train q(y|x) on the labels of the run alone.

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
        Scale of the bands; not used on latents.
    results : str or Path
        Folder of all results; checkpoints of the training go there.
    features : str
        "bands" or "latents".
    per_class : str
        Labels per class, or "all".
    seed : int
        Seed of weights, batches and draws.
    threads : int
        Number of processors to train with.
    cfg : str
        JSON of the section ``m2``.
    code : str
        Hash of the code: a checkpoint that other code wrote is not used.
    """
    use_threads(threads)
    scratch = Path(results) / "checkpoints"
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
    settings = stage_settings(M2Config, cfg, "m2")
    classes = len(read_classes(Path(classes_file)))
    run = Run(seed, scratch, code, wait=True)
    write_trained(Path(directory), train_qy(data, settings=settings, run=run, classes=classes))
