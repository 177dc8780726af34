"""Settings of labels that are shares of classes in every pixel."""

from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import Annotated

from semispectral.errors import ConfigError
from semispectral.study.names import quoted, some
from semispectral.study.scene import Scene
from semispectral.study.setting_types import Positive, Unique, settings_class


@settings_class("share_labels.sources")
class ShareSource:
    """Files of labels with shares, and what they weigh."""

    files: str
    """Pattern of the files, as in `sem/*.tif`; the first one that fits a file counts."""
    weight: Positive = 1.0
    """How often a pixel of these files is drawn beside an ordinary label of the same class."""

    def __post_init__(self) -> None:
        """Check that the pattern has a name in it."""
        if not PurePath(self.files).name:
            raise ConfigError(
                f"share_labels.sources: a pattern of files such as sem/*.tif is needed, got {self.files!r}; name one"
            )

    def fits(self, file: str | Path) -> bool:
        """Return whether the pattern fits a file.

        Parameters
        ----------
        file : str or Path, file of labels that are shares.
        """
        return PurePath(file).match(self.files)


@settings_class("share_labels")
class ShareLabelConfig:
    """Weights of labels that are shares of classes (`labels_key` shares), for M2; files without a pattern weigh 1."""

    sources: Annotated[tuple[ShareSource, ...], Unique("files")] = ()
    """Patterns of files, with their weights; empty: all weigh 1."""


def require_files_of(scenes: Sequence[Scene], given: ShareLabelConfig) -> None:
    """Refuse patterns that fit no file of labels that are shares, whose files would weigh 1 without a word.

    Parameters
    ----------
    scenes : sequence of Scene; without any nothing is refused.
    given : ShareLabelConfig, patterns with their weights.

    Raises
    ------
    ConfigError : no scene has labels in a file that a pattern fits.
    """
    files = sorted({str(source.path) for scene in scenes for source in scene.share_sources})
    for source in given.sources:
        if scenes and not any(map(source.fits, files)):
            there = f"are {some(files)}" if files else "no scene has (labels_key shares)"
            raise ConfigError(
                f"config, share_labels.sources: {quoted(source.files)} fits no file of labels that are shares, "
                f"which {there}; correct the pattern, or take it out"
            )
