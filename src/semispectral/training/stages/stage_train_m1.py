"""The stage `train_m1`: M1, the latent-feature model."""

from collections.abc import Sequence
from pathlib import Path

from semispectral.figures.live_files import pictures_of
from semispectral.models.settings_m1 import M1Config
from semispectral.sampling.training_files import write_trained
from semispectral.sampling.training_set import read_views
from semispectral.spectra.scaling import read_scaler
from semispectral.study.stage_settings import stage_settings
from semispectral.training.devices import devices
from semispectral.training.run import Run
from semispectral.training.train_m1 import train_m1

EXAMPLES = 6  # spectra that the pictures of the training show


def run_train_m1(
    directory: str | Path,
    *,
    samples: Sequence[str | Path],
    scaler_directory: str | Path,
    results: str | Path,
    seed: int,
    threads: int,
    gpus: int,
    cfg: str,
    code: str,
) -> None:
    """Train M1 on spectra that were drawn without looking at labels.

    Parameters
    ----------
    directory : str or Path
        Folder to write the model to.
    samples : sequence of str or Path
        Cleaned pixels of M1, of every scene.
    scaler_directory : str or Path
        Scale of M1.
    results : str or Path
        Folder of all results; checkpoints and pictures of the training go there.
    seed : int
        Seed of weights, batches and draws.
    threads, gpus : int
        Number of processors and of GPUs to train with.
    cfg : str
        JSON of the section ``m1``.
    code : str
        Hash of the code: a checkpoint that other code wrote is not used.
    """
    directory = Path(directory)
    scratch = Path(results) / "checkpoints"
    scaler = read_scaler(scaler_directory)
    pixels = read_views([Path(path) for path in sorted(samples, key=str)], scaler, scratch=scratch)
    part = pixels.table["part"]
    train = pixels.where((part == "train").to_numpy()).mean
    valid = pixels.where((part == "valid").to_numpy()).mean
    picture = pictures_of(
        directory, results=Path(results), seed=seed, scaler=scaler_directory, examples=train[:EXAMPLES]
    )
    settings = stage_settings(M1Config, cfg, "m1")
    run = Run(seed, scratch, code, picture, wait=True)
    with devices(threads=threads, gpus=gpus):
        trained = train_m1(train, valid, settings=settings, run=run, views=scaler.views)
    write_trained(directory, trained)
