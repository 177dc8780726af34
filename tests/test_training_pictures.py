"""Pictures of a training run."""

from pathlib import Path

import numpy as np

from semispectral.training_pictures import pictures_of


def test_pictures_lie_beside_the_models(tmp_path: Path) -> None:
    """Under the model's own path, in a folder that no rule declares; q(y|x) alone draws nothing."""
    draw = pictures_of(tmp_path / "qy/bands/5/1", results=tmp_path, seed=1, examples=np.zeros((2, 3), np.float32))
    draw({}, {"kind": "qy"}, 2)
    folder = tmp_path / "pictures/qy/bands/5/1"
    assert folder.is_dir()
    assert list(folder.iterdir()) == []
    assert not (tmp_path / "qy").exists()
