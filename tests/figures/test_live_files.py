"""Pictures of a training run."""

from pathlib import Path

import numpy as np
import pytest

from semispectral.figures.live import LATEST
from semispectral.figures.live_files import pictures_of
from semispectral.figures.units import Scale
from semispectral.spectra.normalisations.snv import snv
from semispectral.spectra.scaling import fit_scaler
from semispectral.storage.model_files import save_model
from tiny_models import BANDS, tiny_m1, tiny_pixels

RAW = tiny_pixels(seed=1).x


def saved_scaler(directory: Path, *, method: str) -> Path:
    """The directory of a scaler."""
    save_model(directory, *fit_scaler(RAW, method=method).to_saved())
    return directory


def test_pictures_lie_beside_the_models(tmp_path: Path) -> None:
    """Under the model's own path, in a folder that no rule declares; q(y|x) alone draws nothing."""
    scaler = saved_scaler(tmp_path / "scaler", method="snv_level")
    draw = pictures_of(tmp_path / "qy/bands/5/1", results=tmp_path, seed=1, scaler=scaler)
    draw({}, {"kind": "qy"}, 2)
    folder = tmp_path / "pictures/qy/bands/5/1"
    assert folder.is_dir()
    assert list(folder.iterdir()) == []
    assert not (tmp_path / "qy").exists()


def test_spectra_are_drawn_as_people_know_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of M1's two views the picture shows one spectrum: its SNV, as many values as bands."""
    shown = []
    line = Scale.line
    monkeypatch.setattr(Scale, "line", lambda *given, **options: (shown.append(given[2]), line(*given, **options)))
    scaler = saved_scaler(tmp_path / "scaler_m1", method="views")
    x = fit_scaler(RAW, method="views").transform(RAW[:2])
    draw = pictures_of(tmp_path / "m1/1", results=tmp_path, seed=1, scaler=scaler, examples=x)
    draw(*tiny_m1(seed=2, bands=2 * BANDS + 2), 5)
    assert (tmp_path / "pictures/m1/1" / LATEST).is_file()
    assert {len(spectrum) for spectrum in shown} == {BANDS}
    assert any(np.allclose(spectrum, snv(RAW[:1].astype(np.float32))[0], atol=1e-4) for spectrum in shown)
